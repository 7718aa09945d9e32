"""Corrections: known errors of the source as data, applied, reported, and guarded against outliving their reason."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pipeline.errors import InputError
from pipeline.ingest.contract.corrections import FILE
from tests.ingest.export_folder import GOOD, Exports
from tests.ingest.test_profiles import profile  # noqa: F401

KEY_TAKES = 'key takes the primary key in texts exactly as the export writes them, such as { contract_id = "C-17" }'
WRONG = GOOD["contracts"].replace("2026-02-01,2027-02-01", "2026-02-01,bad")


def entry(**changed: str) -> str:
    values = {
        "table": '"contracts"',
        "key": '{ contract_id = "c2" }',
        "column": '"renewal_start_date"',
        "wrong": '"bad"',
        "right": '"2027-02-01"',
        "reason": '"a typing error"',
        "told": '"the vendor on 2026-11-20"',
        "status": '"reported"',
    }
    values |= changed
    return "[[correction]]\n" + "\n".join(f"{name} = {value}" for name, value in values.items() if value) + "\n"


def complaint(exports: Exports) -> str:
    with pytest.raises(InputError) as raised:
        exports.run()
    assert raised.value.exit_code == 6
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_a_corrected_row_is_loaded_and_counted(exports: Exports):
    exports.write("contracts.csv", WRONG)
    exports.write(FILE, entry())
    report = exports.run()
    assert exports.rows("contracts", "contract_id", "renewal_start_date")[1] == ("c2", date(2027, 2, 1))
    assert exports.quarantine() == []
    [applied] = report.corrections
    assert (applied.where, applied.wrong, applied.right) == ("renewal_start_date of contracts c2", "bad", "2027-02-01")
    assert exports.counts(FILE) == {"read": 1, "loaded": 1, "quarantined": 0, "duplicate": 0, "left_out": 0}
    assert report.files[-1].sha256


@pytest.mark.parametrize("name", ["contracts.csv", "contracts.csv.gz", "contracts.ndjson"])
def test_other_rows_and_other_formats_are_not_touched(exports: Exports, name: str):
    import csv
    import gzip
    import io

    text = WRONG + "c3,h2,EUR,2026-03-01,bad,12,annual,,\n"
    exports.remove("contracts.csv")
    rows = "".join(json.dumps(row) + "\n" for row in csv.DictReader(io.StringIO(text)))
    content = {"contracts.csv": text.encode(), "contracts.csv.gz": gzip.compress(text.encode())}.get(name)
    exports.write(name, content or rows)
    exports.write(FILE, entry())
    exports.run()
    assert [row[0] for row in exports.rows("contracts", "contract_id")] == ["c1", "c2"]
    assert [row[2:] for row in exports.quarantine()] == [("contracts", "not_a_date:renewal_start_date")]


def test_a_corrected_row_that_is_refused_all_the_same_keeps_its_original_cells(exports: Exports):
    exports.write("contracts.csv", WRONG)
    exports.write(FILE, entry(right='"2026-02-30"'))
    exports.run()
    assert exports.cells()[1]["renewal_start_date"] == "bad"
    assert exports.quarantine()[0] == ("contract_lines.csv", 3, "contract_lines", "parent_quarantined")
    assert exports.quarantine()[1] == ("contracts.csv", 3, "contracts", "not_a_date:renewal_start_date")


def test_an_empty_cell_can_be_filled_and_a_key_put_right(exports: Exports):
    exports.write("clients.csv", GOOD["clients"].replace("h3,Cedar,", "h9,Cedar,"))
    exports.write(
        FILE,
        entry(table='"clients"', key='{ hub_id = "h9" }', column='"hub_id"', wrong='"h9"', right='"h3"')
        + entry(table='"clients"', key='{ hub_id = "h9" }', column='"partner_id"', wrong='""', right='"p2"'),
    )
    exports.run()
    assert exports.rows("clients", "hub_id", "partner_id")[2] == ("h3", "p2")


def test_they_act_on_what_a_profile_gives(exports: Exports, profile: Path):  # noqa: F811
    exports.write(
        FILE,
        entry(key='{ contract_id = "d3" }', right='"2027-03-01"')
        + entry(table='"contract_lines"', key='{ line_id = "d2" }', column='"unit_price"', wrong='"TBC"', right='"5"'),
    )
    report = exports.run(profile=profile)
    assert exports.rows("contracts", "contract_id") == [("d1",), ("d2",), ("d3",)]
    assert exports.quarantine() == []
    assert exports.counts("deals.csv") == {"read": 4, "loaded": 3, "quarantined": 0, "duplicate": 0, "left_out": 1}
    assert len(report.corrections) == 2


@pytest.mark.parametrize(
    ("contracts", "message"),
    [
        (GOOD["contracts"], "renewal_start_date is now '2027-02-01' and no longer 'bad'; remove the entry"),
        (WRONG.replace("c2,", "c9,"), "there is no such row any more; remove the entry"),
    ],
)
def test_an_entry_that_no_longer_matches_stops_the_run(exports: Exports, contracts: str, message: str):
    exports.write("contracts.csv", contracts)
    exports.write(FILE, entry())
    assert complaint(exports) == f"corrections.toml: entry 1 (renewal_start_date of contracts c2): {message}"


def test_an_entry_for_a_table_or_column_that_is_not_there(exports: Exports):
    contact = '{ contact_id = "k" }'
    exports.write(FILE, entry(table='"contacts"', key=contact, column='"email"'))
    assert complaint(exports).endswith(
        "(email of contacts k): there are no contacts in these exports; remove the entry"
    )
    exports.write(FILE, entry(column='"renewal_date"'))
    assert complaint(exports).endswith("contracts has no column 'renewal_date' here; correct the entry")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[correction]", "is not readable as TOML: "),
        ("[[corrections]]\n", "holds 'corrections'; write entries as [[correction]]"),
        ("correction = 1\n", "holds 'correction'; write entries as [[correction]]"),
        (entry(reason=""), "entry 1: reason is required"),
        (entry(typo='"x"'), "entry 1: unknown name 'typo'; known: table, key, "),
        (entry(wrong="12.5"), "entry 1: wrong takes a text in quotes, exactly as the export writes it"),
        (entry(table='"contract"'), "entry 1: table: the contract has no table 'contract' (did you mean 'contracts'?)"),
        (entry(status='"done"'), "entry 1: status takes one of open, reported, acknowledged, not 'done'"),
        (entry(right='"bad"'), "entry 1: wrong and right are the same"),
        (entry(told='" "'), "entry 1: told is empty; say it in words"),
        (entry(key='"c2"'), f"entry 1: {KEY_TAKES}"),
        (
            entry(key='{ id = "c2" }'),
            'entry 1: key takes the whole primary key of contracts: key = { contract_id = "…" }',
        ),
        (
            entry(key="{ contract_id = 2 }"),
            f"entry 1: {KEY_TAKES}",
        ),
        (entry() + entry(right='"x"'), "entries 1 and 2 correct the same cell; keep one"),
    ],
)
def test_a_malformed_entry_is_one_clear_line(exports: Exports, text: str, message: str):
    exports.write(FILE, text)
    assert complaint(exports).startswith(f"corrections.toml: {message}")


def test_a_link_to_nothing_is_no_missing_file(exports: Exports):
    (exports.folder / FILE).symlink_to("gone.toml")
    assert complaint(exports).startswith("corrections.toml: cannot be read (No such file or directory)")


def test_nobody_need_be_told_while_it_is_open(exports: Exports):
    exports.write("contracts.csv", WRONG)
    exports.write(FILE, entry(told='""', status='"open"'))
    assert len(exports.run().corrections) == 1
