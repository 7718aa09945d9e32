"""`report.json` beside a partner's report: whose run it is and which content the files show.

The content key is a hash of everything a report is made from (`content.report_keys`), not of its bytes. Files with an
equal key are kept as they are, also in the folder of a later run of the same day: they name their day and no run.
`report.json` names the run of its folder, and is written anew there.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from pipeline.render.folders import write_whole

NAME: Final = "report.json"


def write_manifest(folder: Path, key: str, files: list[Path], **facts: object) -> Path:
    """Say what those files of the folder show. `facts` are for people and programs that read the file."""
    sizes = {path.name: path.stat().st_size for path in files}
    return write_whole(folder / NAME, _text({"content": key, **facts, "files": sizes}))


def _text(manifest: dict[str, Any]) -> str:
    return json.dumps(manifest, indent=1) + "\n"


def has_manifest(folder: Path) -> bool:
    """Whether a report was made into that folder."""
    return (folder / NAME).is_file()


def kept_files(folder: Path, key: str, *, earlier: Path | None = None, **facts: object) -> list[Path]:
    """The files of a report with that content: those in `folder`, else those in `earlier`, brought over unchanged.

    Bringing over links (or copies, between disks), so unchanged reports take no room; the manifest there gets the
    `facts` of the new folder. [] when neither folder has them whole, or shows something else.
    """
    for source in (folder, earlier):
        if source is not None:
            manifest = _whole_manifest(source, key)
            if manifest:
                names = list(manifest["files"])
                if source != folder:
                    for name in names:
                        _bring(source / name, folder / name)
                    write_whole(folder / NAME, _text({**manifest, **facts}))
                return [folder / name for name in names]
    return []


def _whole_manifest(folder: Path, key: str) -> dict[str, Any]:
    """The manifest of that folder when it has that content and every file is as long as it was; else {}."""
    try:
        manifest: dict[str, Any] = json.loads((folder / NAME).read_bytes())
        whole = all((folder / name).stat().st_size == size for name, size in manifest["files"].items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return manifest if whole and manifest.get("content") == key and manifest["files"] else {}


def _bring(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    try:
        os.link(source, unfinished)
    except OSError:
        shutil.copy2(source, unfinished)
    unfinished.replace(target)
