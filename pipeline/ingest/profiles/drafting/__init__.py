"""A first draft of a source profile, written from a look at unknown files."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path

from pipeline.errors import InputError, UsageError
from pipeline.ingest.profiles.drafting.statements import draft_files
from pipeline.ingest.profiles.drafting.unknown_files import DraftDatabase

__all__ = ["write_draft"]


def write_draft(files: Sequence[Path], out: Path, *, force: bool = False, as_of: date | None = None) -> list[Path]:
    """Writes a draft for these files into the folder `out`; gives the files written.

    `as_of`: the day for which its questions say the MRR under each reading; None = when the newest contract starts.

    Raises UsageError when the folder holds a profile already and `force` is not set, InputError when a file is missing,
    unreadable or empty; then nothing is written.
    """
    there = sorted(
        str(path.relative_to(out)) for path in (*out.glob("*.sql"), *out.glob("*.toml"), *out.glob("*/*.sql"))
    )
    if there and not force:
        raise UsageError(f"{out}: holds {there[0]} already and stays as it is; name another folder, or use --force")
    if len({path.resolve() for path in files}) < len(files):
        raise InputError("a file appears twice; name each file once")
    with (
        tempfile.TemporaryDirectory(prefix="renewals-draft-") as name,
        closing(DraftDatabase(files, Path(name), as_of)) as draft,
    ):
        texts = draft_files(draft, out.name, as_of)
    try:
        for place in there:
            (out / place).unlink()
        for place, text in texts.items():
            (out / place).parent.mkdir(parents=True, exist_ok=True)
            (out / place).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror or error})") from None
    return [out / place for place in texts]
