"""The output gate as a run calls it: Great Expectations on the candidate's file."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import clean_run
import duckdb
import pytest
from plain_duckdb import checks_that_read, evaluated_plainly

from pipeline import checks
from pipeline.checks import CheckResult
from pipeline.checks.declare_check import failing_rows, quoted, sql_words
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED

EVERYTHING_BROKEN = """
    UPDATE upcoming_renewals SET status = 'gone', client_name = NULL WHERE change_id = 'X1';
    UPDATE upcoming_renewals SET current_mrr = 20.005 WHERE contract_id = 'C5';
    INSERT INTO client_contacts FROM client_contacts;
    UPDATE client_products SET partner_id = 'P2';
    UPDATE exports.contracts SET renewal_start_date = '2026-11-20' WHERE contract_id IN ('C1', 'C2');
    INSERT INTO findings SELECT 'expired_not_rolled', contract_id, NULL, hub_id, partner_id, currency, '2026-11-20',
        current_mrr, 'ask' FROM contract_mrr WHERE contract_id IN ('C1', 'C2');
    UPDATE exports.partners SET locale = 'xx-XX' WHERE partner_id = 'P1';
    UPDATE partner_summary SET lapsing = 7;
    DELETE FROM client_consumption;
    DELETE FROM exports.fx_rates;
"""

Change = Callable[[str], Path]


@pytest.fixture
def changed(clean_file: Path, tmp_path: Path) -> Change:
    """A copy of the clean run, changed by SQL, in a folder with a name that means something in an address."""

    def change(sql: str) -> Path:
        folder = tmp_path / "100 % $HOME #"
        folder.mkdir()
        copy = folder / "run.duckdb"
        shutil.copy(clean_file, copy)
        with closing(duckdb.connect(copy)) as con:
            con.execute(sql)
        return copy

    return change


def gate(candidate: Path, settings: Settings | None = None) -> list[CheckResult]:
    return checks.output_gate(candidate, settings=settings or Settings(), as_of=clean_run.AS_OF)


def failed(results: list[CheckResult]) -> dict[tuple[str, str], CheckResult]:
    return {(result.name, result.table_name): result for result in results if not result.success}


def test_the_clean_run_passes_and_its_file_can_be_written_again(clean_file: Path, tmp_path: Path, capfd):
    candidate = tmp_path / "candidate.duckdb"
    shutil.copy(clean_file, candidate)
    results = gate(candidate)
    assert failed(results) == {}
    assert {result.gate for result in results} == {"output"}
    # The file is closed: in one process DuckDB refuses to open it again with another configuration.
    with closing(duckdb.connect(candidate)) as con:
        checks.write(con, results)
        assert con.execute("SELECT count(*) FROM main.check_results").fetchone() == (len(results),)
    assert capfd.readouterr() == ("", "")


@pytest.fixture(scope="module")
def broken_file(clean_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    broken = tmp_path_factory.mktemp("broken") / "broken.duckdb"
    shutil.copy(clean_file, broken)
    with closing(duckdb.connect(broken)) as con:
        con.execute(EVERYTHING_BROKEN)
    return broken


@pytest.fixture(scope="module")
def found(broken_file: Path) -> dict[tuple[str, str], CheckResult]:
    return failed(gate(broken_file))


def test_great_expectations_answers_what_duckdb_answers(broken_file: Path, found: dict[tuple[str, str], CheckResult]):
    with closing(duckdb.connect(broken_file)) as con:
        expected = evaluated_plainly(con, checks_that_read({*PUBLISHED, *(f"exports.{table}" for table in EXPORTS)}))
    assert set(found) == {*expected, ("usable_locale", "partners")}
    assert len(found) > 15
    for key, rows in expected.items():
        assert len(found[key].examples) == min(len(rows), 20)
        assert f"{len(rows):,}" in found[key].observed
    assert not found["partner_of_client", "client_products"].success


def test_findings_name_counts_rows_and_money(found: dict[tuple[str, str], CheckResult]):
    assert found["expired_not_rolled", "findings"] == CheckResult(
        name="expired_not_rolled",
        gate="output",
        level="warning",
        table_name="findings",
        success=False,
        observed="contracts whose renewal date has passed without a new term: 2, with an MRR of EUR 50.00, USD 100.00. "
        "If the contract renewed, have its new term exported. If it ended, have a row with the outcome churned added "
        "to renewal_history.",
        examples=[
            {
                "contract_id": "C2",
                "hub_id": "H2",
                "other_contract_id": None,
                "happened_on": "2026-11-20",
                "currency": "EUR",
                "mrr": "50.0000",
            },
            {
                "contract_id": "C1",
                "hub_id": "H1",
                "other_contract_id": None,
                "happened_on": "2026-11-20",
                "currency": "USD",
                "mrr": "100.0000",
            },
        ],
    )
    assert found["known_codes", "upcoming_renewals"].observed == "codes that the rules do not know: 1 in status"
    assert found["known_codes", "upcoming_renewals"].examples == [
        {"status": "gone", "partner_id": "P2", "change_id": "X1"}
    ]
    assert found["usable_locale", "partners"].examples == [{"locale": "xx-XX", "partner_id": "P1"}]
    assert found["required_values", "upcoming_renewals"].examples == [
        {"partner_id": "P2", "change_id": "X1", "empty": "client_name"}
    ]
    stops = {result.name for result in checks.stopping(found.values())}
    assert "unique_keys" in stops
    assert "usable_locale" not in stops


def test_a_loss_of_all_contracts_stops(changed: Change):
    """The night gate compares with the run before; this gate needs none to see that contracts in force were lost."""
    found = failed(gate(changed("DELETE FROM contract_mrr")))
    for name in ("not_empty", "contracts_in_force_kept"):
        assert found[name, "contract_mrr"].stops


def test_a_missing_table_is_the_only_finding(changed: Change):
    results = gate(changed("DROP TABLE client_changes"))
    assert [(result.name, result.table_name, result.stops) for result in results] == [
        ("table_exists", "client_changes", True)
    ]


def test_a_vendor_may_have_any_name(changed: Change):
    name = "O'Neill {x} $rows :as_of \\:y 100%s"
    candidate = changed("UPDATE upcoming_renewals SET communication_owner = 'V' WHERE hub_id = 'H2'")
    with closing(duckdb.connect(candidate)) as con:
        con.execute("UPDATE upcoming_renewals SET communication_owner = ? WHERE change_id = 'X1'", [name])
    found = failed(gate(candidate, settings=Settings(vendor_name=name)))
    assert set(found) == {("communication_owner", "upcoming_renewals")}
    assert [row["change_id"] for row in found["communication_owner", "upcoming_renewals"].examples] == ["C2:renewal"]


def test_a_check_that_cannot_be_carried_out_is_an_error_and_no_finding(clean_file: Path):
    checks.warm_up()
    from pipeline.checks.gx_engine import CheckBrokenError, run_checks

    check = failing_rows("wrong_sql", "warning", "contract_mrr", "rows", "SELECT no_such_column FROM $rows")
    with pytest.raises(CheckBrokenError, match=r"check wrong_sql .*no_such_column"):
        run_checks(clean_file, [check], sql_words(clean_run.AS_OF, Settings(), with_decisions=True))
    # and the file is closed all the same
    duckdb.connect(clean_file).close()


def test_at_most_twenty_examples_but_every_row_is_counted(changed: Change):
    found = failed(
        gate(changed("INSERT INTO contract_mrr SELECT 'N' || i, 'H1', 'P1', 'USD', 0 FROM range(1234) r(i)"))
    )
    result = found["only_contracts_in_force", "contract_mrr"]
    assert len(result.examples) == 20
    assert "1,234" in result.observed


@pytest.mark.parametrize("text", ["plain", "it's", "{batch}", ":name", "a\\:b", "$rows"])
def test_quoted_text_comes_back_as_it_was(text: str):
    expression = quoted(text)
    assert not set("{}:") & set(expression)
    assert duckdb.connect().execute(f"SELECT {expression}").fetchone() == (text,)


def test_the_results_are_kept_as_they_are():
    result = CheckResult("name", "export", "warning", "clients", False, "1 wröng", [{"hub_id": "日", "line_number": 7}])
    with closing(duckdb.connect()) as con:
        checks.write(con, [result])
        checks.write(con, [])
        row = con.execute("SELECT * FROM main.check_results").fetchone()
    assert row is not None
    assert row[:6] == ("name", "export", "warning", "clients", False, "1 wröng")
    assert json.loads(row[6]) == [{"hub_id": "日", "line_number": 7}]


RUN_THE_GATE = """
results = checks.output_gate(pathlib.Path(sys.argv[1]), settings=Settings(),
                             as_of=datetime.date(2026, 11, 23))
assert all(result.success for result in results)
"""


@pytest.mark.parametrize("then", ["", RUN_THE_GATE], ids=["only warmed up", "ran the gate"])
def test_a_process_that_used_great_expectations_ends_in_silence(clean_file: Path, then: str):
    script = (
        "import sys, datetime, pathlib\n"
        "from pipeline import checks\n"
        "from pipeline.settings import Settings\n"
        "assert 'great_expectations' not in sys.modules\n"
        "checks.warm_up()\n" + then
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, str(clean_file)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
