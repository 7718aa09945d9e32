"""Small registers of odd shapes for drafts: a header, rows and the way they are written."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

Cell = str | int | float | date | None


def as_csv(rows: Sequence[Sequence[Cell]], delimiter: str = ",") -> str:
    """The rows as CSV; dates are ISO dates."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(
        [["" if cell is None else str(cell) for cell in row] for row in rows]
    )
    return out.getvalue()


def table(text: str) -> list[list[str]]:
    """Rows of cells from a drawn table: one row a line, cells parted by |."""
    return [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]


def write(folder: Path, name: str, rows: Sequence[Sequence[Cell]], *, encoding: str = "utf-8") -> Path:
    """Writes the rows as the ending of the name says: .csv, .tsv, .txt with semicolons, .xlsx or .json."""
    path = folder / name
    match path.suffix:
        case ".xlsx":
            _write_xlsx(path, rows)
        case ".json":
            header, *records = rows
            objects = [dict(zip(map(str, header), record, strict=True)) for record in records]
            path.write_text(json.dumps(objects, ensure_ascii=False, indent=1), encoding=encoding)
        case suffix:
            delimiter = {".tsv": "\t", ".txt": ";"}.get(suffix, ",")
            path.write_text(as_csv(rows, delimiter), encoding=encoding)
    return path


def _write_xlsx(path: Path, rows: Sequence[Sequence[Cell]]) -> None:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Register")
        for place, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(place, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                elif isinstance(cell, str):
                    sheet.write_string(place, column, cell)
                elif cell is not None:
                    sheet.write(place, column, cell)
