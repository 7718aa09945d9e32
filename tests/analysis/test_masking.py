"""People are masked in everything an analyst can read, by whatever way; who asks for more leaves a line."""

from __future__ import annotations

import csv
import json
import re

import polars as pl
import pytest

from pipeline import open_run
from pipeline.analysis.audit import FILE
from pipeline.errors import UsageError
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED
from pipeline.warehouse.masking import MASK
from tests.conftest import SAMPLE


def people() -> set[str]:
    """Names and e-mail addresses of the sample's people, without those that are words of clients or of code too."""
    with (SAMPLE / "contacts.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with (SAMPLE / "partners.csv").open(encoding="utf-8", newline="") as file:
        addresses = {address for row in csv.DictReader(file) for address in row["report_emails"].split(";")}
    words = addresses | {row[column] for row in rows for column in ("full_name", "email")}
    with (SAMPLE / "clients.csv").open(encoding="utf-8", newline="") as file:
        clients = {row["client_name"] for row in csv.DictReader(file)}
    return {word for word in words - clients if " " in word.strip() or "@" in word}


@pytest.fixture(scope="module")
def run(sample_home):
    return open_run(home=sample_home)


def test_no_table_of_a_run_names_a_person(run):
    text = "\n".join(run.table(name).write_json() for name in run.tables["table"])
    words = people()
    assert len(words) > 200
    assert [word for word in sorted(words) if json.dumps(word, ensure_ascii=False)[1:-1] in text] == []


def test_every_personal_column_is_masked_where_it_has_a_value_and_only_there(run, own_home):
    seen = open_run(home=own_home)
    for prefix, tables in (("", PUBLISHED), ("exports.", EXPORTS)):
        for table in tables.values():
            for column in table.personal_columns:
                shown = run.table(f"{prefix}{table.name}", columns=[column])[column]
                plain = seen.table(f"{prefix}{table.name}", columns=[column], unmask=True)[column]
                assert shown.null_count() == plain.null_count() < len(plain)
                assert set(shown.drop_nulls()) == {MASK}
                assert MASK not in set(plain)


def test_what_is_not_about_people_is_as_it_is(run, own_home):
    seen = open_run(home=own_home)
    for name in ("client_contacts", "upcoming_renewals", "contract_mrr"):
        others = [column for column in PUBLISHED[name].column_names if column not in PUBLISHED[name].personal_columns]
        assert run.table(name, columns=others).equals(seen.table(name, columns=others, unmask=True))


def test_original_cells_of_refused_rows_show_what_the_contract_declares_and_no_person(run):
    by_table = {row["table_name"]: json.loads(row["cells"]) for row in run.table("quarantine").to_dicts()}
    assert by_table["contract_lines"]["unit_price"] in ("800", "200.1234567")
    assert set(by_table["contacts"].values()) == {MASK, None}


def test_cells_that_the_contract_does_not_know_can_hold_anything(own_home, renewals, exports):
    lines = (exports / "clients.csv").read_text(encoding="utf-8").splitlines()
    added = [f"{lines[0]},account_manager", ",A client without an id,,,,Eve Example"] + [f"{row}," for row in lines[1:]]
    (exports / "clients.csv").write_text("\n".join(added) + "\n", encoding="utf-8")
    assert renewals("run", "--exports", exports, "--as-of", "2026-11-24", "--no-reports").code == 0
    run = open_run(home=own_home)
    (cells,) = run.table("quarantine").filter(table_name="clients")["cells"]
    assert json.loads(cells)["account_manager"] == MASK
    assert json.loads(cells)["client_name"] == "A client without an id"
    assert "Eve Example" not in run.table("check_results").write_json()
    assert "Eve Example" in run.table("check_results", unmask=True).write_json()


AROUND = (
    "FROM run_file.main.client_contacts",
    "FROM run_file.exports.contacts",
    "FROM memory.under_the_views.client_contacts",
    "SELECT (SELECT max(full_name) FROM run_file.exports.contacts)",
    "WITH a AS (FROM run_file.exports.contacts) FROM a",
    "FROM (SELECT 1) JOIN run_file.exports.contacts ON true",
    "SELECT 1 WHERE EXISTS (FROM run_file.exports.contacts WHERE full_name = 'Ana Almeida')",
    "FROM query('FROM run_file.exports.contacts')",
    "FROM query_table('run_file.exports.contacts')",
    "SUMMARIZE run_file.exports.contacts",
    "FROM read_csv('contacts.csv')",
    "FROM read_blob('/etc/hostname')",
    "FROM duckdb_tables()",
    "SELECT 1; FROM run_file.exports.contacts",
    "ATTACH 'other.duckdb' AS other",
    "CREATE TABLE t AS FROM run_file.exports.contacts",
    "COPY (SELECT 1) TO 'out.csv'",
    "SET enable_external_access = true",
    "PRAGMA database_list",
    "DROP VIEW client_contacts",
    "",
)


@pytest.mark.parametrize("query", AROUND)
def test_sql_is_no_way_around(run, query):
    with pytest.raises(UsageError):
        run.sql(query)


def test_the_connection_itself_reaches_no_file(run, tmp_path):
    (tmp_path / "people.csv").write_text("name\nAna Almeida\n")
    with pytest.raises(UsageError, match="DuckDB says"):
        run.sql(f"FROM '{tmp_path / 'people.csv'}'")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT full_name FROM client_contacts",
        "SELECT full_name FROM main.client_contacts",
        "SELECT c.email FROM exports.contacts c WHERE c.email IS NOT NULL",
        "SELECT max(last_active_user) FROM upcoming_renewals",
        "SELECT t::VARCHAR FROM client_contacts t",
    ],
)
def test_sql_over_the_tables_by_their_names_is_masked(run, query):
    text = run.sql(query).write_json()
    assert MASK in text
    assert not [word for word in people() if word in text]


def test_a_filter_cannot_guess_a_name(run):
    assert run.sql("SELECT 1 FROM client_contacts WHERE full_name = 'Ana Almeida'").is_empty()
    assert run.table("client_contacts", lazy=True).filter(pl.col("full_name") == "Ana Almeida").collect().is_empty()


def test_a_report_and_an_explanation_are_masked_too(run, own_home):
    for masked in (run.report("P-DAYS").html, str(run.explain("C-DAY45:renewal").as_dict())):
        assert MASK in masked
        assert not [word for word in people() if word in masked]
    seen = open_run(home=own_home)
    assert "Bruno Brown" in seen.report("P-DAYS", unmask=True).html
    assert "Dmitri Dubois" in str(seen.explain("C-DAY45:renewal", unmask=True).as_dict())


def test_every_look_leaves_a_line_with_who_when_and_what(own_home):
    run = open_run(home=own_home)
    run.table("client_contacts")
    assert not (own_home / FILE).exists()
    run.table("client_contacts", partner="P-DAYS", unmask=True)
    run.sql("SELECT email\nFROM client_contacts", unmask=True)
    run.explain("C-DAY45:renewal", unmask=True)
    run.report("P-DAYS", unmask=True)
    lines = [json.loads(line) for line in (own_home / FILE).read_text().splitlines()]
    assert [line["what"] for line in lines] == [
        "table client_contacts of P-DAYS",
        "sql SELECT email FROM client_contacts",
        "explanation of C-DAY45:renewal",
        "report of P-DAYS",
    ]
    for line in lines:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line["time"])
        assert line["run"] == run.run_id
        assert line["who"]


def test_where_no_line_can_be_left_nothing_is_shown(own_home):
    (own_home / FILE).mkdir()
    with pytest.raises(UsageError, match=r"nothing is unmasked: .*unmasked\.jsonl cannot be written"):
        open_run(home=own_home).table("client_contacts", unmask=True)
