"""Workbooks written part by part, so that each part can say what no spreadsheet program writes."""

from __future__ import annotations

import zipfile
from pathlib import Path

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr{{settings}}/><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>'
)
WORKBOOK_RELATIONS = (
    f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
    f'<Relationship Id="r3" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
)


def sheet(rows: str, *, before: str = "") -> str:
    """A sheet's part with that XML of rows; `before` stands above its root."""
    return f'{before}<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def strings(items: str, *, before: str = "") -> str:
    return f'{before}<sst xmlns="{_MAIN}">{items}</sst>'


def styles(*codes: str) -> str:
    """Cell styles 1, 2, … with these number formats; style 0 is General."""
    formats = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{code}"/>' for n, code in enumerate(codes))
    used = "".join(f'<xf numFmtId="{200 + n}"/>' for n in range(len(codes)))
    return (
        f'<styleSheet xmlns="{_MAIN}"><numFmts>{formats}</numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs>'
        f'<cellXfs><xf numFmtId="0"/>{used}</cellXfs></styleSheet>'
    )


def text_row(number: int, *texts: str) -> str:
    cells = "".join(
        f'<c r="{chr(65 + n)}{number}" t="inlineStr"><is><t>{each}</t></is></c>' for n, each in enumerate(texts)
    )
    return f'<row r="{number}">{cells}</row>'


def write_workbook(path: Path, parts: dict[str, str | bytes], *, settings: str = "") -> Path:
    """A workbook with these parts besides those that every workbook has (`sheet1.xml` is the sheet)."""
    places = {
        "sheet1.xml": "xl/worksheets/sheet1.xml",
        "sharedStrings.xml": "xl/sharedStrings.xml",
        "styles.xml": "xl/styles.xml",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("_rels/.rels", RELATIONS)
        archive.writestr("xl/workbook.xml", WORKBOOK.format(settings=settings))
        archive.writestr("xl/_rels/workbook.xml.rels", WORKBOOK_RELATIONS)
        for name, content in parts.items():
            archive.writestr(places.get(name, name), content)
    return path
