"""`report.json` beside a partner's report: whose run it is and which content the files show.

The content key is a hash of everything a report is made from (`content.report_keys`), not of its bytes. Files with an
equal key are kept as they are, also in the folder of a later run of the same day: they name their day. Only the page
and `report.json` name a run too, which is always that of their folder.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

from pipeline.whole_files import whole_file, write_whole

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


def kept_files(folder: Path, key: str, *, earlier: Path | None = None, run: str = "") -> list[Path]:
    """The files of a report with that content: those in `folder`, else those in `earlier`, brought over.

    Bringing over links (or copies, between disks), so unchanged reports take no room. Only the page, which names its
    run, is written again, and the manifest: in `folder` both name `run`. [] when neither folder has the files whole, or
    they show something else.
    """
    manifest = _whole_manifest(folder, key)
    if not manifest and earlier is not None:
        manifest = _whole_manifest(earlier, key)
        if manifest:
            _bring_over(earlier, folder, manifest, run)
    return [folder / name for name in manifest["files"]] if manifest else []


def _bring_over(earlier: Path, folder: Path, manifest: dict[str, Any], run: str) -> None:
    sizes = dict(manifest["files"])
    for name in sizes:
        if name.endswith(".html"):
            page = (earlier / name).read_bytes()
            page = page.replace(run_named(manifest.get("run", "")).encode(), run_named(run).encode(), 1)
            sizes[name] = len(page)
            write_whole(folder / name, page)
        else:
            _bring(earlier / name, folder / name)
    write_whole(folder / NAME, _text({**manifest, "run": run, "files": sizes}))


def run_named(run: str) -> str:
    """How a report's page names its run. No text of a partner or client can look like this."""
    return f'<dd id="run">{run}</dd>'


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
