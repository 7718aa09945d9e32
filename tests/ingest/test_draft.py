"""First drafts of profiles: unknown files in, a profile that runs out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipeline.errors import InputError, UsageError
from pipeline.ingest import ingest
from pipeline.ingest.profiles.drafting import write_draft
from pipeline.ingest.profiles.drafting.detect_format import look
from pipeline.ingest.profiles.questions import edited
from pipeline.profile_check import ProfileCheck, check_profile
from pipeline.settings import FileFormat, Settings
from tests.ingest import ugly_files
from tests.ingest.registers import write

AS_OF = date(2026, 11, 23)


def drafted(tmp_path: Path, *files: Path, as_of: date = AS_OF) -> ProfileCheck:
    """The draft of these files, tried out on them as it is."""
    write_draft(files, tmp_path / "draft")
    return check_profile(files[0].parent, tmp_path / "draft", settings=Settings(), as_of=as_of, questions=False)


def said(tmp_path: Path, place: str = "views/contract.sql") -> str:
    return (tmp_path / "draft" / place).read_text(encoding="utf-8")


def reasons(checked: ProfileCheck) -> list[tuple[str, str, int]]:
    """The refused rows of a checked profile for reasons of their own: table, reason, line of the first."""
    return [
        (found["table"], ";".join(found["reasons"]), found["examples"][0]["line"])
        for found in checked.quarantine
        if found["reasons"] != ["parent_quarantined"]
    ]


def figures(checked: ProfileCheck, *names: str) -> dict[str, tuple[Any, ...]]:
    return {row["currency"]: tuple(row[name] for name in names) for row in checked.figures}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return folder


def test_a_german_csv(tmp_path: Path, source: Path):
    checked = drafted(tmp_path, ugly_files.german_csv(source))
    # 1,234.50 + 99.90 + 1,000.00 + 20.00 a month; 31 February is refused, the sum line left out.
    assert figures(checked, "contracts", "in_force", "mrr") == {"EUR": (4, 4, "2354.40")}
    assert reasons(checked) == [("contracts", "not_a_date:term_start_date", 7)]
    assert checked.ingested.left_out == {"no_start_date": 1}
    assert 'encoding = "cp1252"\ndelimiter = ";"\nheader_row = 4\n' in said(tmp_path, "profile.toml")
    assert '"Kundennummer" AS hub_id' in said(tmp_path)


def test_a_workbook_with_titles_and_merged_cells(tmp_path: Path, source: Path):
    checked = drafted(tmp_path, ugly_files.workbook(source))
    assert reasons(checked) == [("contracts", "renewal_not_after_start", 9)]
    # 24,000 over 12 months, 100,000.50 over 24, 3,000 over 3; "ongoing" is not an end: 5,000 over a term of 12.
    expected = Decimal(2000) + Decimal("4166.69") + Decimal(1000) + Decimal("416.67")
    assert figures(checked, "in_force", "mrr") == {"USD": (4, str(expected))}
    assert 'DECIDE: no end: do contracts without an end go on? In 1 of 5 rows "End" is empty or ongoing' in said(
        tmp_path
    )
    [clients] = [table for table in checked.tables if table["table"] == "clients"]
    assert clients["rows_loaded"] == 2


def test_nested_subscriptions(tmp_path: Path, source: Path):
    checked = drafted(tmp_path, ugly_files.nested_json(source))
    # 2 x 49 a year and 10.50 a month bill as one year: (98 + 126) / 12.
    assert figures(checked, "mrr") == {"EUR": ("5.00",), "USD": ("18.67",)}
    assert checked.quarantine == []
    assert "epoch_date" in said(tmp_path)


@pytest.mark.parametrize("profile", ["stripe", "zuora"])
def test_vendor_seeds_are_drafted_without_a_word(tmp_path: Path, cases: Path, profile: str):
    files = sorted((cases / "vendor_seeds" / profile).glob("*.csv"))
    checked = drafted(tmp_path, *files, as_of=date(2023, 2, 20))
    assert all(file.adds_up for file in checked.ingested.files)
    if profile == "zuora":
        assert figures(checked, "mrr")["USD"] == ("49.00",)


def test_the_city_register_is_drafted_as_the_shipped_profile_maps_it(tmp_path: Path, cases: Path):
    day = date(2025, 12, 11)
    drafted(tmp_path, cases / "contracts" / "chicago_contracts.csv", as_of=day)
    # The shipped profile leaves contracts without an end out; the draft asks, and goes on with keeping them.
    contract = tmp_path / "draft" / "views" / "contract.sql"
    contract.write_text(edited(said(tmp_path), ['WHERE NOT no_end("End Date")']) or "", encoding="utf-8")
    left_out = tmp_path / "draft" / "left_out.sql"
    reason = "CASE\n        WHEN no_end(\"End Date\") THEN 'no_end_date'"
    left_out.write_text(left_out.read_text(encoding="utf-8").replace("CASE", reason, 1), encoding="utf-8")
    checked = check_profile(cases / "contracts", tmp_path / "draft", settings=Settings(), as_of=day)
    shipped = check_profile(cases / "contracts", Path("city_register"), settings=Settings(), as_of=day)
    assert checked.ingested.left_out["earlier_revision"] == shipped.ingested.left_out["earlier_revision"]
    names = ("contracts", "in_force", "renewals_in_window")
    assert figures(checked, *names)["USD"][1:] == figures(shipped, *names)["USD"][1:]
    assert ("contracts", "impossible_date:term_start_date;period_too_long", 4584) in reasons(checked)


REGISTER = "Contract No,Customer,Start,End,Fee per month\nA1,Acme,{},{},{}\nA2,Blue,2026-02-01,2027-01-31,20\n"


def one_contract(**cells: str) -> str:
    values = {"start": "2026-01-01", "end": "2026-12-31", "fee": "10"} | cells
    return REGISTER.format(values["start"], values["end"], values["fee"])


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("r.csv", one_contract().encode("utf-8-sig"), {}),
        ("r.csv", one_contract().encode("utf-16"), {"encoding": "utf-16"}),
        ("r.csv", one_contract().encode("utf-16-le"), {"encoding": "utf-16-le"}),
        ("r.tsv", one_contract().replace(",", "\t").encode(), {"delimiter": "\t"}),
        ("r.txt", one_contract().replace(",", "|").encode(), {"delimiter": "|"}),
        ("r.csv.gz", gzip.compress(one_contract().encode(), mtime=0), {}),
        ("r.csv", one_contract().replace("Acme", "Müller").encode("cp1252"), {"encoding": "cp1252"}),
        ("r.csv", one_contract().replace("Acme", '"Acme" of "old"').encode(), {"quote": "\x01"}),
    ],
)
def test_how_a_file_is_written(tmp_path: Path, source: Path, name: str, content: bytes, expected: dict[str, Any]):
    (source / name).write_bytes(content)
    assert look(source / name).format == FileFormat(**expected)
    assert figures(drafted(tmp_path, source / name), "mrr") == {"USD": ("30.00",)}


def test_a_stray_zero_byte_does_not_make_a_file_utf_16(source: Path):
    (source / "r.csv").write_bytes("No,Customer\n1,Mü\0ller\n".encode())
    assert look(source / "r.csv").format == FileFormat()


def test_utf_16_without_a_mark_and_with_few_letters_of_ascii_is_known(source: Path):
    (source / "r.csv").write_bytes("番号,顧客名,開始日\n契約第一,株式会社東京,二〇二六年\n".encode("utf-16-be"))
    assert look(source / "r.csv").format.encoding == "utf-16-be"


def test_a_parquet_file(tmp_path: Path, source: Path):
    table = pa.table(
        {
            "subscription_id": ["s1", "s2"],
            "customer": ["Acme", "Blue"],
            "start_date": pa.array([date(2026, 1, 1), date(2026, 11, 24)]),
            "term": [12, 12],
            "mrr": pa.array([Decimal("10.10"), Decimal("20.20")], pa.decimal128(10, 2)),
        }
    )
    pq.write_table(table, source / "subs.parquet")
    checked = drafted(tmp_path, source / "subs.parquet")
    assert figures(checked, "in_force", "not_yet_begun", "mrr") == {"USD": (1, 1, "10.10")}
    assert 'months_after("start_date", months_of("term"), \'%Y-%m-%d\')' in said(tmp_path)


def test_a_start_alone_renews_every_period(tmp_path: Path, source: Path):
    (source / "s.csv").write_text(
        "subscription_id,account,start_date,end_date,billing_frequency,mrr_amount\n"
        "s1,Acme,2024-03-15,,monthly,10\ns2,Blue,2025-12-01,,annual,20\n"
        "s3,Cedar,2025-01-01,2025-06-30,monthly,5\ns4,Dune,2026-01-01,,monthly,7\n"
    )
    checked = drafted(tmp_path, source / "s.csv")
    assert figures(checked, "in_force", "ended", "mrr") == {"USD": (3, 1, "37.00")}
    assert 'DECIDE: no end: do contracts without an end go on? In 3 of 4 rows "end_date" is empty' in said(tmp_path)
    assert 'CASE WHEN no_end("end_date") THEN months_of("billing_frequency")' in said(tmp_path)


GERMAN = (
    "Vertragsnummer;Kunde;Beginn;Ende;Gesamtwert;Verlängert automatisch;Kündigungsfrist;E-Mail;Vermittler;Akte\n"
    "V-1;Alpha;01.01.2026;31.12.2026;1.200,00 €;ja;30 Tage;a@example.org;Nord;x\n"
    "V-2;Alpha;01.01.2026;31.12.2026;2.400,00 €;nein;4 Wochen;b@example.org;Süd;x\n"
    "V-3;Beta;01.01.2026;31.12.2026;3.600,00 €;ja;90 Tage;c@example.org;Nord;x\n"
)


def test_what_a_register_says_of_renewal_and_notice_is_taken_over(tmp_path: Path, source: Path):
    (source / "r.csv").write_text(GERMAN, encoding="utf-8")
    checked = drafted(tmp_path, source / "r.csv")
    assert 'yes_no("Verlängert automatisch") AS auto_renews' in said(tmp_path)
    assert 'days_of("Kündigungsfrist") AS notice_days' in said(tmp_path)
    assert "    notice_days,\n" in said(tmp_path, "contracts.sql")
    assert "-- Unused columns: Akte." in said(tmp_path)
    assert checked.ingested.unused_columns == {"r.csv": ("Akte",)}


def test_a_client_of_two_partners_is_kept_apart_so_that_neither_sees_the_other_s_contracts(tmp_path, source):
    (source / "r.csv").write_text(GERMAN, encoding="utf-8")
    checked = drafted(tmp_path, source / "r.csv")
    assert {one.table: one.rows_loaded for one in checked.ingested.tables.values()}["clients"] == 3
    assert "DECIDE: partner: 1 clients have more than one Vermittler and are kept apart" in said(tmp_path)
    (source / "r.csv").write_text(GERMAN.replace(";Süd;", ";Nord;"), encoding="utf-8")
    write_draft([source / "r.csv"], tmp_path / "draft", force=True)
    assert 'name_key("Kunde") AS hub_id' in said(tmp_path)
    assert "DECIDE: contact: 1 clients have several contacts" in said(tmp_path, "contacts.sql")


def test_a_row_that_is_there_twice_counts_once(tmp_path: Path, source: Path):
    (source / "r.csv").write_text(GERMAN + GERMAN.splitlines(keepends=True)[2], encoding="utf-8")
    checked = drafted(tmp_path, source / "r.csv")
    # 1,200 + 2,400 + 3,600 in twelve months, and not 2,400 once more.
    assert figures(checked, "contracts", "mrr") == {"EUR": (3, "600.00")}
    assert checked.ingested.left_out == {"same_row_twice": 1}
    assert reasons(checked) == []


@pytest.mark.parametrize("again", ["{0}", "{0}{1}"])
def test_what_repeats_is_counted_in_all_rows_and_not_in_a_sample(tmp_path: Path, source: Path, again: str):
    # 5,000 rows are looked at; of these few the sample need not hold one.
    rows = [f"c{n},v{n},2026-01-01,2026-12-31,1200,2026-01-01 10:00:00\n" for n in range(12_000)]
    newer = rows[7].replace(",1200,2026-01-01", ",2400,2026-02-01")
    (source / "r.csv").write_text(
        "contract_id,vendor,start,end,annual_value,updated_at\n" + "".join(rows) + again.format(rows[5], newer)
    )
    checked = drafted(tmp_path, source / "r.csv")
    versions = "{1}" in again
    assert figures(checked, "contracts", "mrr") == {"USD": (12_000, "1200100.00" if versions else "1200000.00")}
    assert (
        sum(checked.ingested.left_out.values()) + sum(f.rows_duplicate for f in checked.ingested.files) == 1 + versions
    )


def test_equal_lines_of_a_contract_of_many_lines_are_asked_about(tmp_path: Path, source: Path):
    rows = GERMAN.splitlines(keepends=True)
    (source / "r.csv").write_text("".join([*rows, rows[2], rows[2].replace("2.400", "100")]), encoding="utf-8")
    checked = drafted(tmp_path, source / "r.csv")
    assert (
        'DECIDE: contract number: "Vertragsnummer" repeats (1 numbers in 3 rows): its rows are taken for lines'
        in said(tmp_path)
    )
    assert "1 rows say in every cell what another says; they count too." in said(tmp_path)
    assert figures(checked, "contracts", "mrr") == {"EUR": (3, "808.33")}


def test_of_several_versions_the_last_one_counts(tmp_path: Path, source: Path):
    (source / "s.csv").write_text(
        "synced,id,account_id,state,updated_at,current_period_started_at,current_term_started_at,current_term_ends_at,"
        "unit_amount,quantity\n"
        "2026-11-20 08:00:00,s1,a1,active,2026-07-11 08:00:00,2026-11-01 00:00:00,2026-07-11 00:00:00,"
        "2027-07-11 00:00:00,99.0,2\n"
        "2026-11-20 08:00:00,s1,a1,active,2026-11-11 07:00:00,2026-11-01 00:00:00,2026-07-11 00:00:00,"
        "2027-07-11 00:00:00,50.0,2\n"
        "2026-11-20 08:00:00,s2,a2,active,2026-07-11 08:00:00,2026-11-01 00:00:00,2026-07-11 00:00:00,"
        "2027-07-11 00:00:00,10.0,2\n"
    )
    checked = drafted(tmp_path, source / "s.csv")
    assert figures(checked, "in_force", "mrr") == {"USD": (2, "120.00")}
    assert checked.ingested.left_out == {"earlier_version": 1}
    assert 'DECIDE: contract number: are rows that repeat a "id" (1 of 3) versions of one contract?' in said(tmp_path)
    # A status that all rows share is not asked about.
    assert "DECIDE: status" not in said(tmp_path)
    assert 'date_text("current_term_started_at"' in said(tmp_path)
    # Lines of one contract have a number of their own: each of them counts.
    lines = (source / "s.csv").read_text().splitlines()
    numbered = [f"{'line_id' if place == 0 else place},{line}" for place, line in enumerate(lines)]
    (source / "s.csv").write_text("\n".join(numbered) + "\n")
    write_draft([source / "s.csv"], tmp_path / "draft", force=True)
    assert "its rows are taken for lines of one contract" in said(tmp_path)


def test_of_versions_of_one_day_the_time_decides(tmp_path: Path, source: Path):
    header = "Contract No,Customer,Start,End,Fee per month,Updated at\n"
    row = "A1,Acme,13/02/2026,12/02/2027,{},{}\n"
    versions = [("1", "02/11/2026 9:00"), ("3", "02/11/2026 10:00"), ("2", "31/10/2026 23:00")]
    (source / "r.csv").write_text(header + "".join(row.format(fee, at) for fee, at in versions))
    checked = drafted(tmp_path, source / "r.csv")
    assert figures(checked, "mrr") == {"USD": ("3.00",)}


def test_ten_digits_are_a_time_only_where_the_name_says_so(tmp_path: Path, source: Path):
    (source / "r.csv").write_text(
        "Contract No,Supplier,Start,End,Remaining Contract Amt,Total Value,is_trial\n"
        "1000000001,Acme,2026-01-01,2026-12-31,3,1200,no\n1000000002,Blue,2026-01-01,2026-12-31,4,600,no\n"
    )
    checked = drafted(tmp_path, source / "r.csv")
    assert figures(checked, "mrr") == {"USD": ("150.00",)}
    assert '"Contract No" AS contract_id' in said(tmp_path)
    assert 'DECIDE: status: do rows count in which "is_trial" is true?' in said(tmp_path)


@pytest.mark.parametrize(
    ("start", "ends", "renewal"),
    [("2026-01-01", "2026-12-31", "2027-01-01"), ("2026-01-01", "2027-01-01", "2027-01-01")],
)
def test_whether_the_end_is_the_last_day_is_seen_in_the_dates(
    tmp_path: Path, source: Path, start: str, ends: str, renewal: str
):
    (source / "r.csv").write_text(f"Contract No,Customer,Start,End,Fee per month\nA1,Acme,{start},{ends},10\n")
    checked = drafted(tmp_path, source / "r.csv")
    [contracts] = [table for table in checked.tables if table["table"] == "contracts"]
    assert contracts["first_row"]["renewal_start_date"] == renewal
    assert contracts["first_row"]["subscription_term_months"] == "12"


def test_day_and_month_that_cannot_be_told_apart_must_be_decided(tmp_path: Path, source: Path):
    (source / "r.csv").write_text(
        one_contract(start="01/02/2026", end="03/04/2027").replace("2026-02-01", "05/06/2026")
    )
    drafted(tmp_path, source / "r.csv")
    assert 'DECIDE: day or month first: is the day or the month first in "Start" and "End"?' in said(tmp_path)


def test_clients_contacts_and_lines_in_files_of_their_own(tmp_path: Path, source: Path):
    (source / "deals.csv").write_text(
        "id,customer_id,start_date,end_date,status\nd1,c1,2026-01-01,2026-12-31,live\nd2,c2,2026-02-01,2027-01-31,live\n"
    )
    (source / "customers.csv").write_text("id,name,reseller\nc1,Acme,North\nc2,Blue,\nc3,Unused,\n")
    (source / "items.csv").write_text(
        "id,deal_id,product,quantity,unit_price\ni1,d1,Hub,2,10\ni2,d1,Seat,1,5\ni3,d9,Hub,1,1\n"
    )
    (source / "people.csv").write_text("id,customer_id,first_name,last_name,email\np1,c1,Ann,Lee,ann@acme.example\n")
    checked = drafted(tmp_path, *(source / name for name in ("deals.csv", "customers.csv", "items.csv", "people.csv")))
    assert figures(checked, "in_force", "mrr") == {"USD": (2, "25.00")}
    # A line of a contract that is not there is refused, not dropped.
    assert reasons(checked) == [("contract_lines", "unknown_contract", 4)]
    rows = {table["table"]: table["rows_loaded"] for table in checked.tables}
    assert rows == {"partners": 2, "clients": 2, "contracts": 2, "contract_lines": 2, "contacts": 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("r.pdf", b"%PDF", "r.pdf: is none of .csv, .csv.gz, "),
        ("r.csv", b"", "r.csv: is empty; it should begin with a header"),
        ("r.csv", b"<!DOCTYPE html><html>", "r.csv: holds a web page or XML, not rows; download the data itself"),
        ("r.csv", b"a,b\n", "r.csv: has no rows under its header"),
        ("r.csv", b'a,b\n1,"2\n', "r.csv: line 2 begins a record that ends inside quotes"),
        ("r.csv.gz", b"no gzip", "r.csv.gz: is not a readable gzip file"),
        ("r.csv.gz", gzip.compress(b"a,b\n1,2\n" * 999, mtime=0)[:-20], "r.csv.gz: is not a readable gzip file"),
        ("r.xlsx", b"no workbook", "r.xlsx: is not a readable workbook"),
        ("r.json", b"", "r.json: is empty; it should hold an array of objects"),
        ("r.json", b"[1, 2", "r.json: the array is broken or cut off after line 1"),
        ("r.parquet", b"PAR1", "r.parquet: is not a readable Parquet file"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_line(
    tmp_path: Path, source: Path, name: str, content: bytes, message: str
):
    (source / name).write_bytes(content)
    with pytest.raises(InputError) as raised:
        write_draft([source / name], tmp_path / "draft")
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "draft").exists()


def test_a_language_unknown_here_is_guessed_by_what_columns_hold(tmp_path: Path, source: Path):
    (source / "r.csv").write_text(
        '契約番号,顧客名,開始日,終了日,金額\nA-1,株式会社,2026/01/01,2026/12/31,"120,000円"\nA-2,株式会社,2026/02/01,2027/01/31,"60,000円"\n',
        encoding="utf-8",
    )
    checked = drafted(tmp_path, source / "r.csv")
    # 120,000 and 60,000 yen for a year each.
    assert figures(checked, "in_force", "mrr") == {"JPY": (2, "15000.00")}
    [clients] = [table for table in checked.tables if table["table"] == "clients"]
    assert clients["first_row"]["client_name"] == "株式会社"


def test_hostile_names_of_columns_and_files(tmp_path: Path, source: Path):
    header = 'Contract No,\'Customer\'; DROP TABLE x --,"Start\nDate","End ""date"" \'x\'","Fee per\nmonth",is\ntrial\n'
    path = source / "re\"g' --\\x.csv"
    path.write_text(header.replace("is\ntrial", '"is\ntrial"') + "A1,Acme,02/03/2026,01/03/2027,10,no\n")
    checked = drafted(tmp_path, path)
    assert figures(checked, "mrr") == {"USD": ("10.00",)}
    assert checked.quarantine == []


def test_a_footer_is_left_out_and_said(tmp_path: Path, source: Path):
    (source / "r.csv").write_text(one_contract() + "2 contracts\n")
    checked = drafted(tmp_path, source / "r.csv")
    assert figures(checked, "mrr") == {"USD": ("30.00",)}
    assert checked.ingested.left_out == {"no_start_date": 1}
    assert "# Note: the last line has fewer cells than the header" in said(tmp_path, "profile.toml")
    assert "short_rows = true" in said(tmp_path, "profile.toml")


def test_a_missing_file_and_a_file_named_twice(tmp_path: Path, source: Path):
    with pytest.raises(InputError, match=r"nope\.csv: there is no such file"):
        write_draft([source / "nope.csv"], tmp_path / "draft")
    path = source / "r.csv"
    path.write_text(one_contract())
    with pytest.raises(InputError, match="a file appears twice"):
        write_draft([path, path], tmp_path / "draft")


def test_a_profile_that_is_there_stays_unless_forced(tmp_path: Path, source: Path):
    path = source / "r.csv"
    path.write_text(one_contract())
    write_draft([path], tmp_path / "draft")
    mine = tmp_path / "draft" / "views" / "contract.sql"
    mine.write_text("mine")
    with pytest.raises(UsageError, match=r"holds clients\.sql already and stays as it is"):
        write_draft([path], tmp_path / "draft")
    assert mine.read_text() == "mine"
    write_draft([path], tmp_path / "draft", force=True)
    assert mine.read_text() != "mine"


def test_every_statement_of_a_draft_says_what_it_is_for(tmp_path: Path, source: Path):
    drafted(tmp_path, ugly_files.german_csv(source))
    for path in (tmp_path / "draft").glob("*.sql"):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert first.startswith("-- ") or path.stem == "contracts", path


@pytest.mark.parametrize("make", [ugly_files.german_csv, ugly_files.workbook, ugly_files.nested_json])
def test_a_draft_is_the_same_every_time(tmp_path: Path, source: Path, make: Callable[[Path], Path]):
    path = make(source)
    texts = []
    for name in ("one", "two"):
        written = write_draft([path], tmp_path / name / "draft")
        texts.append([one.read_text(encoding="utf-8") for one in written])
    assert texts[0] == texts[1]


def test_a_file_without_a_header_loses_no_row_and_asks_for_the_names(tmp_path: Path, source: Path):
    rows = "A1,Acme,2026-01-01,2026-12-31,€1200\nA2,Blue,2026-02-01,2027-01-31,€2400\n"
    (source / "r.csv").write_text(rows)
    checked = drafted(tmp_path, source / "r.csv")
    assert [file.rows_read for file in checked.ingested.files] == [2]
    assert 'columns = ["column_1", "column_2", "column_3", "column_4", "column_5"]' in said(tmp_path, "profile.toml")
    assert "DECIDE: header row or lines above: what are the columns of r.csv called?" in said(tmp_path)
    # What dates and amounts they are is guessed by what they hold: 3,600 for a year each.
    assert figures(checked, "in_force", "mrr") == {"EUR": (2, "300.00")}


def test_one_stray_quote_does_not_turn_quoting_off(tmp_path: Path, source: Path):
    lines = ["Contract No,Customer,Start,End,Annual value", '1,"Smith, Jones",2026-01-01,2026-12-31,€1200']
    lines += ['2,"Blue" of old,2026-01-01,2026-12-31,€1200', '3,"Reed, Ltd",2026-01-01,2026-12-31,€1200']
    (source / "r.csv").write_text("\n".join(lines) + "\n")
    assert look(source / "r.csv").format.quote == '"'
    with pytest.raises(InputError, match=r"r\.csv: line 3 begins a record that is not readable as CSV"):
        write_draft([source / "r.csv"], tmp_path / "draft")


def test_a_file_with_backslashes_before_quotes(tmp_path: Path, source: Path):
    lines = ["Contract No,Customer,Start,End,Annual value", '1,"The \\"old\\" Mill, Ltd",2026-01-01,2026-12-31,€1200']
    (source / "r.csv").write_text("\n".join(lines) + "\n")
    checked = drafted(tmp_path, source / "r.csv")
    assert 'escape = "\\\\"' in said(tmp_path, "profile.toml")
    [clients] = [table for table in checked.tables if table["table"] == "clients"]
    assert clients["first_row"]["client_name"] == 'The "old" Mill, Ltd'


def test_bytes_that_are_not_utf_8_do_not_make_the_file_another_encoding(tmp_path: Path, source: Path):
    lines = ["Contract No,Customer,Start,End,Annual value", "1,Müller Söhne,2026-01-01,2026-12-31,€1200"]
    odd = "2,Café,2026-01-01,2026-12-31,1200 EUR\n".encode("cp1252")
    (source / "r.csv").write_bytes(("\n".join(lines) + "\n").encode() + odd)
    checked = drafted(tmp_path, source / "r.csv")
    assert look(source / "r.csv").format == FileFormat(odd_bytes="cp1252")
    assert "r.csv: line 3 has bytes that are not utf-8; they were read as cp1252" in checked.ingested.notes
    assert "DECIDE: encoding: r.csv is UTF-8, but line 3 has bytes that are not" in said(tmp_path)
    with duckdb.connect() as con:
        ingest(con, source, settings=Settings(), as_of=AS_OF, profile=tmp_path / "draft")
        names = con.sql("SELECT client_name FROM exports.clients ORDER BY 1").fetchall()
    assert names == [("Café",), ("Müller Söhne",)]


def test_lines_above_the_header_are_counted_and_said(tmp_path: Path, source: Path):
    checked = drafted(tmp_path, ugly_files.german_csv(source))
    # Of the three lines above, one is blank but for its separators.
    assert "vertraege.csv: 2 lines above the header row (line 4) were not read" in checked.ingested.notes
    assert "# Note: 2 lines above the header (line 4) are not read." in said(tmp_path, "profile.toml")
    assert "DECIDE: header row" not in said(tmp_path)


@pytest.mark.parametrize("amount", ["Price", "MRR"])
@pytest.mark.parametrize("frequency", ["Bi-Annual", "every blue moon", "Vierzehntägig?"])
def test_a_billing_frequency_that_is_not_known_is_named(tmp_path: Path, source: Path, frequency: str, amount: str):
    text = f"Contract No,Supplier,Start,End,Billing frequency,{amount}\n" + "".join(
        f"C{n},S{n},2026-01-01,2026-12-31,{frequency if n == 4 else 'Quarterly'},€300\n" for n in range(40)
    )
    (source / "r.csv").write_text(text, encoding="utf-8")
    checked = drafted(tmp_path, source / "r.csv")
    found = {found["table"]: (found["reasons"], found["examples"][0]["line"]) for found in checked.quarantine}
    assert found["contracts"] == (["unknown_billing_frequency"], 6)
    with duckdb.connect() as con:
        ingest(con, source, settings=Settings(), as_of=AS_OF, profile=tmp_path / "draft")
        [(cells,)] = con.sql("SELECT cells FROM quarantine WHERE table_name = 'contracts'").fetchall()
        frequencies = con.sql("SELECT DISTINCT billing_frequency FROM exports.contracts").fetchall()
    assert json.loads(cells)["Billing frequency"] == frequency
    assert frequencies == [("quarterly",)]


def test_a_table_above_the_header_of_a_sheet_is_asked_about(tmp_path: Path, source: Path):
    first = [["Supplier", "Contract No"], *([f"S{n}", f"C{n}"] for n in range(9)), []]
    second = [["Supplier", "Contract No", "Start", "End", "Annual value", "Officer"]]
    second += [[f"T{n}", f"D{n}", "2026-01-01", "2026-12-31", "€1200", "Ann"] for n in range(9)]
    path = write(source, "r.xlsx", [*first, *second])
    checked = drafted(tmp_path, path)
    assert figures(checked, "in_force") == {"EUR": (9,)}
    assert "DECIDE: header row or lines above: is line 12 of r.xlsx the header row? 10 lines above it" in said(tmp_path)


def test_another_sheet_with_a_table_is_asked_about(tmp_path: Path, source: Path):
    with xlsxwriter.Workbook(source / "r.xlsx") as book:
        for name, count in (("North", 5), ("South", 3)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Contract No", "Supplier", "Start", "End", "Annual value"])
            for row in range(1, count + 1):
                sheet.write_row(row, 0, [f"{name}{row}", "Alpha", "2026-01-01", "2026-12-31", "€1200"])
    drafted(tmp_path, source / "r.xlsx")
    assert "DECIDE: sheet: does only the sheet North of r.xlsx hold contracts? Not read are South (4 rows)." in said(
        tmp_path
    )
