"""JSON as a source: an array of objects, alone or inside an object, or one object per line. Never read whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from pipeline.errors import InputError
from pipeline.ingest.contract import reasons
from pipeline.ingest.contract.header import refuse_too_many
from pipeline.ingest.formats import number_text
from pipeline.ingest.formats.encoding import count_line_ends, decoded, is_utf_8
from pipeline.ingest.formats.not_text import refuse_unmarked_utf_16
from pipeline.ingest.formats.text_table import TextTable, TextTableWriter
from pipeline.settings import DEFAULT_LIMITS, FileFormat, ReadLimits

_LONGEST_OBJECT: Final = 16 << 20
"""Characters of one record: what it is read into takes some twenty times as much memory."""
DEEPEST: Final = 100
"""Levels of lists and objects inside a record; deeper ones are nobody's data."""
_CONSTANTS: Final = ("NaN", "Infinity", "-Infinity")
_NEAR_THE_END: Final = 16
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]|-?Infinity|NaN', re.DOTALL)
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_LINE_END: Final = re.compile(r"[\r\n]")


class _Number(str):
    """A number as it is written in the file."""

    __slots__ = ()


class _RepeatedKey(NamedTuple):
    """An object that names a key twice: which value counts is anyone's guess."""

    key: str


class _Refused(NamedTuple):
    """A record that is not read, and the reason code."""

    reason: str


class _ConstantError(ValueError):
    """A word for a number that is not JSON: NaN, Infinity, -Infinity."""


class _Element(NamedTuple):
    """One value of the file: the line on which it begins, its text, and what it says (None: it cannot be read)."""

    line: int
    raw: str
    value: Any


def read_json(
    file: str, where: str, path: Path, file_format: FileFormat, folder: Path, limits: ReadLimits = DEFAULT_LIMITS
) -> TextTable:
    """The objects of the file as rows of text; the header is every key seen, in order of appearance.

    A value that is not an object, or is nested deeper than `DEEPEST` levels, is refused with its text. Raises
    InputError when the file is empty, an array is broken or not closed, the last line is cut off, there are more keys
    or cells than the limits allow, and for NaN and Infinity in an array, with line and column.
    """
    if is_utf_8(file_format.encoding):
        refuse_unmarked_utf_16(file, where, path)
    chunks = _whole_line_ends(decoded(file, where, path, file_format.encoding))
    with TextTableWriter(folder, where, file) as writer:
        places: dict[str, int] = {}
        for number, element in enumerate(_elements(file, chunks, file_format.records), start=1):
            _add(writer, places, element, file_format)
            refuse_too_many(file, len(places), limits)
            if number * len(places) > limits.cells:
                raise InputError(
                    f"{file}: has more than {limits.cells:,} cells (setting most_cells); raise the setting if that is "
                    "right"
                )
        return writer.finish()


def _add(writer: TextTableWriter, places: dict[str, int], element: _Element, file_format: FileFormat) -> None:
    value = element.value
    if reason := _reason(element):
        writer.add_raw(element.line, element.raw, reason)
        return
    for key in value:
        if key not in places:
            places[key] = len(places)
            writer.grow(key)
    cells: list[str | None] = [None] * len(places)
    for key, item in value.items():
        cells[places[key]] = _text(item, file_format)
    writer.add(element.line, cells)


def _reason(element: _Element) -> str | None:
    """Why the record is refused; None when it is laid out."""
    if isinstance(element.value, _Refused):
        return element.value.reason
    if _depth(element.raw) > DEEPEST:
        return reasons.JSON_TOO_DEEP
    if isinstance(element.value, _RepeatedKey):
        return reasons.REPEATED_JSON_KEY
    if not isinstance(element.value, dict) or ("\\u" in element.raw and not _is_text(element.value)):
        return reasons.NOT_A_JSON_OBJECT
    return None


def _depth(raw: str) -> int:
    """How many levels of lists and objects the text has, as far as that is of interest."""
    if raw.count("[") + raw.count("{") <= DEEPEST:
        return 0
    depth = deepest = 0
    for token in _TOKEN.finditer(raw):
        if token[0] in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token[0] in ("]", "}"):
            depth -= 1
    return deepest


def _is_text(value: dict[str, Any]) -> bool:
    """Whether all of it can be written: half of a surrogate pair, as `\\ud800`, is not a character."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _text(item: Any, file_format: FileFormat) -> str | None:
    match item:
        case None:
            return None
        case _Number():
            return number_text.in_format(number_text.plain(item), file_format)
        case str():
            return item
        case bool():
            return "true" if item else "false"
        case _:
            return _nested(item)


def _nested(item: Any) -> str:
    """A list or an object inside a cell, as JSON again, numbers as they were written."""
    match item:
        case dict():
            inside = (f"{json.dumps(key, ensure_ascii=False)}:{_nested(value)}" for key, value in item.items())
            return "{" + ",".join(inside) + "}"
        case list():
            return "[" + ",".join(_nested(value) for value in item) + "]"
        case _Number():
            return str(item)
        case _:
            return json.dumps(item, ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _RepeatedKey:
    found = dict(pairs)
    if len(found) == len(pairs) and not any(isinstance(value, _RepeatedKey) for value in found.values()):
        return found
    return _RepeatedKey(pairs[0][0])


def _no_constant(name: str) -> NoReturn:
    raise _ConstantError(name)


_DECODER: Final = json.JSONDecoder(
    parse_float=_Number, parse_int=_Number, parse_constant=_no_constant, object_pairs_hook=_object
)


def _whole_line_ends(chunks: Iterable[str]) -> Iterator[str]:
    """The same text in pieces that never end between \\r and \\n; no byte order mark."""
    held = ""
    first = True
    for chunk in chunks:
        text = held + (chunk.removeprefix("\ufeff") if first else chunk)
        first = first and not chunk
        held = "\r" if text.endswith("\r") else ""
        yield text.removesuffix("\r")
    yield held


def _elements(file: str, chunks: Iterator[str], records: str) -> Iterator[_Element]:
    text = _Text(file, chunks)
    first = text.next_character()
    if not first:
        raise InputError(f"{file}: is empty; it should hold an array of objects, or one object per line")
    if records:
        return _inside(text, records)
    return _array(text) if first == "[" else _lines(text)


class _Text:
    """The text of the file seen through a window that moves on; knows the line it is at."""

    def __init__(self, file: str, chunks: Iterator[str]) -> None:
        self.file = file
        self._chunks = chunks
        self.window = ""
        self.at = 0
        self.line = 1
        self._before = 0  # characters of this line that stand before the window

    def more(self) -> bool:
        """Widens the window, to twice its size, so that a long record is not looked at often; False at the end."""
        wanted = len(self.window) - self.at
        pieces = [self.window[self.at :]]
        added = 0
        for chunk in self._chunks:
            pieces.append(chunk)
            added += len(chunk)
            if added > wanted or (added and not wanted):
                break
        self._before = self.place(self.at)[1] - 1
        self.window = "".join(pieces)
        self.at = 0
        return added > 0

    def move_to(self, place: int) -> None:
        """Moves on to that place in the window, counting lines."""
        self.line += count_line_ends(self.window[self.at : place])
        self.at = place

    def place(self, at: int) -> tuple[int, int]:
        """Line and column, both from 1, of a place in the window that is not before the text's own."""
        start = max(self.window.rfind("\n", 0, at), self.window.rfind("\r", 0, at)) + 1
        line = self.line + count_line_ends(self.window[self.at : at])
        return line, at - start + 1 + (0 if start else self._before)

    def next_character(self) -> str:
        """Moves over white space to the next character and gives it; empty at the end of the file."""
        while True:
            space = _SPACE.match(self.window, self.at)
            self.move_to(space.end() if space else self.at)
            if self.at < len(self.window):
                return self.window[self.at]
            if not self.more():
                return ""


def _inside(text: _Text, place: str) -> Iterator[_Element]:
    """The elements of the array at that place (`data`, `result.items`) of the object the text stands at."""
    wanted, _, deeper = place.partition(".")
    keys: list[str] = []
    mark = text.next_character()
    while mark in ("{", ","):
        text.move_to(text.at + 1)
        if text.next_character() != '"':
            break
        keys.append(str(_element(text).value))
        if text.next_character() != ":":
            raise _broken(text)
        text.move_to(text.at + 1)
        opening = text.next_character()
        if keys[-1] == wanted and opening == ("{" if deeper else "["):
            yield from _inside(text, deeper) if deeper else _array(text, alone=False)
            return
        _element(text)
        mark = text.next_character()
    raise InputError(f"{text.file}: has no list at {place!r} (records = …); found: {', '.join(keys) or 'no object'}")


def _array(text: _Text, *, alone: bool = True) -> Iterator[_Element]:
    """The elements of the array the text stands at; `alone`: nothing may follow it."""
    text.move_to(text.at + 1)
    if text.next_character() == "]":
        text.move_to(text.at + 1)
        if alone:
            _end(text)
        return
    while True:
        text.next_character()
        yield _element(text)
        mark = text.next_character()
        if mark not in (",", "]"):
            raise _broken(text)
        text.move_to(text.at + 1)
        if mark == "]":
            if alone:
                _end(text)
            return


def _element(text: _Text) -> _Element:
    while True:
        try:
            value, end = _DECODER.raw_decode(text.window, text.at)
        except _ConstantError as error:
            raise _constant(text, str(error)) from None
        except RecursionError:
            raise InputError(
                f"{text.file}: line {text.line} begins a record nested deeper than {DEEPEST} levels; flatten it"
            ) from None
        except JSONDecodeError as error:
            if not _may_be_cut_off(error, text.window):
                line, column = text.place(error.pos)
                raise InputError(
                    f"{text.file}: line {line}, column {column} is not JSON ({error.msg}); export it again"
                ) from None
            value, end = None, len(text.window)
        # A number or a word may go on beyond the window, an object that was read may not.
        if end < len(text.window) or isinstance(value, dict):
            break
        _refuse_endless(text)
        if not text.more():
            raise _broken(text)
    element = _Element(text.line, text.window[text.at : end], value)
    text.move_to(end)
    return element


def _may_be_cut_off(error: JSONDecodeError, window: str) -> bool:
    """Whether the text may only go on beyond the window."""
    return error.msg.startswith("Unterminated string") or error.pos >= len(window) - _NEAR_THE_END


def _refuse_endless(text: _Text) -> None:
    if len(text.window) - text.at > _LONGEST_OBJECT:
        raise InputError(
            f"{text.file}: line {text.line} begins a record that has no end within {_LONGEST_OBJECT >> 20} MiB; "
            "export it again"
        )


def _constant(text: _Text, name: str) -> InputError:
    """NaN and the like, with its place and the key it stands under."""
    key = at = text.at
    under = ""
    for token in _TOKEN.finditer(text.window, text.at):
        if token[0] == name:
            at = token.start()
            break
        if token[0].startswith('"'):
            key, under = token.end(), token[0]
    named = f" under {under}" if text.window[key:at].strip() == ":" else ""
    line, column = text.place(at)
    return InputError(
        f"{text.file}: line {line}, column {column}: {name}{named} is not JSON; export null or a number there"
    )


def _end(text: _Text) -> None:
    if text.next_character():
        raise InputError(f"{text.file}: line {text.line}: text follows the end of the array; export it again")


def _broken(text: _Text) -> InputError:
    return InputError(
        f"{text.file}: the array is broken or cut off after line {text.line} (half-written?); export it again"
    )


def _lines(text: _Text) -> Iterator[_Element]:
    element = None
    for line, raw in _numbered_lines(text):
        if element is not None:
            yield element
        element = _Element(line, raw, _decode(raw))
    if element is None:
        return
    if element.value == _Refused(reasons.NOT_A_JSON_OBJECT) and element.raw.strip() not in _CONSTANTS:
        raise InputError(f"{text.file}: line {element.line}, the last, is not JSON: half-written; export it again")
    yield element


def _decode(raw: str) -> Any:
    try:
        return _DECODER.decode(raw)
    except _ConstantError:
        is_record = raw.lstrip().startswith(("{", "["))
        return _Refused(reasons.NOT_A_JSON_NUMBER if is_record else reasons.NOT_A_JSON_OBJECT)
    except RecursionError:
        return _Refused(reasons.JSON_TOO_DEEP)
    except JSONDecodeError:
        return _Refused(reasons.NOT_A_JSON_OBJECT)


def _numbered_lines(text: _Text) -> Iterator[tuple[int, str]]:
    """Lines that are not blank, each with its number."""
    while text.next_character():
        while (end := _LINE_END.search(text.window, text.at)) is None:
            _refuse_endless(text)
            if not text.more():
                break
        stop = len(text.window) if end is None else end.start()
        number, raw = text.line, text.window[text.at : stop]
        text.move_to(stop)
        yield number, raw
