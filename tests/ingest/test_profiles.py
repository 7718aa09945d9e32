"""Source profiles: exports of another shape, mapped by SELECTs, every raw row accounted for."""

from __future__ import annotations

import gzip
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError, SettingsError, UsageError
from pipeline.ingest import IngestReport, ingest
from pipeline.ingest.profiles import profile_stage
from pipeline.settings import Settings
from tests.ingest.export_folder import AS_OF, GOOD, Exports

DEALS = (
    "deal;customer;start;end;amount;status\n"
    "d1;Acme;01.01.2026;01.01.2027;12,50;live\n"
    "d2;Blue;01.02.2026;01.02.2027;TBC;live\n"
    "d3;Acme;01.03.2026;bad;1;live\n"
    "d4;Cedar;01.01.2020;01.01.2021;1;over\n"
)
TOML = """
name = "all deals"
description = "one row per deal"
[files.deal]
path = "deals.csv"
delimiter = ";"
[files.region]
path = "regions.ndjson"
lookup = true
"""
LIVE = "(SELECT * FROM deal WHERE status = 'live')"
STATEMENTS = {
    "partners": f"SELECT 'p' AS partner_id, 'Partner' AS partner_name, min(_source) AS _source FROM {LIVE};",
    "clients": (
        f"SELECT customer AS hub_id, customer AS client_name, list(_source ORDER BY _source) AS _source FROM {LIVE} "
        "GROUP BY customer -- a comment at the end"
    ),
    "contracts": f"""
        SELECT deal AS contract_id, customer AS hub_id, 'EUR' AS currency,
            CAST(try_strptime(start, '%d.%m.%Y') AS DATE) AS term_start_date,
            coalesce(strftime(try_strptime("end", '%d.%m.%Y'), '%Y-%m-%d'), "end") AS renewal_start_date,
            12 AS subscription_term_months, 'annual' AS billing_frequency, _source
        FROM {LIVE}""",
    "contract_lines": f"""
        SELECT deal AS line_id, deal AS contract_id, 'x' AS product_code, 'X' AS product_name, 1.0 AS quantity,
            replace(amount, ',', '.') AS unit_price, _source
        FROM {LIVE}""",
    "left_out": "SELECT _source, 'deal_is_over' AS reason FROM deal WHERE status = 'over'",
}


@pytest.fixture
def profile(exports: Exports, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A profile that works, over an export of four deals; its folder is called otherwise than the profile."""
    for path in exports.folder.iterdir():
        path.unlink()
    exports.write("deals.csv", DEALS)
    exports.write("regions.ndjson", '{"region": "north"}\n{"region": "south"}\n')
    monkeypatch.chdir(tmp_path)
    folder = Path("deals")
    folder.mkdir()
    (folder / "profile.toml").write_text(TOML, encoding="utf-8")
    for name, statement in STATEMENTS.items():
        (folder / f"{name}.sql").write_text(statement, encoding="utf-8")
    return folder


def complaint(exports: Exports, profile: Path, kind: type[Exception] = InputError) -> str:
    with pytest.raises(kind) as raised:
        exports.run(profile=profile)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_mapped_rows_load_and_refusals_point_at_the_source(exports: Exports, profile: Path):
    report = exports.run(profile=profile)
    assert exports.rows("contracts", "contract_id") == [("d1",), ("d2",)]
    assert exports.rows("contract_lines", "line_id", "unit_price") == [("d1", Decimal("12.500000"))]
    assert exports.rows("contacts") == []
    assert exports.quarantine() == [
        ("deals.csv", 3, "contract_lines", "not_a_number:unit_price"),
        ("deals.csv", 4, "contract_lines", "parent_quarantined"),
        ("deals.csv", 4, "contracts", "not_a_date:renewal_start_date"),
    ]
    assert exports.cells()[0] == {
        "deal": "d2", "customer": "Blue", "start": "01.02.2026", "end": "01.02.2027", "amount": "TBC", "status": "live",
    }  # fmt: skip
    # d1 fed tables that all took it, although it also stands behind Acme beside the refused d3.
    assert exports.counts("deals.csv") == {"read": 4, "loaded": 1, "quarantined": 2, "duplicate": 0, "left_out": 1}
    assert exports.counts("regions.ndjson") == {
        "read": 2, "loaded": 0, "quarantined": 0, "duplicate": 0, "left_out": 2,
    }  # fmt: skip
    assert report.left_out == {"deal_is_over": 1, "lookup": 2}
    assert (report.profile, report.quarantine_limit_percent) == ("all deals", None)


def test_a_refused_row_made_of_several_quarantines_them_all_and_points_at_the_first(exports: Exports, profile: Path):
    (profile / "clients.sql").write_text(STATEMENTS["clients"].replace("customer AS client_name", "'' AS client_name"))
    exports.run(profile=profile)
    assert exports.quarantine()[:2] == [
        ("deals.csv", 2, "clients", "required_missing:client_name"),
        ("deals.csv", 2, "contract_lines", "parent_quarantined"),
    ]
    assert exports.counts("deals.csv")["quarantined"] == 3


def test_equal_mapped_rows_are_duplicates_and_differing_ones_share_a_key(exports: Exports, profile: Path):
    statement = f"SELECT customer AS hub_id, {{}} AS client_name, _source FROM {LIVE}"
    (profile / "clients.sql").write_text(statement.format("customer"))
    report = exports.run(profile=profile)
    assert report.tables["clients"].rows_duplicate == 1
    assert exports.rows("clients", "hub_id") == [("Acme",), ("Blue",)]
    assert exports.counts("deals.csv")["duplicate"] == 0
    (profile / "clients.sql").write_text(statement.format("deal"))
    exports.run(profile=profile)
    assert ("deals.csv", 2, "clients", "duplicate_key") in exports.quarantine()
    assert ("deals.csv", 4, "clients", "duplicate_key") in exports.quarantine()


def test_a_row_that_fed_only_a_duplicate_counts_as_one(exports: Exports, profile: Path):
    exports.write("regions.ndjson", '{"region": "p"}\n{"region": "p"}\n')
    (profile / "partners.sql").write_text("SELECT region AS partner_id, 'Partner' AS partner_name, _source FROM region")
    exports.run(profile=profile)
    assert exports.counts("regions.ndjson") == {
        "read": 2, "loaded": 1, "quarantined": 0, "duplicate": 1, "left_out": 0,
    }  # fmt: skip


@pytest.mark.parametrize(("aggregated", "duplicate"), [(False, 1), (True, 0)])
def test_a_row_whose_mapped_rows_are_all_duplicates_counts_as_one(
    exports: Exports, profile: Path, aggregated: bool, duplicate: int
):
    first = DEALS.splitlines(keepends=True)[1]
    exports.write("deals.csv", DEALS.replace(first, first * 2))
    (profile / "partners.sql").write_text(f"SELECT 'p' AS partner_id, 'P' AS partner_name, _source FROM {LIVE}")
    if not aggregated:
        (profile / "clients.sql").write_text(f"SELECT customer AS hub_id, customer AS client_name, _source FROM {LIVE}")
    report = exports.run(profile=profile)
    assert report.tables["contracts"].rows_duplicate == report.tables["contract_lines"].rows_duplicate == 1
    # Where a client is made of all its rows, the row fed that table: it is loaded (data contract).
    assert exports.counts("deals.csv") == {
        "read": 5, "loaded": 2 - duplicate, "quarantined": 2, "duplicate": duplicate, "left_out": 1,
    }  # fmt: skip


def test_a_ragged_raw_record_is_quarantined_under_its_raw_table(exports: Exports, profile: Path):
    exports.write("deals.csv", DEALS.replace("d4;", "d9;only two\nd4;"))
    report = exports.run(profile=profile)
    assert ("deals.csv", 5, "deal", "too_few_cells") in exports.quarantine()
    assert exports.counts("deals.csv") == {"read": 5, "loaded": 1, "quarantined": 3, "duplicate": 0, "left_out": 1}
    assert report.tables["deal"].rows_refused == 1


@pytest.mark.parametrize("name", ["partners.sql", "views/live.sql", "profile.toml"])
def test_a_file_of_the_profile_that_is_not_utf_8_names_its_line(exports: Exports, profile: Path, name: str):
    (profile / "views").mkdir()
    with (profile / name).open("ab") as file:
        file.write(b"\n-- B\xfcro")
    lines = (profile / name).read_bytes().count(b"\n") + 1
    assert complaint(exports, profile, SettingsError) == (
        f"deals/{name}: line {lines} is not UTF-8; save the file as UTF-8"
    )


def test_a_file_of_the_profile_that_cannot_be_read_is_named(exports: Exports, profile: Path):
    (profile / "partners.sql").unlink()
    (profile / "partners.sql").symlink_to("gone.sql")
    assert complaint(exports, profile, SettingsError) == (
        "deals/partners.sql: cannot be read (No such file or directory)"
    )


@pytest.mark.parametrize("more", ["d9;Late;01.03.2026;01.03.2027;1;live\n", "d9;Late\n"])
def test_a_raw_file_that_is_still_written(exports: Exports, profile: Path, monkeypatch: pytest.MonkeyPatch, more: str):
    read = profile_stage.open_raw

    def grows_meanwhile(raw: Any, path: Path, *others: Any) -> Any:
        with path.open("a") as stream:
            stream.write(more)
        return read(raw, path, *others)

    monkeypatch.setattr(profile_stage, "open_raw", grows_meanwhile)
    assert complaint(exports, profile) == "deals.csv: changed while it was read; run again once the export is complete"


def test_a_profile_toml_that_cannot_be_read_is_named(exports: Exports, profile: Path, monkeypatch: pytest.MonkeyPatch):
    # Running as root, a test cannot take the right to read away: the system's answer is played instead.
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pipeline.regular_file.os.open", refuse)
    assert complaint(exports, profile, SettingsError) == "deals/profile.toml: cannot be read (Permission denied)"


@pytest.mark.parametrize("with_profile", [False, True])
def test_unpacked_files_stand_in_the_scratch_folder_and_leave_it(
    exports: Exports, profile: Path, tmp_path: Path, with_profile: bool
):
    scratch = tmp_path / "it's [1]*, ä"
    scratch.mkdir()
    exports.remove("deals.csv")
    for name, text in {"deals": DEALS, **GOOD}.items():
        exports.write(f"{name}.csv.gz", gzip.compress(text.encode()))
    (profile / "profile.toml").write_text(TOML.replace("deals.csv", "deals.csv.gz"))
    seen: list[Path] = []
    ingest(
        exports.con,
        exports.folder,
        settings=Settings(),
        as_of=AS_OF,
        profile=profile if with_profile else None,
        scratch=scratch,
        progress=lambda _: seen.extend(scratch.glob(".tmp-*/*")),
    )
    assert [path for path in seen if path.name.endswith(".unpacked")]
    assert list(scratch.iterdir()) == []
    assert len(exports.rows("contracts")) == 2


def test_a_forgotten_row_stops_the_run(exports: Exports, profile: Path):
    exports.write("deals.csv", DEALS + "d5;Dune;01.01.2026;01.01.2027;1;draft\nd6;Elm;;;;\n")
    assert complaint(exports, profile) == (
        "deals.csv: line 6 (and 1 more) is neither mapped nor left out by the source profile; map it or name it in "
        "left_out.sql"
    )


def test_a_row_both_mapped_and_left_out_stops_the_run(exports: Exports, profile: Path):
    (profile / "left_out.sql").write_text("SELECT _source, 'all' AS reason FROM deal")
    assert complaint(exports, profile) == (
        "deals.csv: line 2 (and 2 more) is both mapped and left out by the source profile; let left_out.sql name only "
        "rows that no table uses"
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("SELECT nope FROM deal", 'deals/contracts.sql, line 1: Binder Error: Referenced column "nope" not found'),
        ("SELEC", "deals/contracts.sql, line 1: Parser Error: syntax error"),
        ("SELECT 1; SELECT 2", "deals/contracts.sql: must be one SELECT and nothing else"),
        ("", "deals/contracts.sql: must be one SELECT and nothing else"),
        ("CREATE TABLE t AS SELECT 1", "deals/contracts.sql: must be one SELECT and nothing else"),
        ("COPY deal TO 'x.csv'", "deals/contracts.sql: must be one SELECT and nothing else"),
        ("SELECT * FROM read_csv('/etc/passwd')", "deals/contracts.sql, line 1: Permission Error: "),
        ("SELECT * FROM '/etc/passwd'", "deals/contracts.sql, line 1: Catalog Error: "),
        ("SELECT content FROM read_text('/etc/hostname')", "deals/contracts.sql, line 1: Permission Error: "),
        (
            "SELECT deal AS contract_id, _source FROM deal",
            "deals/contracts.sql: the required column 'hub_id'",
        ),
        (
            STATEMENTS["contracts"].replace(", _source", ""),
            "deals/contracts.sql: must give _source, a BIGINT",
        ),
        (
            STATEMENTS["contracts"].replace(", _source", ", _source + 99 AS _source"),
            "deals/contracts.sql: 3 rows do not name the raw rows they were made of in _source",
        ),
        (
            STATEMENTS["contracts"].replace(", _source", ", CAST(NULL AS BIGINT) AS _source"),
            "deals/contracts.sql: 3 rows do not name the raw rows",
        ),
        (
            STATEMENTS["contracts"] + " WHERE CAST(amount AS INTEGER) > 0",
            "deals/contracts.sql, line 6: Conversion Error: Could not convert string '12,50' to INT32",
        ),
        (
            STATEMENTS["contracts"] + " WHERE false",
            "deals/contracts.sql: gives no rows, but contracts is a required",
        ),
    ],
)
def test_a_statement_that_does_not_do(exports: Exports, profile: Path, statement: str, message: str):
    (profile / "contracts.sql").write_text(statement)
    assert complaint(exports, profile).startswith(message)


HEAD = "-- Büro\n/* two\n   lines */\n\n"


@pytest.mark.parametrize("name", ["views/live.sql", "contracts.sql", "left_out.sql"])
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("coalesce coalesce(1)", ', line 6: Parser Error: syntax error at or near "("'),
        ("CAST(amount AS INTEGER)", ", line 6: Conversion Error: Could not convert string '12,50' to INT32"),
        ("'ä' || noway", ', line 6: Binder Error: Referenced column "noway" not found'),
        ("nofun(1)", ", line 6: Catalog Error: Scalar Function with name nofun does not exist!"),
        ("strptime(amount, '%Y')", ': Invalid Input Error: Could not parse string "12,50"'),
        # Inside a function of ours: its text has lines of its own.
        ("times('12', amount)", ': Conversion Error: Could not convert string "12,50" to DECIMAL'),
        ("whole_months(_source, _source)", ": Binder Error: No function matches"),
    ],
)
def test_an_error_of_sql_names_its_line(exports: Exports, profile: Path, name: str, wrong: str, said: str):
    (profile / "views").mkdir()
    rest = STATEMENTS["contracts"].strip().removeprefix("SELECT") if name == "contracts.sql" else "_source FROM deal"
    (profile / name).write_text(f"{HEAD}SELECT\n{wrong} AS reason, {rest}\n", encoding="utf-8")
    assert complaint(exports, profile).startswith(f"deals/{name}{said}")


def test_a_statement_on_the_first_line_counts_from_it(exports: Exports, profile: Path):
    (profile / "contracts.sql").write_text("SELECT nope FROM deal")
    assert complaint(exports, profile).startswith("deals/contracts.sql, line 1: Binder Error")


def test_a_missing_column_names_those_there_are(exports: Exports, profile: Path):
    (profile / "contracts.sql").write_text("SELECT nope FROM deal")
    assert complaint(exports, profile) == (
        'deals/contracts.sql, line 1: Binder Error: Referenced column "nope" not found in FROM clause!; '
        'deals.csv has "deal", "customer", "start", "end", "amount", "status"'
    )
    (profile / "views").mkdir()
    (profile / "views" / "live.sql").write_text(f'SELECT _source, start AS "Begin" FROM {LIVE}')
    (profile / "contracts.sql").write_text("SELECT l.nope FROM LIVE AS l")
    assert complaint(exports, profile) == (
        'deals/contracts.sql, line 1: Binder Error: Table "l" does not have a column named "nope"; '
        'views/live.sql gives "_source", "Begin"'
    )


def test_of_many_columns_those_like_the_missing_one_are_named(exports: Exports, profile: Path):
    exports.write("deals.csv", ";".join([*(f"c{n}" for n in range(50)), "Contract Value", "x" * 99]) + "\n")
    (profile / "contracts.sql").write_text('SELECT "contract_value" FROM deal')
    said = complaint(exports, profile)
    assert 'deals.csv has "Contract Value", "c' in said
    assert said.endswith(" and 40 more")


@pytest.mark.parametrize(
    ("content", "advice"),
    [
        (DEALS.replace(";", "|"), True),
        ("Deals of 2026;;;;;\n" + DEALS, True),
        (DEALS.partition("\n")[2], True),
        (DEALS, False),
    ],
)
def test_a_header_that_looks_like_none_is_doubted(exports: Exports, profile: Path, content: str, advice: bool):
    exports.write("deals.csv", content)
    (profile / "contracts.sql").write_text("SELECT nope FROM deal")
    said = complaint(exports, profile)
    doubt = " (if that is not its header, set delimiter, header_row or columns under [files.deal])"
    assert said.endswith(doubt) is advice
    assert "deals.csv has" in said


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (
            "CAST(amount AS INTEGER)",
            "deals/contracts.sql, line 1: Conversion Error: Could not convert string '12,50' to INT32 when casting "
            "from source column amount (first in deals.csv, line 2)",
        ),
        (
            'CAST("end" AS DATE)',
            'deals/contracts.sql, line 1: Conversion Error: invalid date field format: "01.01.2027", expected format '
            "is (YYYY-MM-DD) when casting from source column end (first in deals.csv, line 2)",
        ),
        (
            "strptime(\"end\", '%d.%m.%Y')",
            'deals/contracts.sql: Invalid Input Error: Could not parse string "bad" according to format specifier '
            '"%d.%m.%Y"',
        ),
    ],
)
def test_a_cell_that_cannot_be_cast_is_named_with_what_to_use(exports: Exports, profile: Path, cell: str, said: str):
    statement = " ".join(STATEMENTS["contracts"].split()).replace("12 AS", f"{cell} AS odd, 12 AS")
    (profile / "contracts.sql").write_text(statement)
    assert complaint(exports, profile) == said + "; use date_text, number_text or TRY_CAST, which take any cell"


@pytest.mark.parametrize("end", [";\n-- the end; really\n", " ;; /* ä */ ; ", " -- 'ä;", "\n"])
def test_a_statement_may_end_in_semicolons_and_comments(exports: Exports, profile: Path, end: str):
    for name, statement in STATEMENTS.items():
        text = statement.rstrip(";").replace("'Partner'", "'Pärtner; -- '")
        (profile / f"{name}.sql").write_text(text + end, encoding="utf-8")
    assert exports.run(profile=profile).tables["contracts"].rows_loaded == 2
    assert exports.rows("partners", "partner_name") == [("Pärtner; -- ",)]


def test_left_out_must_give_its_two_columns(exports: Exports, profile: Path):
    (profile / "left_out.sql").write_text("SELECT _source FROM deal")
    assert complaint(exports, profile) == (
        "deals/left_out.sql: must give two columns, _source and reason; it gives _source"
    )


def test_a_missing_raw_file(exports: Exports, profile: Path):
    exports.remove("deals.csv")
    assert complaint(exports, profile) == (
        f"deals.csv: the source profile deals needs this file; it is not in {exports.folder}"
    )


def test_a_half_written_raw_file(exports: Exports, profile: Path):
    exports.write("deals.csv", DEALS + "d5;Dune")
    assert complaint(exports, profile) == (
        "deals.csv: line 6, the last record, has 2 of 6 cells: half-written; export it again"
    )


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        ("name = ", "deals/profile.toml: is not readable as TOML: "),
        ("nam = 'x'", "deals/profile.toml: unknown setting 'nam'"),
        ("name = 'x'", "deals/profile.toml: needs at least one [files.<name>]"),
        ("[files.deal]", "deals/profile.toml: files.deal needs a path"),
        ("[files.'a b']\npath = 'x.csv'", "deals/profile.toml: files.a b: a file's name is a plain word"),
        ("[files.deal]\npath = '../x.csv'", "deals/profile.toml: files.deal.path takes a file in the exports folder"),
        ("[files.deal]\npath = 'x.doc'", "deals/profile.toml: files.deal.path takes a file in the exports folder"),
        ("[files.deal]\npath = 'x.csv'\nlookup = 1", "deals/profile.toml: files.deal.lookup takes true or false"),
        (
            "[files.deal]\npath = 'x.csv'\ndelim = ';'",
            "deals/profile.toml: unknown setting files.deal.delim (did you mean 'delimiter'?)",
        ),
        ("[files.deal]\npath = 'x.csv'\nqqq = ';'", "deals/profile.toml: unknown setting files.deal.qqq; known: "),
        ("[files.deal]\npath = 'x.csv'\ndelimiter = '\"'", "deals/profile.toml: files.deal: delimiter and quote are"),
        ("name = 5", "deals/profile.toml: name takes a text, not 5"),
        ("quarantine_limit_percent = 101\n" + TOML, "deals/profile.toml: quarantine_limit_percent takes a number"),
    ],
)
def test_a_profile_toml_that_cannot_be(exports: Exports, profile: Path, toml: str, message: str):
    (profile / "profile.toml").write_text(toml, encoding="utf-8")
    assert complaint(exports, profile, SettingsError).startswith(message)


def test_a_profile_has_its_own_limit(exports: Exports, profile: Path):
    (profile / "profile.toml").write_text("quarantine_limit_percent = 12.5\n" + TOML, encoding="utf-8")
    assert exports.run(profile=profile).quarantine_limit_percent == Decimal("12.5")


def test_a_profile_needs_the_required_tables_and_no_others(exports: Exports, profile: Path):
    (profile / "clients.sql").rename(profile / "client.sql")
    assert complaint(exports, profile, SettingsError) == "deals/client.sql: there is no table 'client' in the contract"
    (profile / "client.sql").unlink()
    assert complaint(exports, profile, SettingsError) == "deals: needs clients.sql: clients is a required table"


def test_messages_call_a_profile_as_the_user_did(exports: Exports, profile: Path):
    (profile / "clients.sql").unlink()
    assert complaint(exports, profile.resolve(), SettingsError).startswith(f"{profile.resolve()}: needs clients.sql")
    assert complaint(exports, Path("../") / profile.resolve().parent.name / profile, SettingsError).startswith("../")
    assert complaint(exports, Path("hubspot")).startswith(
        "hubspot-crm-exports-*companies*.csv: the source profile hubspot needs"
    )


def test_there_is_no_such_profile(exports: Exports):
    assert complaint(exports, Path("nope"), UsageError) == (
        "nope: there is no source profile (no profile.toml); shipped ones are: identity, city_register, "
        "contract_register, hubspot, stripe, zuora"
    )


def test_the_identity_profile_is_the_default(exports: Exports):
    assert exports.run(profile=Path("identity")) == exports.run()


def test_raw_columns_must_not_take_our_name(exports: Exports, profile: Path):
    exports.write("deals.csv", DEALS.replace("status", "_Source", 1))
    assert complaint(exports, profile) == (
        "deals.csv: has a column _source, a name that source profiles need; rename it"
    )


def adds_up(report: IngestReport) -> bool:
    return all(
        file.rows_read == file.rows_loaded + file.rows_quarantined + file.rows_duplicate + file.rows_left_out
        for file in report.files
    )


def test_the_accounts_of_a_profile_add_up(exports: Exports, profile: Path):
    assert adds_up(exports.run(profile=profile))


def test_of_views_that_need_each_other_the_one_that_is_wrong_is_named(exports: Exports, profile: Path):
    (profile / "views").mkdir()
    (profile / "views" / "first.sql").write_text("SELECT * FROM second")
    (profile / "views" / "second.sql").write_text("SELECT * FROM deals")
    assert complaint(exports, profile).startswith(
        "deals/views/second.sql, line 1: Catalog Error: Table with name deals does not exist!"
    )
    (profile / "views" / "second.sql").write_text("SELECT * FROM first")
    assert complaint(exports, profile) == "deals/views: first.sql, second.sql read each other in a circle"


@pytest.mark.parametrize("reason", ["NULL", "''"])
def test_rows_are_not_left_out_without_a_reason(exports: Exports, profile: Path, reason: str):
    (profile / "left_out.sql").write_text(STATEMENTS["left_out"].replace("'deal_is_over'", reason))
    assert complaint(exports, profile) == (
        "deals/left_out.sql: 1 rows have no reason; name one for each, such as 'cancelled'"
    )


def test_a_file_that_gives_nothing_to_read_is_named(exports: Exports, profile: Path):
    exports.write("deals.csv", DEALS.replace(";status\n", "\n"))
    (profile / "partners.sql").write_text("SELECT 'p' AS partner_id, 'P' AS partner_name, _source FROM deal")
    assert complaint(exports, profile) == (
        "deals/partners.sql: gives no rows, but partners is a required table; no row of deals.csv has as many cells as "
        "its header: see header_row and delimiter under [files.deal]"
    )
    exports.write("deals.csv", DEALS.splitlines()[0] + "\n")
    assert complaint(exports, profile).endswith("is a required table; deals.csv has no rows")


def test_a_file_that_the_profile_does_not_name_is_said(exports: Exports, profile: Path):
    exports.write("deals-more.csv", DEALS)
    assert exports.run(profile=profile).notes == ("deals-more.csv: not named in deals/profile.toml, not read",)


@pytest.mark.parametrize("blank", [" ", "\t", "\u00a0\u00a0"])
def test_a_raw_cell_of_blanks_is_empty(exports: Exports, profile: Path, blank: str):
    exports.write("regions.ndjson", '{"region": "north"}\n{"region": "' + blank.replace("\t", "\\t") + '"}\n')
    (profile / "partners.sql").write_text(
        "SELECT coalesce(region, 'nothing') AS partner_id, 'P' AS partner_name, _source FROM region"
    )
    exports.run(profile=profile)
    assert exports.rows("partners", "partner_id") == [("north",), ("nothing",)]
