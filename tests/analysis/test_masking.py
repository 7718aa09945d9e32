"""People are masked in everything an analyst can read, by whatever way; who asks for more leaves a line."""

from __future__ import annotations

import csv
import json
import re
import shutil
from datetime import UTC, datetime

import polars as pl
import pytest

from pipeline import open_run
from pipeline.analysis.audit import FILE
from pipeline.cli.shell import run_command_line
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


def add_columns(path, header, *values):
    """More columns at the end of a file: `values` in its first rows, nothing in the others."""
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    filled = [*values, *[","] * (len(rows) - len(values))]
    lines = [f"{first},{header}", *(f"{row},{extra}" for row, extra in zip(rows, filled, strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def fill(path, column, value):
    """The same value in the first row of a column that the contract declares."""
    with path.open(encoding="utf-8", newline="") as file:
        first, second, *rows = csv.reader(file)
    second[first.index(column)] = value
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([first, second, *rows])


CORRECTIONS = (
    ("contacts", '{ contact_id = "U-DAY0-1" }', "full_name", "Ana Almeida", "Jane Private"),
    ("clients", '{ hub_id = "H-DAY1" }', "account manager", "Eve Example", "Joan Private"),
    ("clients", '{ hub_id = "H-DAY44" }', "website", "day44.example", "forty-four.example"),
    ("contract_lines", '{ line_id = "L-DAY44-1" }', "product_name", "Marketing Hub Professional", "Marketing Hub Pro"),
    ("partners", '{ partner_id = "P-DAYS" }', "locale", "en", "en-GB"),
)


@pytest.fixture(scope="module")
def people_everywhere(sample_home, tmp_path_factory):
    """The home of a run whose people stand where nobody expects them: unknown columns, corrections, decisions."""
    base = tmp_path_factory.mktemp("people")
    home, exports = base / "home", base / "exports"
    shutil.copytree(sample_home, home, symlinks=True)
    shutil.copytree(SAMPLE, exports, ignore=shutil.ignore_patterns("README.md"))
    fill(exports / "clients.csv", "renewal_manager", "Rita Renewal")
    fill(exports / "contacts.csv", "phone", "+1 555 0199")
    add_columns(exports / "contacts.csv", "direct line,manager", "+1 555 0100,Max Manager", "+1 555 0101,")
    add_columns(exports / "clients.csv", "account manager,note", "Eve Example,", "Eve Example,call Zoe")
    with (exports / "clients.csv").open("a", encoding="utf-8") as file:
        file.write(",A client without an id,,,,,,Eve Example,\n")
    (exports / "corrections.toml").write_text(
        "".join(
            f'[[correction]]\ntable = "{table}"\nkey = {key}\ncolumn = "{column}"\nwrong = "{wrong}"\n'
            f'right = "{right}"\nreason = "says Rhea Reason"\ntold = "tom@told.example"\nstatus = "reported"\n'
            for table, key, column, wrong, right in CORRECTIONS
        ),
        encoding="utf-8",
    )
    decision = ("decide", "default-owner", "--partner", "P-DAYS", "partner", "--actor", "Ann Actor")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENEWALS_HOME", str(home))
        patch.setattr("pipeline.cli.decision_output.now", lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
        assert run_command_line([*decision, "--reason", "asked by Rob Reason"]) == 0
        run = ("run", "--exports", str(exports), "--as-of", "2026-11-24", "--no-reports", "--quiet")
        assert run_command_line(list(run)) == 0
    return home


@pytest.fixture(scope="module")
def masked(people_everywhere):
    return open_run(home=people_everywhere)


def test_no_table_of_a_run_names_a_person(run):
    text = "\n".join(run.table(name).write_json() for name in run.tables["table"])
    words = people()
    assert len(words) > 200
    assert [word for word in sorted(words) if json.dumps(word, ensure_ascii=False)[1:-1] in text] == []


def test_every_personal_column_is_masked_where_it_has_a_value_and_only_there(masked):
    for prefix, tables in (("", PUBLISHED), ("exports.", EXPORTS)):
        for table in tables.values():
            for column in table.personal_columns:
                shown = masked.table(f"{prefix}{table.name}", columns=[column])[column]
                plain = masked.table(f"{prefix}{table.name}", columns=[column], unmask=True)[column]
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


def test_cells_that_the_contract_does_not_know_can_hold_anything(masked):
    (cells,) = masked.table("quarantine").filter(table_name="clients")["cells"]
    assert json.loads(cells)["account manager"] == MASK
    # A client's renewal manager is a person, whose name may have slipped into any column of a refused row.
    assert set(json.loads(cells).values()) == {MASK, None}
    assert "A client without an id" not in cells
    (plain,) = masked.table("quarantine", unmask=True).filter(table_name="clients")["cells"]
    assert json.loads(plain)["client_name"] == "A client without an id"
    assert "Eve Example" not in masked.table("check_results").write_json()
    assert "Eve Example" in masked.table("check_results", unmask=True).write_json()


@pytest.mark.parametrize(
    ("table", "key", "columns"),
    [("contacts", "contact_id", ["direct line", "manager"]), ("clients", "hub_id", ["account manager", "note"])],
)
def test_columns_that_the_contract_does_not_know_can_hold_anything(masked, table, key, columns):
    query = f"FROM exports.{table} ORDER BY {key}"
    shown, plain = masked.sql(query), masked.sql(query, unmask=True)
    assert shown.columns == plain.columns == [*EXPORTS[table].column_names, *columns]
    for column in columns:
        assert shown[column].is_null().equals(plain[column].is_null())
        assert set(shown[column].drop_nulls()) == {MASK} != set(plain[column].drop_nulls())
    declared = [name for name in EXPORTS[table].column_names if name not in EXPORTS[table].personal_columns]
    assert shown.select(declared).equals(plain.select(declared))


def test_corrected_cells_show_what_the_contract_declares_and_no_person(masked):
    texts = masked.table("check_results").filter(name="corrections")["examples"].to_list()
    examples = [example for text in texts for example in json.loads(text)]
    assert {(each["column"], each["wrong"], each["right"]) for each in examples} == {
        ("full_name", MASK, MASK),
        ("account manager", MASK, MASK),
        ("website", MASK, MASK),
        ("product_name", "Marketing Hub Professional", "Marketing Hub Pro"),
        ("locale", MASK, MASK),
    }
    assert {(each["reason"], each["told"], each["status"]) for each in examples} == {(MASK, MASK, "reported")}
    seen = masked.table("check_results", unmask=True).write_json()
    assert all(word in seen for word in ("Ana Almeida", "Jane Private", "Rhea Reason", "tom@told.example"))


def test_who_decided_and_why_is_masked_for_analysts_and_for_nobody_else(
    masked, people_everywhere, monkeypatch, renewals
):
    (decision,) = masked.table("decisions").to_dicts()
    assert (decision["actor"], decision["reason"], decision["value_after"]) == (MASK, MASK, '"partner"')
    (seen,) = masked.table("decisions", unmask=True).to_dicts()
    assert (seen["actor"], seen["reason"]) == ("Ann Actor", "asked by Rob Reason")
    monkeypatch.setenv("RENEWALS_HOME", str(people_everywhere))
    for words in (("decisions",), ("table", "decisions")):
        said = renewals(*words)
        assert said.code == 0
        assert "Ann Actor" in said.out
        assert "asked by Rob Reason" in said.out


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
    "FROM pragma_database_list",
    "FROM main.DuckDB_Views",
    "DESCRIBE (FROM sqlite_master)",
    "SELECT 1 WHERE EXISTS (FROM pg_views)",
    "SELECT pg_get_viewdef(c) FROM range(9999) r(c)",
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
