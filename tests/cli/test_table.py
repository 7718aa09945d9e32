"""`renewals table`: raw, exact, filtered, searched."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import polars as pl
import pytest

from pipeline.tables.published import PUBLISHED


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_csv_is_the_declared_columns_with_exact_text(renewals, read_home):
    said = renewals("table", "upcoming_renewals", "--format", "csv")
    assert said.code == 0
    table = rows(said.out)
    assert list(table[0]) == list(PUBLISHED["upcoming_renewals"].column_names)
    day45 = next(row for row in table if row["change_id"] == "C-DAY45:renewal")
    # The article: day 45 before the start is the last day to act.
    assert (day45["renewal_start_date"], day45["renewal_deadline"], day45["status"]) == (
        "2027-01-07",
        "2026-11-23",
        "pending",
    )


def test_the_order_is_deadline_then_client_name_then_change_id(renewals, read_home):
    table = rows(renewals("table", "upcoming_renewals", "--format", "csv").out)
    keys = [(row["renewal_deadline"], row["client_name"], row["change_id"]) for row in table]
    assert keys == sorted(keys)


def test_json_and_csv_and_parquet_say_the_same(renewals, read_home, tmp_path):
    from_csv = rows(renewals("table", "contract_mrr", "--format", "csv").out)
    from_json = json.loads(renewals("table", "contract_mrr", "--format", "json").out)
    assert renewals("table", "contract_mrr", "--format", "parquet", "--output", tmp_path / "mrr.parquet").code == 0
    from_parquet = pl.read_parquet(tmp_path / "mrr.parquet").to_dicts()
    as_text = [{name: "" if value is None else str(value) for name, value in row.items()} for row in from_json]
    assert as_text == from_csv
    assert [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in from_parquet
    ] == from_csv
    assert len(from_csv) > 100


def test_a_partner_sees_only_its_own_rows(renewals, read_home):
    everything = rows(renewals("table", "upcoming_renewals", "--format", "csv").out)
    partners = {row["partner_id"] for row in everything}
    assert len(partners) > 5
    for partner_id in partners:
        own = rows(renewals("table", "upcoming_renewals", "--partner", partner_id, "--format", "csv").out)
        assert own == [row for row in everything if row["partner_id"] == partner_id]


def test_search_folds_case_and_accents_and_finds_parts(renewals, read_home):
    names = [row["client_name"] for row in rows(renewals("table", "upcoming_renewals", "--format", "csv").out)]
    accented = next(name for name in names if "ã" in name or "é" in name or "ü" in name)
    plain = accented.translate(str.maketrans("ãéüçóíõê", "aeucoioe")).upper()
    found = rows(renewals("table", "upcoming_renewals", "--search", plain[:12], "--format", "csv").out)
    assert accented in [row["client_name"] for row in found]


def test_search_text_is_text_and_never_a_pattern(renewals, read_home):
    percent = rows(renewals("table", "upcoming_renewals", "--search", "%", "--format", "csv").out)
    assert percent
    assert all("%" in row["client_name"] + row["website"] + row["hub_id"] for row in percent)
    assert rows(renewals("table", "upcoming_renewals", "--search", "' OR 1=1 --", "--format", "csv").out) == []


def test_chosen_columns_come_in_the_order_chosen(renewals, read_home):
    said = renewals("table", "upcoming_renewals", "--columns", "status,change_id", "--format", "csv")
    assert said.out.splitlines()[0] == "status,change_id"


def test_the_table_for_people_is_aligned_and_counted_on_stderr(renewals, read_home):
    said = renewals("table", "source_files")
    assert said.out.splitlines()[0].split() == list(PUBLISHED["source_files"].column_names)
    assert said.err == "12 rows\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nonsense"], "'nonsense' is not one of"),
        (
            ["upcoming_renewals", "--columns", "nonsense"],
            "upcoming_renewals has no column 'nonsense'. It has: partner_id",
        ),
        (["upcoming_renewals", "--partner", "nobody"], "renewals: there is no partner 'nobody' in run-"),
        (["quarantine", "--partner", "P-SAO"], "renewals: quarantine has no partner: leave --partner out"),
        (["contract_mrr", "--search", "x"], "renewals: contract_mrr cannot be searched: it has no client name"),
        (["contract_mrr", "--run", "nonsense"], "renewals: no run 'nonsense': 'renewals runs' lists the 1 there are"),
        (["contract_mrr", "--output", "x.txt"], "renewals: --output needs --format csv, json or parquet"),
        *(
            (
                ["contract_mrr", "--format", file_format, "--output", "nowhere/x"],
                "renewals: nowhere/x cannot be written: No such file or directory",
            )
            for file_format in ("csv", "json", "parquet")
        ),
    ],
)
def test_what_cannot_be_is_one_line_and_exit_2(renewals, read_home, arguments, message):
    said = renewals("table", *arguments)
    assert (said.code, said.out) == (2, "")
    assert message in said.err
    assert "Traceback" not in said.err
    assert list(Path().iterdir()) == []
