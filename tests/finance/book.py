"""Books for tests of finance's report: drawn exports as a run's file, and what its surfaces show, read back by hand.

Nothing here uses the code under test to read: amounts are parsed from the English way of writing them.
"""

from __future__ import annotations

import html.parser
import io
import re
import subprocess
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import transform
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.transform.decisions_in_effect import no_decisions
from pipeline.warehouse import create_run_file, write_table
from tests import strategies
from tests.render import report_data as data

AS_OF = date(2026, 11, 23)
RATES = {"EUR": ("1.0815", "1.086"), "JPY": ("0.00666", "0.00669"), "KWD": ("3.252", "3.258")}
"""At the end of October and in November; CLF has none."""

TOO_LARGE = Decimal(10**7)
"""A spreadsheet keeps 15 digits; the few drawn amounts that are larger belong to other tests."""


def drawn_book(seed: int = 7, *, contracts: int = 160) -> strategies.Exports:
    """An export in five currencies with hostile names, agreed, silent, pending, lapsing and cancelled renewals."""
    exports = strategies.random_exports(seed, contracts=contracts, as_of=AS_OF)
    exports["contract_lines"] = [
        line
        for line in exports["contract_lines"]
        if line["quantity"] < TOO_LARGE and line["quantity"] * line["unit_price"] < TOO_LARGE
    ]
    exports["fx_rates"] = [
        strategies.row("fx_rates", rate_date=day, currency=currency, rate=Decimal(rate))
        for currency, rates in RATES.items()
        for day, rate in zip((date(2026, 10, 30), date(2026, 11, 20)), rates, strict=True)
    ]
    exports["renewal_history"] = [
        strategies.row(
            "renewal_history",
            contract_id=contract["contract_id"],
            hub_id=contract["hub_id"],
            renewal_start_date=date(2026, 1, 1),
            outcome="churned" if place % 5 == 0 else "renewed",
            mrr_before=Decimal(100),
            mrr_after=Decimal(0 if place % 5 == 0 else 100),
            currency=contract["currency"],
            subscription_term_months=contract["subscription_term_months"],
        )
        for place, contract in enumerate(exports["contracts"])
        if place % 2
    ]
    return exports


def write_run(
    path: Path,
    exports: strategies.Exports,
    *,
    as_of: date = AS_OF,
    settings: Settings | None = None,
    previous: pl.DataFrame | None = None,
) -> Path:
    """A run's file of these exports, with finance's tables, as `run` leaves it."""
    settings = settings or Settings()
    frames = strategies.frames(exports)
    tables = transform.build(frames, as_of=as_of, **settings.rule_values())
    tables |= transform.build_finance(frames, as_of=as_of, previous=previous, **settings.finance_values())
    tables["run_info"] = data.frame(
        PUBLISHED["run_info"], [data.RUN | {"as_of": as_of, "settings": settings.to_json()}]
    )
    tables["decisions"] = no_decisions()
    with create_run_file(path) as con:
        con.execute("CREATE SCHEMA exports")
        for name in EXPORTS:
            con.register("given", frames[name])
            con.execute(f"CREATE TABLE exports.{name} AS FROM given")
            con.unregister("given")
        for name, frame in tables.items():
            write_table(con, name, frame)
    return path


# Reading back ------------------------------------------------------------------------------------------------------

AMOUNT = re.compile(r"([+-]?)([A-Z]{3})\s([\d,]+(?:\.\d+)?)")
"""A sign, a code, and behind a no-break space (in text of a PDF any space) the digits."""


def amount(text: str) -> tuple[str, Decimal]:
    """`-USD 1,234.50` → ("USD", -1234.50)."""
    found = AMOUNT.fullmatch(text)
    assert found, text
    return found[2], Decimal(found[1] + found[3].replace(",", ""))


class Page(html.parser.HTMLParser):
    """The tables of a page: rows as (attributes of the row, attributes of its section, texts)."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[tuple[dict[str, Any], dict[str, Any], list[str]]] = []
        self.tags: list[tuple[str, dict[str, Any]]] = []
        self.texts: list[str] = []
        self._sections: list[dict[str, Any]] = [{}]
        self._cell = False
        self._quiet = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        named = dict(attributes)
        self.tags.append((tag, named))
        if tag == "section":
            self._sections.append(named)
        elif tag == "tr":
            self.rows.append((named, self._sections[-1], []))
        elif tag in ("td", "th"):
            self.rows[-1][2].append("")
            self._cell = True
        elif tag in ("style", "script"):
            self._quiet = tag

    def handle_endtag(self, tag):
        if tag == "section":
            self._sections.pop()
        elif tag in ("td", "th"):
            self._cell = False
        elif tag == self._quiet:
            self._quiet = ""

    def handle_data(self, text):
        if self._cell:
            self.rows[-1][2][-1] += text
        elif not self._quiet:
            self.texts.append(text)


def bridge_of_page(text: str) -> dict[tuple[str, str], list[tuple[str, Decimal]]]:
    """(currency, bar) → its native amount, and the converted one where there is one."""
    return {
        (section["data-currency"], row["data-bar"]): [amount(cell) for cell in cells[1:] if cell != "–"]
        for row, section, cells in Page(text).rows
        if row.get("data-bar")
    }


def pdf_words(content: bytes) -> str:
    """The text of a PDF in the order in which it was written, on one line."""
    done = subprocess.run(["pdftotext", "-raw", "-", "-"], input=content, capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode())


def sheets_xml(content: bytes) -> dict[str, str]:
    """The parts of a workbook that are XML, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}


def without_values(content: bytes) -> bytes:
    """The workbook with every formula's value taken out, so that whoever reads it has to work them out."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", part)
            new.writestr(name, part)
    return out.getvalue()
