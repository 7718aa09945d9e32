"""`report.json` beside a partner's report: which content the files show, so that an equal one is not made again.

The content key is a hash of everything a report is made from (`content.report_keys`), not of its bytes. Files with an
equal key are kept as they are, also in the folder of a later run: they name the run whose content they show.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from pipeline.files import whole_file, write_whole

NAME: Final = "report.json"


def write_manifest(folder: Path, key: str, files: list[Path], **facts: object) -> Path:
    """Say what those files of the folder show. `facts` are for people and programs that read the file."""
    sizes = {path.name: path.stat().st_size for path in files}
    return write_whole(folder / NAME, json.dumps({"content": key, **facts, "files": sizes}, indent=1) + "\n")


def has_manifest(folder: Path) -> bool:
    """Whether a report was made into that folder."""
    return (folder / NAME).is_file()


def kept_files(folder: Path, key: str, *, earlier: Path | None = None) -> list[Path]:
    """The files of a report with that content: those in `folder`, else those in `earlier`, brought over unchanged.

    Bringing over links (or copies, between disks), so unchanged reports take no room. [] when neither folder has them
    whole, or shows something else.
    """
    for source in (folder, earlier):
        if source is not None:
            manifest = _whole_manifest(source, key)
            if manifest:
                names = list(manifest["files"])
                if source != folder:
                    for name in (*names, NAME):
                        _bring(source / name, folder / name)
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
    with whole_file(target) as unfinished:
        try:
            os.link(source, unfinished)
        except OSError:
            shutil.copy2(source, unfinished)
