"""A book of five currencies with its report, made once; and LibreOffice, which works its workbook out once."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipeline.warehouse import open_run_file
from tests import strategies
from tests.finance.book import drawn_book, without_values, write_run
from tests.reading import write_finance_report

RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""LibreOffice otherwise trusts the values of a file that Excel seems to have written."""


@dataclass(frozen=True)
class Book:
    """A run's file, what it was made from, and its report."""

    exports: strategies.Exports
    run_file: Path
    html: str
    pdf: bytes
    xlsx: bytes

    def sql(self, query: str) -> pl.DataFrame:
        with open_run_file(self.run_file) as con:
            return con.sql(query).pl()


@pytest.fixture(scope="session")
def book(tmp_path_factory) -> Book:
    folder = tmp_path_factory.mktemp("finance")
    exports = drawn_book()
    run_file = write_run(folder / "run.duckdb", exports)
    page, pdf, workbook = write_finance_report(run_file, folder / "reports")
    assert [path.name for path in (page, pdf, workbook)] == ["finance.html", "finance.pdf", "finance.xlsx"]
    return Book(exports, run_file, page.read_text(), pdf.read_bytes(), workbook.read_bytes())


@pytest.fixture(scope="session")
def recalculated(book, tmp_path_factory) -> openpyxl.Workbook:
    """The workbook as LibreOffice works it out from its formulas alone: their values were taken out before."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice is not installed: sudo apt-get install -y libreoffice-calc-nogui")
    folder = tmp_path_factory.mktemp("libreoffice")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATE)
    bare = folder / "bare.xlsx"
    bare.write_bytes(without_values(book.xlsx))
    assert openpyxl.load_workbook(bare, data_only=True)["Bridge"]["C2"].value is None
    options = [f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore", "--convert-to", "xlsx"]
    subprocess.run(
        [program, *options, "--outdir", str(folder / "out"), str(bare)], check=True, capture_output=True, timeout=240
    )
    return openpyxl.load_workbook(folder / "out" / "bare.xlsx", data_only=True)
