"""What a person wrote, validated by Pydantic: the declared value, or one line that says which setting takes what."""

from __future__ import annotations

import dataclasses
import difflib
import functools
import typing
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Protocol, TypeVar

from pipeline.errors import RenewalsError, SettingsError
from pipeline.settings.kinds import TAKES

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails

CLOSED: Final = {"extra": "forbid"}
"""As `__pydantic_config__` of a declared table: it has no settings besides the declared ones."""

_LONGEST_SHOWN: Final = 60
_MOST_NAMES: Final = 20
"""So many known names a message still lists."""


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


Declared = TypeVar("Declared", bound=_Dataclass)


def validated(
    declared: type[Declared],
    values: Any,
    *,
    file: str = "",
    where: str = "",
    noun: str = "setting",
    error: type[RenewalsError] = SettingsError,
) -> Declared:
    """An instance of the declared dataclass with these values, and its defaults where they say nothing.

    `file`: what the message begins with. `where`: the place of the table in it, such as `exports.clients`. `noun`: what
    its names are called. Raises `error` with one line: the first setting that cannot be, its value, what it takes, and
    the name that was probably meant.
    """
    from pydantic import ValidationError

    try:
        return typing.cast(Declared, _adapter(declared).validate_python(values))
    except ValidationError as found:
        line = _line(declared, found.errors(include_url=False)[0], where, noun)
        raise error(f"{file}: {line}" if file else line) from None


@functools.cache
def _adapter(declared: Any) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    return TypeAdapter(declared)


def _line(declared: Any, found: ErrorDetails, where: str, noun: str) -> str:
    place = [part for part in found["loc"] if part != "[key]"]
    name = ".".join([*([where] if where else []), *map(str, place)])
    match found["type"]:
        case "unexpected_keyword_argument" | "unknown_name":
            known = found.get("ctx", {}).get("known") or _names(declared, place[:-1])
            return f"unknown {noun} {name if '.' in name else repr(name)}{alternatives(place[-1], known)}"
        case "missing":
            return f"{name} is required"
        case "value_error":
            return f"{name}{found['ctx']['error']}".lstrip(".: ")  # of the whole table there is no name
        case kind:
            return f"{name} {found['msg'] if kind == TAKES else 'takes a table'}, not {shown(found['input'])}"


def _names(declared: Any, place: Iterable[Any]) -> list[str]:
    """The names of the settings of the declared table at a place of another one."""
    declared = typing.get_args(declared)[0] if typing.get_origin(declared) is Annotated else declared
    for part in place:
        if dataclasses.is_dataclass(declared):
            declared = typing.get_type_hints(declared)[part]
        else:
            declared = typing.get_args(declared)[1]
    return [each.name for each in dataclasses.fields(declared)]


def alternatives(name: Any, known: Iterable[str]) -> str:
    """The known name that was probably meant, or else all of them, as the end of a message that refuses a name."""
    names = list(known)
    close = did_you_mean(str(name), names)
    return close or (f"; known: {', '.join(names)}" if len(names) <= _MOST_NAMES else "")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The known name that was probably meant, in brackets, or "" when none is close."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def shown(value: Any) -> str:
    """A value as a message shows it: cut off where it is long; some numbers are too long to be written at all."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):
        return "a value too long to show"
    return text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 1] + "…"
