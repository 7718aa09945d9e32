"""`manifest.json` beside the exports: what whoever made them says of them. Optional; it has to agree with the files.

    {
      "exported_at": "2026-11-23T01:30:00Z",
      "files": [{"file": "clients.csv", "rows": 154, "sha256": "9f86d0…"}]
    }

`files` may also be an object by file name. `rows` (records, without the header), `sha256` (of the file's bytes as they
lie there) and `exported_at` (ISO 8601; without an offset it is in the vendor's time zone) can each be left out, and so
can files; other keys are ignored. What is said is checked: a file that is not there, or has other rows or another hash,
is exit 6.
"""

from __future__ import annotations

import json
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pipeline.errors import InputError
from pipeline.ingest.formats.sources import sha256
from pipeline.ingest.outcome import FileCounts, IngestReport

FILE: Final = "manifest.json"

LARGEST: Final = 16 << 20
"""Bytes. A larger one is not a manifest."""

_NAMES: Final = ("file", "name", "path")
_HASH: Final = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class _Entry:
    """What the manifest says of a file; None = nothing."""

    file: str
    rows: int | None
    sha256: str | None


def confirmed(report: IngestReport, exports: Path, *, time_zone: str) -> IngestReport:
    """The report, with what the folder's manifest says of the time; as it is when there is no manifest.

    `time_zone`: of a time that names none. A profile's own raw file of that name is not a manifest. Raises InputError,
    naming the file and what differs, for a manifest that cannot be read or does not agree with the files.
    """
    path = exports / FILE
    if FILE in {counts.path for counts in report.files} or not (path.exists() or path.is_symlink()):
        return report
    said = _read(path)
    read = {counts.path: counts for counts in report.files}
    entries = list(_entries(said.get("files", [])))
    for entry in entries:
        _confirm(entry, exports, read.get(entry.file))
    unsaid = sorted(read.keys() - {entry.file for entry in entries} - {"corrections.toml"}) if entries else []
    notes = tuple(f"{name}: {FILE} does not name it, read anyway" for name in unsaid)
    return replace(report, exported_at=_exported_at(said.get("exported_at"), time_zone), notes=(*report.notes, *notes))


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise InputError(f"{FILE}: is not a file; put the manifest in its place, or take it away")
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{FILE}: is larger than {LARGEST >> 20} MiB, which is not a manifest; take it away")
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{FILE}: cannot be read ({error.strerror or error})") from None
    except (ValueError, RecursionError):
        raise InputError(f"{FILE}: is not JSON in UTF-8; export it again, or take it away") from None
    if isinstance(said, list):
        return {"files": said}
    if not isinstance(said, dict):
        raise InputError(f"{FILE}: is not an object with files and exported_at; export it again, or take it away")
    return said


def _entries(files: Any) -> Iterator[_Entry]:
    if isinstance(files, dict):
        files = [{"file": name, **(said if isinstance(said, dict) else {})} for name, said in files.items()]
    if not isinstance(files, list):
        raise InputError(f"{FILE}: files is not a list of objects with file, rows and sha256")
    for number, said in enumerate(files, start=1):
        named = [said[key] for key in _NAMES if key in said] if isinstance(said, dict) else []
        if not named or not isinstance(named[0], str) or not named[0].strip():
            raise InputError(f"{FILE}: entry {number} of files names no file; write it as {{'file': 'clients.csv'}}")
        rows, hashed = said.get("rows"), said.get("sha256")
        if rows is not None and (not isinstance(rows, int) or isinstance(rows, bool) or rows < 0):
            raise InputError(f"{FILE}: rows of {named[0]} is {rows!r}, not a whole number")
        if hashed is not None and not (isinstance(hashed, str) and _HASH.fullmatch(hashed)):
            raise InputError(f"{FILE}: sha256 of {named[0]} is {hashed!r}, not 64 hexadecimal digits")
        yield _Entry(named[0], rows, hashed.lower() if hashed else None)


def _confirm(entry: _Entry, exports: Path, counts: FileCounts | None) -> None:
    path = exports / entry.file
    if Path(entry.file).is_absolute() or ".." in Path(entry.file).parts or not path.is_file():
        raise InputError(f"{entry.file}: {FILE} names it, and it is not in {exports}; export again")
    if counts is not None and entry.rows is not None and counts.rows_read != entry.rows:
        raise InputError(f"{entry.file}: has {counts.rows_read:,} rows where {FILE} says {entry.rows:,}; export again")
    found = None if entry.sha256 is None else counts.sha256 if counts is not None else sha256(path)
    if found != entry.sha256:
        raise InputError(
            f"{entry.file}: its SHA-256 begins with {str(found)[:12]} where {FILE} says {str(entry.sha256)[:12]}; "
            "it is not the file that was exported: export again"
        )


def _exported_at(said: Any, time_zone: str) -> datetime | None:
    if said is None:
        return None
    try:
        moment = datetime.fromisoformat(str(said).strip())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zoneinfo.ZoneInfo(time_zone))
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InputError(
            f"{FILE}: exported_at is {str(said)[:80]!r}, not a time such as 2026-11-23T01:30:00Z"
        ) from None
