"""A run file that version 0.1.0 made on 23 November 2026, before columns and tables were added: every surface reads it.

`tests/fixtures/run-0.1.0.duckdb.xz` holds a generated book of 14 clients (`renewals sample --clients 14 --seed 3`).
"""

from __future__ import annotations

import json
import lzma
from pathlib import Path

import pytest

from pipeline.tables.published import PUBLISHED

FIXTURE = Path(__file__).parent.parent / "fixtures" / "run-0.1.0.duckdb.xz"
RUN_ID = "run-20261128T064704Z-9a690f"
PARTNER = "P-000000"


@pytest.fixture
def old_home(tmp_path, monkeypatch):
    """A home whose current run is the old one."""
    home = tmp_path / "home"
    (home / "runs").mkdir(parents=True)
    run = home / "runs" / f"{RUN_ID}.duckdb"
    run.write_bytes(lzma.decompress(FIXTURE.read_bytes()))
    (home / "current").symlink_to(run)
    monkeypatch.setenv("RENEWALS_HOME", str(home))
    monkeypatch.delenv("RENEWALS_DECISIONS_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return home


def test_every_published_table_is_printed_and_what_it_lacks_is_named(renewals, old_home):
    for name in PUBLISHED:
        said = renewals("table", name, "--format", "json")
        if said.code == 2:
            assert f"{RUN_ID} has no table {name}: it was made by an older version" in said.err
            continue
        assert said.code == 0, (name, said.err)
        rows = json.loads(said.out)
        assert all(list(row) == list(PUBLISHED[name].column_names) for row in rows), name
    said = renewals("table", "upcoming_renewals", "--format", "json")
    assert "not in this run, which an older version made: " in said.err
    assert "mrr_on_the_eve" in said.err
    assert {row["mrr_on_the_eve"] for row in json.loads(said.out)} == {None}


@pytest.mark.parametrize(
    "command",
    [
        ("report", "--all"),
        ("report", "--finance"),
        ("table", "upcoming_renewals", "--partner", PARTNER, "--search", "a"),
        ("runs",),
        ("doctor",),
        ("decisions",),
    ],
)
def test_every_surface_reads_it(renewals, old_home, command):
    said = renewals(*command)
    assert said.code == 0, said.err
    assert "Traceback" not in said.err


def test_an_estimate_of_it_is_explained(renewals, old_home):
    rows = json.loads(renewals("table", "upcoming_renewals", "--format", "json").out)
    said = renewals("explain", rows[0]["change_id"])
    assert said.code == 0, said.err
    assert rows[0]["client_name"] in said.out


def test_one_partners_ended_association_leaves_every_surface_readable(renewals, old_home):
    rows = json.loads(renewals("table", "upcoming_renewals", "--partner", PARTNER, "--format", "json").out)
    hub_id = rows[0]["hub_id"]
    ended = renewals("decide", "end", "--partner", PARTNER, "--client", hub_id, "--reason", "test")
    assert ended.code == 0, ended.err
    for command in (("report", "--all"), ("report", "--finance"), ("table", "partner_summary"), ("table", "retention")):
        said = renewals(*command)
        assert said.code == 0, (command, said.err)
    left = json.loads(renewals("table", "upcoming_renewals", "--format", "json").out)
    assert hub_id not in {row["hub_id"] for row in left}


def test_analysts_read_it_too(old_home):
    from pipeline import open_run

    run = open_run()
    assert run.table("upcoming_renewals")["mrr_on_the_eve"].null_count() == run.table("upcoming_renewals").height
    assert "Traceback" not in repr(run.report(PARTNER))
    assert run.sql("SELECT count(*) AS n FROM upcoming_renewals")["n"][0] > 0
