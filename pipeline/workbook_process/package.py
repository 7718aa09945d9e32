"""A workbook's ZIP container: its parts, each read in pieces and only as far as the limits go."""

from __future__ import annotations

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, Final

from lxml import etree

PIECE: Final = 256 << 10
SUSPICIOUS_RATIO: Final = 200
"""Bytes unpacked per byte packed above which a part is taken for a bomb; sheets come to 10 to 40."""
SUSPICIOUS_FROM: Final = 4 << 20
"""Bytes unpacked from which the ratio is looked at."""
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = 0x1
_OFFICE: Final = "/officeDocument"


class WorkbookError(Exception):
    """What is wrong with a workbook, to be put behind its name, with what to do."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one workbook may take: bytes of all its parts unpacked, cells that hold something."""

    unpacked: int
    cells: int


@dataclass(frozen=True, slots=True)
class Related:
    """A part that another one names: `kind` is the last word of the relationship's type, such as `worksheet`."""

    kind: str
    part: str


class Package:
    """The parts of an opened workbook by name. Raises WorkbookError for whatever is not readable as a ZIP."""

    def __init__(self, stream: IO[bytes], limits: Limits) -> None:
        self.limits = limits
        self.unpacked = 0
        self._refuse_other_formats(stream)
        with _readable():
            self._archive = zipfile.ZipFile(stream)
        self._parts = {_plain(info.filename): info for info in self._archive.infolist()}

    @staticmethod
    def _refuse_other_formats(stream: IO[bytes]) -> None:
        start = stream.read(8)
        if not start:
            raise WorkbookError("is empty; save it again as .xlsx")
        if start == _OLE:
            if "EncryptedPackage".encode("utf-16-le") in start + stream.read(1 << 20):
                raise WorkbookError("the workbook is protected by a password; save it without one")
            raise WorkbookError("is not a readable workbook (an old .xls file); save it again as .xlsx")
        stream.seek(0)

    def workbook_part(self) -> str:
        """The name of the part that lists the sheets."""
        for related in self.related("").values():
            if related.kind == "officeDocument":
                return related.part
        return "xl/workbook.xml"

    def __contains__(self, part: str) -> bool:
        return _plain(part) in self._parts

    def related(self, part: str) -> dict[str, Related]:
        """The parts that this one names, by the id it calls them; of the package itself for the name ""."""
        folder, name = posixpath.split(part)
        relations = posixpath.join(folder, "_rels", f"{name}.rels")
        if relations not in self:
            return {}
        found = {}
        for _, element in self.elements(relations, "{*}Relationship"):
            target = element.get("Target") or ""
            where = target if target.startswith("/") else posixpath.join("/", folder, target)
            kind = (element.get("Type") or "").rpartition("/")[2]
            found[element.get("Id") or ""] = Related(kind, posixpath.normpath(where).lstrip("/"))
        return found

    def elements(self, part: str, *tags: str) -> Iterator[tuple[str, Any]]:
        """The elements of these names as they end, each with the part's root before it; cleared by whoever reads.

        Raises WorkbookError for a part that is missing, damaged, beyond the limits, or that defines entities.
        """
        parser = etree.XMLPullParser(
            ("end",),
            tag=tags,
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        for data in self._pieces(part):
            try:
                parser.feed(data)
            except etree.XMLSyntaxError as error:
                raise _not_xml(part, error) from None
            yield from _checked(parser, part)
        try:
            parser.close()
        except etree.XMLSyntaxError as error:
            raise _not_xml(part, error) from None
        yield from _checked(parser, part)

    def _pieces(self, part: str) -> Iterator[bytes]:
        info = self._parts.get(_plain(part))
        if info is None:
            raise WorkbookError(f"is not a readable workbook (it has no part {part}); save it again as .xlsx")
        if info.flag_bits & _ENCRYPTED:
            raise WorkbookError("the workbook is protected by a password; save it without one")
        taken = 0
        with _readable(), self._archive.open(info) as stream:
            while data := stream.read(PIECE):
                taken += len(data)
                self.unpacked += len(data)
                self._refuse_too_much(part, taken, max(1, info.compress_size))
                yield data

    def _refuse_too_much(self, part: str, taken: int, packed: int) -> None:
        if taken > SUSPICIOUS_FROM and taken > SUSPICIOUS_RATIO * packed:
            raise WorkbookError(
                f"{part} unpacks to more than {SUSPICIOUS_RATIO} times its size, as a ZIP bomb does; save it again"
            )
        if self.unpacked > self.limits.unpacked:
            raise WorkbookError(
                f"unpacks to more than {self.limits.unpacked >> 20:,} MiB (setting unpacked_mebibytes); "
                "raise the setting if that is right, or save it as CSV"
            )


def _checked(parser: Any, part: str) -> Iterator[tuple[str, Any]]:
    for event, element in parser.read_events():
        information = element.getroottree().docinfo
        if information.doctype or information.internalDTD is not None:
            raise WorkbookError(f"{part} has a document type definition, which no spreadsheet writes; save it again")
        yield event, element


def _not_xml(part: str, error: Exception) -> Exception:
    """What libxml2 says; when it has no words for it, it got no memory."""
    said = _first_line(error)
    if said.startswith("unknown error") or "Memory allocation failed" in said:
        return MemoryError(said)
    return WorkbookError(f"is not a readable workbook ({part}: {said}); save it again")


def _plain(part: str) -> str:
    return part.replace("\\", "/").lstrip("/").lower()


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split("\n")[0].split())[:200] or type(error).__name__


@contextmanager
def _readable() -> Iterator[None]:
    """Whatever a damaged ZIP makes of reading is one error."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise WorkbookError(f"is not a readable workbook ({_first_line(error)}); save it again as .xlsx") from None
    except (OverflowError, LookupError, OSError) as error:
        raise WorkbookError(f"is not a readable workbook ({_first_line(error)}); save it again as .xlsx") from None
