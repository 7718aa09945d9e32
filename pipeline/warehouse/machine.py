"""What DuckDB's and the system's errors mean while a run is built, published or read: one line each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

from pipeline.errors import DamagedRunError, InputError, MachineError, RenewalsError
from pipeline.whole_files import ADVICE, machine_error

_SAYINGS: Final = {os.strerror(number): advice for number, advice in ADVICE.items()}
_FSYNC_FAILED: Final = "fsync failed"
"""What DuckDB says without the system's own words when the disk did not take what was written."""

_LONGEST: Final = 300
_DAMAGED: Final = ("Corrupt database file", "Could not read")
"""How DuckDB says that a block of a file is missing or not what was written: each has a checksum of its own."""


@contextmanager
def machine_failures(*, inputs: Path | None = None) -> Iterator[None]:
    """Building, publishing or moving back: an error of the machine becomes MachineError, one line.

    `inputs`: the folder of the exports; what cannot be read there is an InputError. Errors that are neither (a bug)
    pass as they are.
    """
    try:
        yield
    except (OSError, duckdb.Error) as error:
        explained = machine_failure(error, inputs=inputs)
        if explained is None:
            raise
        raise explained from None


def machine_failure(error: BaseException, *, inputs: Path | None = None) -> RenewalsError | None:
    """The MachineError for an error of the disk, of its space or of its permissions; None for any other error."""
    if isinstance(error, OSError):
        return machine_error(error)
    if not isinstance(error, duckdb.Error):
        return None
    said = " ".join(str(error).split())[:_LONGEST]
    if inputs is not None and isinstance(error, duckdb.IOException) and str(inputs) in said:
        return InputError(f"an export cannot be read: {said}")
    advice = next((advice for saying, advice in _SAYINGS.items() if saying in str(error)), "")
    if isinstance(error, duckdb.OutOfMemoryException):
        advice = "free space on that disk or end other programs, then try again"
    if isinstance(error, duckdb.IOException) or any(saying in said for saying in (_FSYNC_FAILED, *_DAMAGED)):
        advice = advice or "look at the disk (dmesg), then try again"
    return MachineError(f"the machine failed: {said}; {advice}") if advice else None


def damage(error: BaseException) -> DamagedRunError | None:
    """The error of somebody who only reads a run, when it means that the run's file is damaged; else None."""
    said = str(error).splitlines()[0] if isinstance(error, duckdb.Error) else ""
    if not any(saying in said for saying in _DAMAGED):
        return None
    return DamagedRunError(
        f"the run's file is damaged ({said[:_LONGEST]}): 'renewals doctor' says which runs are, and what to do"
    )
