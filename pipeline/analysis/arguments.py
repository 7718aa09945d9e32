"""What analysts pass to a function, looked at before it is used: a wrong argument is a UsageError that names it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final

import polars as pl

from pipeline.errors import UsageError

_SHOWN: Final = 60


def text(name: str, value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise _wrong(name, "a text", value)
    return value


def text_or_none(name: str, value: object) -> str | None:
    """A text that is not empty, or None."""
    return None if value is None else text(name, value)


def flag(name: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise _wrong(name, "True or False", value)
    return value


def whole(name: str, value: object, *, lowest: int, highest: int) -> int:
    """A whole number within these bounds, both inclusive."""
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise _wrong(name, f"a whole number from {lowest} to {highest}", value)
    return value


def number(name: str, value: object, *, lowest: int, highest: int, decimals: int) -> Decimal:
    """A number within these bounds, both inclusive, with so many decimals at most."""
    wanted = f"a number from {lowest} to {highest} with at most {decimals} decimals"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise _wrong(name, wanted, value)
    try:
        exact = Decimal(str(value))
        if not lowest <= exact <= highest or exact != round(exact, decimals):
            raise _wrong(name, wanted, value)
    except InvalidOperation:
        raise _wrong(name, wanted, value) from None
    return exact


def names_or_none(name: str, value: object) -> list[str] | None:
    """A list or tuple of texts, each once and at least one, or None."""
    if value is None:
        return None
    if isinstance(value, str) or not isinstance(value, Sequence) or not all(isinstance(each, str) for each in value):
        raise _wrong(name, "a list of column names", value)
    if not value:
        raise UsageError(f"{name} is an empty list: name the columns, or leave it out for all")
    for each in value:
        if value.count(each) > 1:
            raise UsageError(f"{name}: {each!r} appears twice; name it once")
    return list(value)


def reference(name: str, value: object) -> str | None:
    """A run's id or its beginning, or a day as ISO text; None = the current run."""
    if value is None or (isinstance(value, str) and value.strip()):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    raise _wrong(name, "a run's id, a day (a date or '2026-11-23') or None for the current run", value)


def folder_or_none(name: str, value: object) -> Path | None:
    """A path, or None."""
    if value is None:
        return None
    if not isinstance(value, str | Path) or not str(value).strip():
        raise _wrong(name, "a path", value)
    return Path(value)


def parameters(name: str, value: object) -> dict[str, Any]:
    """What fills `$name` in a query, by name; None = nothing."""
    if value is None:
        return {}
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise _wrong(name, "a dictionary of values by name", value)
    return dict(value)


def frames(name: str, value: object) -> dict[str, pl.DataFrame]:
    """Polars frames by the name that a query calls them; None = none."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(name, "a dictionary of Polars frames by name", value)
    for each, frame in value.items():
        if not isinstance(each, str) or not each.isidentifier():
            raise _wrong(name, "names made of letters, digits and _", each)
        if not isinstance(frame, pl.DataFrame):
            raise _wrong(f"{name}[{each!r}]", "a Polars DataFrame", frame)
    return dict(value)


def _wrong(name: str, wanted: str, value: object) -> UsageError:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return UsageError(f"{name} takes {wanted}, not {' '.join(shown.split())}")
