"""The sentences of data/sample/README.md, held against the pipeline: the page's tables are the expectations.

They were worked out by hand from the rules; the column `because` of each row shows how.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from pipeline import transform
from pipeline.tables.declare import Column
from pipeline.tables.exports import EXPORTS

SAMPLE = Path(__file__).parent.parent / "data" / "sample"
AS_OF = date(2026, 11, 23)
BROKEN_ROWS = ("L-BROKEN-REFERENCE", "L-BROKEN-PRICE", "U-BROKEN-DATE")
PARTS = ("price", "discount", "limits", "quote", "cancellation")


def readme_rows(first_columns: str) -> list[dict[str, str]]:
    """Every row of the page's tables whose header begins with those columns, as header → cell."""
    found: list[dict[str, str]] = []
    header: list[str] = []
    for line in (SAMPLE / "README.md").read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            header = []
            continue
        cells = [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        if not header:
            header = cells if line.startswith(first_columns) else ["another table"]
        elif header != ["another table"] and not line.startswith("|---"):
            found.append(dict(zip(header, cells, strict=True)))
    return found


CHANGES = readme_rows("| change | shows | status |")
CELLS = readme_rows("| change | shows | column |")
WITHOUT_ROW = readme_rows("| contract | because |")
QUARANTINED = readme_rows("| file | line |")


def typed(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    if column.kind == "bool":
        return text.replace_strict({"true": True, "false": False}, return_dtype=pl.Boolean)
    return text.str.to_date("%Y-%m-%d") if column.kind == "date" else text.cast(column.polars_type)


@pytest.fixture(scope="module")
def published() -> dict[str, pl.DataFrame]:
    exports = {}
    for name, table in EXPORTS.items():
        raw = pl.read_csv(SAMPLE / f"{name}.csv", infer_schema=False)
        clean = raw.filter(~pl.col(raw.columns[0]).is_in(BROKEN_ROWS))
        exports[name] = clean.select(typed(column) for column in table.columns)
    return transform.build(exports, as_of=AS_OF)


@pytest.fixture(scope="module")
def rows(published: dict[str, pl.DataFrame]) -> dict[str, dict[str, object]]:
    return {row["change_id"]: row for row in published["upcoming_renewals"].iter_rows(named=True)}


def expected_parts(text: str) -> dict[str, Decimal]:
    named = dict(part.split() for part in text.split(", ") if part)
    assert set(named) <= set(PARTS)
    return {f"mrr_change_{part}": Decimal(named.get(part, "0")) for part in PARTS}


def test_the_page_tells_about_every_kind_of_row():
    assert len(CHANGES) > 80
    assert len(CELLS) > 15
    assert len(WITHOUT_ROW) == 10
    assert {row["row"] for row in QUARANTINED} == set(BROKEN_ROWS)


@pytest.mark.parametrize("told", CHANGES, ids=lambda told: told["change"])
def test_a_change_is_as_the_page_says(told: dict[str, str], rows: dict[str, dict[str, object]]):
    row = rows[told["change"]]
    new, before = Decimal(told["new"]), Decimal(told["before"])
    deadline, starts = date.fromisoformat(told["deadline"]), date.fromisoformat(told["starts"])
    expected = {
        "status": told["status"].split("/")[0],
        "status_basis": told["status"].split("/")[1],
        "renewal_start_date": starts,
        "renewal_deadline": deadline,
        "days_to_change": (starts - AS_OF).days,
        "days_to_deadline": (deadline - AS_OF).days,
        "mrr_before": before,
        "estimated_new_mrr": new,
        "mrr_change": new - before,
        "estimate_basis": told["basis"],
        **expected_parts(told["parts"]),
    }
    assert {name: row[name] for name in expected} == expected, told["because"]


@pytest.mark.parametrize("told", CHANGES, ids=lambda told: told["change"])
def test_the_parts_told_add_up(told: dict[str, str]):
    change = Decimal(told["new"]) - Decimal(told["before"])
    assert sum(expected_parts(told["parts"]).values()) == change


@pytest.mark.parametrize("told", CELLS, ids=lambda told: f"{told['change']} {told['column']}")
def test_a_cell_is_as_the_page_says(told: dict[str, str], rows: dict[str, dict[str, object]]):
    cell = rows[told["change"]][told["column"]]
    assert ("" if cell is None else str(cell)) == told["value"], told["shows"]


@pytest.mark.parametrize("told", WITHOUT_ROW, ids=lambda told: told["contract"])
def test_a_contract_has_no_row(told: dict[str, str], published: dict[str, pl.DataFrame]):
    of_contract = pl.col("contract_id") == told["contract"]
    assert published["upcoming_renewals"].filter(of_contract).is_empty(), told["because"]
    counted = [
        f"{row['current_mrr']:.2f} {row['partner_id'] or 'nobody'}"
        for row in published["contract_mrr"].filter(of_contract).iter_rows(named=True)
    ]
    assert (counted or ["no"]) == [told["contract_mrr"]]


def test_every_hand_picked_upcoming_change_is_on_the_page(rows: dict[str, dict[str, object]]):
    by_hand = {change for change, row in rows.items() if str(row["hub_id"]).startswith("H-")}
    told = {row["change"] for row in (*CHANGES, *CELLS)}
    untold = {change for change in by_hand - told if not change.startswith(("C-HOSTILE-", "C-NAME-"))}
    assert untold == set()


@pytest.mark.parametrize("told", QUARANTINED, ids=lambda told: told["row"])
def test_a_broken_row_stands_on_the_line_that_the_page_says(told: dict[str, str]):
    lines = (SAMPLE / told["file"]).read_text(encoding="utf-8").split("\n")
    assert lines[int(told["line"]) - 1].startswith(told["row"] + ",")


def test_hostile_names_arrive_unchanged(rows: dict[str, dict[str, object]]):
    assert rows["C-HOSTILE-01:renewal"]["client_name"] == "=cmd|' /C calc'!A0"
    assert rows["C-HOSTILE-11:renewal"]["client_name"] == "Line one\nline two"
    assert rows["C-HOSTILE-12:renewal"]["client_name"] == "  spaces kept  "
    assert rows["C-HOSTILE-13:renewal"]["client_name"] == "null"


def test_the_rate_of_last_friday_is_used_and_pesos_have_none(published: dict[str, pl.DataFrame]):
    of_partner = published["partner_summary"].filter(pl.col("partner_id") == "P-MONEY")
    by_currency = {row["currency"]: row for row in of_partner.iter_rows(named=True)}
    # 1.08 + 4 weeks × 0.0015; the row of 27 November is not known yet. 720 EUR × 1.086 = 781.92.
    assert by_currency["EUR"]["fx_rate"] == Decimal("1.086")
    assert by_currency["EUR"]["fx_rate_date"] == date(2026, 11, 20)
    assert by_currency["EUR"]["current_mrr_converted"] == Decimal("781.92")
    assert by_currency["CLP"]["current_mrr"] == 2 * 720000
    assert by_currency["CLP"]["fx_rate"] is None
    assert by_currency["CLP"]["current_mrr_converted"] is None
