"""Cases from the field in the contract's own shape, and siblings of each kind: what is read is what is written.

The folder `field` of the cases is described in its README; the drafts of registers have tests of their own.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipeline import transform
from pipeline.errors import InputError
from pipeline.ingest import ingest
from pipeline.ingest.contract.reasons import advice_for
from pipeline.settings import Settings, parse_settings
from pipeline.warehouse import Exports as Warehouse
from pipeline.warehouse.connection import connect
from tests.conftest import CASES
from tests.ingest.export_folder import AS_OF, Exports

FIELD = CASES / "field"


def published(folder: Path) -> tuple[dict[str, Decimal], list[dict[str, object]], int]:
    """MRR by contract, the upcoming changes, and how many rows were quarantined."""
    with connect() as con:
        ingest(con, folder, settings=Settings(), as_of=AS_OF)
        built = transform.build(Warehouse(con), as_of=AS_OF)
        [(quarantined,)] = con.execute("SELECT count(*) FROM quarantine").fetchall()
    mrr = dict(built["contract_mrr"].select("contract_id", "current_mrr").rows())
    return mrr, built["upcoming_renewals"].to_dicts(), quarantined


def field_case(name: str) -> Path:
    if not (FIELD / name).is_dir():
        pytest.skip(f"the case {name} lies beside the project and is not here")
    return FIELD / name


def test_a_credit_is_a_line_with_a_negative_price():
    mrr, changes, quarantined = published(field_case("credit-line"))
    assert quarantined == 0
    assert mrr["C1"] == Decimal("800.00")
    assert {mrr[f"C{n}"] for n in range(2, 8)} == {Decimal("1000.00")}
    assert {row["estimated_new_mrr"] for row in changes if row["contract_id"] == "C1"} == {Decimal("800.00")}


def test_a_whole_number_with_decimals_that_are_zero():
    mrr, changes, quarantined = published(field_case("csv-int-point-zero"))
    assert quarantined == 0
    assert set(mrr) == {"C1", "C2", "C3"}
    assert {row["contact_max"] for row in changes} == {10000}
    assert {row["renewal_deadline"] for row in changes} == {date(2027, 1, 2)}  # 30 days, not 45


HEAD = (
    "contract_id,hub_id,currency,term_start_date,renewal_start_date,subscription_term_months,billing_frequency,"
    "notice_days,notice_months"
)
NOTICES = [
    ("c1", "2026-05-31", "2027-05-31", "", "3", date(2027, 2, 28)),  # cut to the month's last day
    ("c2", "2026-02-01", "2027-02-01", "", "2.0", date(2026, 12, 1)),
    ("c3", "2026-02-01", "2027-02-01", "60.0", "", date(2026, 12, 3)),
    ("c4", "2026-02-01", "2027-02-01", " ", " ", date(2026, 12, 18)),  # the vendor's 45 days
]


def rows_of_notices(separator: str, mark: str) -> str:
    lines = [HEAD.replace(",", separator)]
    for contract, starts, renews, days, months, _ in NOTICES:
        cells = (contract, "h1", "EUR", starts, renews, "12", "monthly", days, months)
        lines.append(separator.join(cell.replace(".", mark) for cell in cells))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("separator", "mark", "settings"),
    [
        (",", ".", {}),
        (";", ",", {"delimiter": ";", "decimal_comma": True}),
        ("\t", ".", {"delimiter": "\t"}),
        ("|", ".", {"delimiter": "|", "encoding": "cp1252"}),
    ],
)
def test_a_notice_in_months_or_in_days_in_every_dress(
    exports: Exports, separator: str, mark: str, settings: dict[str, object]
):
    exports.write("contracts.csv", rows_of_notices(separator, mark))
    exports.write(
        "contract_lines.csv",
        "line_id,contract_id,product_code,product_name,quantity,unit_price\nl1,c1,hub,Hub,1,100\nl2,c1,bonus,Bonus,1,-20\n",
    )
    with connect() as con:
        ingest(con, exports.folder, settings=parse_settings({"exports": {"contracts": settings}}), as_of=AS_OF)
        changes = transform.build(Warehouse(con), as_of=AS_OF, window_days=365)["upcoming_renewals"]
    found = {row["contract_id"]: row["renewal_deadline"] for row in changes.to_dicts()}
    assert found == {contract: deadline for contract, *_, deadline in NOTICES}
    assert dict(changes.select("contract_id", "current_mrr").rows())["c1"] == Decimal(80)


@pytest.mark.parametrize("frequency", ["Bi-Annual", "Weekly", "Monthly", "every two weeks"])
def test_a_frequency_that_is_not_known_is_named_with_the_ones_there_are(exports: Exports, frequency: str):
    exports.write(
        "contracts.csv", (exports.folder / "contracts.csv").read_text().replace(",monthly,", f",{frequency},")
    )
    exports.run()
    [row] = [row for row in exports.quarantine() if row[2] == "contracts"]
    assert row == ("contracts.csv", 2, "contracts", "unknown_billing_frequency")
    advice = advice_for("unknown_billing_frequency", "contracts")
    assert "not known" in advice
    assert all(known in advice for known in ("monthly", "quarterly", "semiannual", "annual", "other"))
    assert [cells["billing_frequency"] for cells in exports.cells() if "billing_frequency" in cells] == [frequency]


@pytest.mark.parametrize("price", ["TBC", "on request", "n/a", "–"])
def test_a_line_without_a_price_is_refused_with_its_line(exports: Exports, price: str):
    text = (exports.folder / "contract_lines.csv").read_text()
    exports.write("contract_lines.csv", text.replace("20.50", price))
    exports.run()
    assert exports.quarantine() == [("contract_lines.csv", 2, "contract_lines", "not_a_number:unit_price")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("partner_id,partner_name\np1,Müller\np2,Garçon\np3,Caf", 4),
        ('partner_id,partner_name\r\np1,Müller\r\np2,Ç\r\np4,"two\r\nlines"\r\np3,Caf', 6),
        ("partner_id,partner_name\n\np1,東京\np2,Ünal\np3,Caf", 5),
    ],
)
def test_the_line_of_a_byte_that_is_not_utf_8_is_named(exports: Exports, text: str, place: int):
    exports.write("partners.csv", text.encode() + b"\xe9 Noir\n")
    with pytest.raises(InputError, match=rf"partners.csv: line {place} is not utf-8"):
        exports.run()
