"""Finance's tables in `renewals run`: there by default, tied to the run before, left out when asked."""

from __future__ import annotations

import json
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from tests.conftest import SAMPLE_DAY


def run(renewals, exports, *more):
    return renewals("run", "--exports", exports, "--as-of", SAMPLE_DAY, "--no-reports", "--quiet", *more)


def rows(renewals, name, *more):
    said = renewals("table", name, "--format", "json", *more)
    assert said.code == 0, said.err
    return json.loads(said.out)


def test_a_contract_that_is_gone_tonight_is_a_finding_with_its_mrr_and_not_a_silent_drop(renewals, exports, own_home):
    before = {row["contract_id"]: row for row in rows(renewals, "contract_mrr")}["C-DAY45"]
    opened = sum(Decimal(row["opening"]) for row in first_month(renewals, before))
    text = (exports / "contracts.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in text if not line.startswith("C-DAY45,")]
    assert len(kept) == len(text) - 1
    (exports / "contracts.csv").write_text("".join(kept), encoding="utf-8", newline="")

    said = run(renewals, exports)
    assert said.code == 0, said.err
    assert "warning: missing_from_export of findings: contracts in force in the run before that" in said.err
    assert "any more: 1, with an MRR of USD 800.00" in said.err
    found = [row for row in rows(renewals, "findings") if row["finding"] == "missing_from_export"]
    [advice] = [row.pop("what_to_do") for row in found]
    assert advice.startswith("Look for the contract in the quarantine.")
    assert found == [
        {
            "finding": "missing_from_export",
            "contract_id": "C-DAY45",
            "other_contract_id": None,
            "hub_id": before["hub_id"],
            "partner_id": before["partner_id"],
            "currency": before["currency"],
            "happened_on": SAMPLE_DAY,
            "mrr": before["current_mrr"],
        }
    ]
    assert sum(Decimal(row["opening"]) for row in first_month(renewals, before)) == opened - Decimal("800")


def first_month(renewals, contract):
    shown = rows(renewals, "mrr_projection", "--partner", contract["partner_id"])
    return [
        row
        for row in shown
        if (row["currency"], row["scenario"], row["month"]) == (contract["currency"], "full", "2026-11-01")
    ]


def test_a_run_can_leave_finance_out_and_says_so_when_asked_for_it(renewals, exports, own_home):
    said = run(renewals, exports, "--no-finance")
    assert said.code == 0, said.err
    assert "of findings" not in said.err
    assert rows(renewals, "contract_mrr")
    said = renewals("table", "mrr_projection")
    assert (said.code, said.out) == (2, "")
    assert "has no table mrr_projection: it was made by an older version, or without it (run --no-finance)" in said.err
    # The next night compares with a run that has none.
    assert run(renewals, exports).code == 0
    assert rows(renewals, "mrr_projection")


def test_reference_rates_stand_in_for_missing_ones_only_when_the_setting_says_so(
    renewals, exports, tmp_path, monkeypatch
):
    # A home of its own: that the rates of a night before are gone would hold the run (rule 14).
    own_home = tmp_path / "home-without-rates"
    monkeypatch.setenv("RENEWALS_HOME", str(own_home))
    monkeypatch.chdir(tmp_path)
    (exports / "fx_rates.csv").unlink()
    assert run(renewals, exports).code == 0
    native = {row["currency"]: row for row in rows(renewals, "currency_rates")}
    assert {currency for currency, row in native.items() if row["fx_rate"] is not None} == {"USD"}

    (own_home / "renewals.toml").write_text("ecb_rates = true\n")
    said = run(renewals, exports)
    assert said.code == 0, said.err
    assert (
        "warning: reference_rates of fx_rates: the export has no exchange rates as of 2026-11-23; European" in said.err
    )
    converted = {row["currency"]: row for row in rows(renewals, "currency_rates")}
    assert {name: row["current_mrr"] for name, row in converted.items()} == {
        name: row["current_mrr"] for name, row in native.items()
    }
    euro = converted["EUR"]
    assert date(2026, 10, 23) <= date.fromisoformat(euro["fx_rate_date"]) <= date(2026, 11, 23)
    amount = Decimal(euro["current_mrr"]) * Decimal(euro["fx_rate"])
    assert Decimal(euro["current_mrr_converted"]) == amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    assert converted["KWD"]["fx_rate"] is None  # the bank has none for it
    assert "none of the last 31 days for " in said.err
