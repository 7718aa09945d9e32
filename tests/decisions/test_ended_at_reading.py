"""An ended association follows the newest decisions on every run, at once; everything else is the run's own."""

from __future__ import annotations

import os
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from pipeline import transform, warehouse
from pipeline.analysis.explanation import explanation
from pipeline.decisions import decisions_frame
from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.store import DecisionStore
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.warehouse import ended_now, finance_association_visibility, open_run_file
from pipeline.warehouse.association_visibility import AGAIN
from pipeline.warehouse.runs import decisions_of as decisions_used
from pipeline.warehouse.runs import prune
from tests.decisions.test_effect import CLIENT_TABLES, decisions
from tests.decisions.world import AS_OF, exports, make, publish
from tests.reading import by_partner, by_vendor, compare, read_table

ENDED = frozenset({("north", "h1")})
BY_PARTNER = [name for name, table in PUBLISHED.items() if "partner_id" in table.column_names]


def there(run, name: str) -> bool:
    with open_run_file(run.path) as con:
        return bool(con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [name]).fetchall())


def test_an_older_run_read_now_is_what_a_run_with_the_ending_would_have_been(home):
    run = publish(home, exports())
    expected = transform.build(
        exports(), as_of=AS_OF, decisions=decisions(("association_ended", "north", "h1", "ended"))
    )
    for name, frame in expected.items():
        if "hub_id" in frame.columns or name == "partner_summary":
            assert read_table(run.path, name, ended=ENDED).equals(frame), name


FINDINGS = exports(
    contracts="""
        contract_id | hub_id | currency | term_start_date | renewal_start_date | subscription_term_months
        k1          | h1     | USD      | 2026-01-31      | 2027-01-31         | 12
        k1b         | h1     | USD      | 2027-01-31      | 2028-01-31         | 12
        k0          | h1     | USD      | 2025-01-31      | 2026-01-31         | 12
        k2          | h2     | USD      | 2026-01-15      | 2027-01-15         | 1
        k4          | h4     | EUR      | 2026-02-15      | 2027-02-15         | 12
        k5          | h5     | USD      | 2026-02-15      | 2027-02-15         | 12
        k6          | h1     | EUR      | 2026-02-20      | 2027-02-20         | 12
        """,
    contract_lines="line_id | contract_id | unit_price\nl1 | k1 | 100\nl2 | k2 | 20\nl4 | k4 | 40\nl5 | k5 | 5\n"
    "l6 | k6 | 60\nl7 | k1b | 7\nl8 | k0 | 9",
    renewal_history="contract_id | hub_id | renewal_start_date | outcome | mrr_before | mrr_after | currency\n"
    "k1 | h1 | 2025-01-31 | renewed | 90 | 100 | USD\nk2 | h2 | 2026-10-15 | churned | 20 | 0 | USD\n"
    "k5 | h5 | 2025-02-15 | renewed | 5 | 5 | USD",
)
"""h1 has one contract of every finding that an export alone can show, and one in another currency than north's rest."""


@pytest.mark.parametrize("name", sorted(FINANCE))
def test_finances_tables_of_an_older_run_are_what_a_run_with_the_ending_would_have_made(home, name):
    run = publish(home, FINDINGS, settings=Settings(projection_months=15, renewal_probability=Decimal("0.7")))
    ending = decisions(("association_ended", "north", "h1", "ended"))
    expected = transform.build_finance(
        FINDINGS, as_of=AS_OF, decisions=ending, projection_months=15, renewal_probability=Decimal("0.7")
    )
    assert expected[name].height > 0
    assert read_table(run.path, name, ended=ENDED).equals(expected[name])
    if "partner_id" in expected[name].columns:
        assert not read_table(run.path, name).equals(expected[name])


def test_what_no_partner_has_ended_is_read_as_the_run_has_it(home):
    run = publish(home, exports())
    for name in FINANCE:
        stored = read_table(run.path, name)
        assert read_table(run.path, name, ended=frozenset({("south", "h1"), ("north", "h3")})).equals(stored), name


def test_who_reads_no_finance_does_not_pay_for_it_and_cannot_read_it_by_mistake(home):
    run = publish(home, exports())
    with by_vendor(run.path, ENDED).open() as reader:
        assert reader.table("upcoming_renewals", where={"hub_id": "h1"}).is_empty()
        for name in AGAIN:
            with pytest.raises(UsageError, match="finance's tables are read by finance"):
                reader.table(name)
    assert not list(run.path.parent.glob("*.ended-*"))


def test_finances_figures_after_an_ending_are_computed_once_and_kept_beside_the_run(home, monkeypatch):
    run = publish(home, exports())
    first = read_table(run.path, "mrr_projection", ended=ENDED)
    (kept,) = run.path.parent.glob(f"{run.run_id}.ended-*.duckdb")
    monkeypatch.setattr(finance_association_visibility, "finance_tables", None)
    assert read_table(run.path, "mrr_projection", ended=ENDED).equals(first)
    monkeypatch.undo()
    read_table(run.path, "mrr_projection", ended=frozenset({("north", "h2")}))
    assert len(list(run.path.parent.glob("*.ended-*"))) == 2
    (run.path.parent / f".{kept.name}.999999999").touch()  # of a process that was killed
    (run.path.parent / f".{kept.name}.{os.getppid()}").touch()  # of one that is alive
    finance_association_visibility.remove_outdated(home, ENDED)
    assert sorted(path.name for path in run.path.parent.glob("*ended-*")) == [f".{kept.name}.{os.getppid()}", kept.name]
    kept.write_bytes(b"cut off")
    assert read_table(run.path, "mrr_projection", ended=ENDED).equals(first)
    prune(home, keep=0)
    publish(home, exports())
    prune(home, keep=1)
    assert not list(run.path.parent.glob(f"{run.run_id}*"))


def test_a_run_without_finance_is_readable_and_says_what_it_lacks(home):
    run = publish(home, exports())
    run.path.chmod(0o644)
    with warehouse.create_run_file(run.path) as con:
        for name in FINANCE:
            con.execute(f"DROP TABLE main.{name}")
    assert "h1" not in read_table(run.path, "upcoming_renewals", ended=ENDED)["hub_id"].to_list()
    for ended in (ENDED, frozenset()):
        with pytest.raises(UsageError, match=r"has no table mrr_projection: .* --no-finance\)\. Make a new run"):
            read_table(run.path, "mrr_projection", ended=ended)


@pytest.mark.parametrize("name", BY_PARTNER)
def test_no_table_of_the_partner_names_the_client_in_any_cell(home, name):
    with DecisionStore.open("sqlite://") as store:
        run = publish(home, exports())
        make(store, run, "primary_contact", "north", "h1", "c2")
        make(store, run, "association_ended", "north", "h1")
        later = publish(home, exports(), decisions=decisions_frame(store.events(), time_zone="UTC"))
        ended = ended_now(store)
    for each in (run, later):
        if there(each, name):
            text = read_table(each.path, name, partner_id="north", ended=ended).write_json()
            for word in ("h1", "Äpfel", "apfel.test", "Ada", "Bo Boskop", '"k1', "l6"):
                assert word not in text


def test_the_others_keep_every_row(home):
    run = publish(home, exports())
    for name in (*CLIENT_TABLES, "contract_mrr", "partner_summary"):
        before = read_table(run.path, name, partner_id="south")
        assert before.height > 0
        assert read_table(run.path, name, partner_id="south", ended=ENDED).equals(before)


def test_search_and_columns_work_on_what_is_left(home):
    run = publish(home, exports())
    found = read_table(run.path, "upcoming_renewals", search="APFEL", columns=["hub_id"], ended=frozenset())
    assert set(found["hub_id"]) == {"h1"}
    assert read_table(run.path, "upcoming_renewals", search="APFEL", ended=ENDED).is_empty()


def test_a_client_of_another_partner_now_is_not_hidden_from_it(home):
    run = publish(home, exports())
    shown = read_table(run.path, "upcoming_renewals", ended=frozenset({("south", "h1")}))
    assert shown.equals(read_table(run.path, "upcoming_renewals"))


def test_restored_it_shows_at_once_on_runs_from_before_the_ending_and_else_from_the_next_run(home):
    with DecisionStore.open("sqlite://") as store:
        before = publish(home, exports())
        make(store, before, "association_ended", "north", "h1")
        during = publish(home, exports(), decisions=decisions_frame(store.events(), time_zone="UTC"))
        make(store, during, "association_restored", "north", "h1")
        after = publish(home, exports(), decisions=decisions_frame(store.events(), time_zone="UTC"))
        ended = ended_now(store)

    def shown(run) -> bool:
        return "h1" in read_table(run.path, "upcoming_renewals", partner_id="north", ended=ended)["hub_id"].to_list()

    assert [shown(before), shown(during), shown(after)] == [True, False, True]


def test_everything_but_the_ending_is_as_the_run_had_it(home):
    with DecisionStore.open("sqlite://") as store:
        run = publish(home, exports())
        make(store, run, "communication_owner", "north", "h2", "vendor")
        shown = read_table(run.path, "upcoming_renewals", partner_id="north", ended=ended_now(store))
    assert set(shown.filter(hub_id="h2")["communication_owner_basis"]) == {"partner_statement"}
    assert decisions_used(run.path).is_empty()


def test_explain_and_compare_do_not_name_the_client_either(home):
    first = publish(home, exports())
    second = publish(home, exports(contract_lines="line_id | contract_id | unit_price\nl1 | k1 | 7\nl2 | k2 | 7"))
    everything = compare(first.path, second.path)
    assert "Äpfel & Co" in everything["client_name"].to_list()
    left = compare(first.path, second.path, partner_id="north", ended=ENDED)
    assert set(left["client_name"]) == {"Birne"}
    with by_vendor(first.path).open() as reader:
        assert explanation(reader.explanation_rows("k1:renewal"), "k1:renewal").change["hub_id"] == "h1"
    for readable in (
        by_vendor(first.path, ENDED),
        by_partner(first.path, "north", ENDED),
        by_partner(first.path, "south"),
    ):
        with readable.open() as reader, pytest.raises(UsageError, match="no upcoming change 'k1:renewal'"):
            reader.explanation_rows("k1:renewal")


def test_a_run_from_before_there_were_decisions_is_readable(home):
    run = publish(home, exports())
    run.path.chmod(0o644)
    with warehouse.create_run_file(run.path) as con:
        con.execute("DROP TABLE main.decisions")
    assert decisions_used(run.path).is_empty()
    assert "h1" not in read_table(run.path, "upcoming_renewals", ended=ENDED)["hub_id"].to_list()


def test_a_run_of_an_earlier_day_is_not_built_with_the_ending_but_read_with_it(home):
    made = decisions(("association_ended", "north", "h1", "ended"))
    run = publish(home, exports(), as_of=date(2026, 11, 1), decisions=made)
    assert decisions_used(run.path).is_empty()
    assert "h1" in read_table(run.path, "upcoming_renewals")["hub_id"].to_list()
    assert "h1" not in read_table(run.path, "upcoming_renewals", ended=ENDED)["hub_id"].to_list()


def test_partner_summaries_add_up_to_the_rows_that_are_left(home):
    run = publish(home, exports())
    contracts = read_table(run.path, "contract_mrr", ended=ENDED).drop_nulls("partner_id")
    summed = contracts.group_by("partner_id", "currency").agg(pl.col("current_mrr").sum()).sort(pl.all())
    shown = read_table(run.path, "partner_summary", ended=ENDED).select(summed.columns).sort(pl.all())
    assert shown.equals(summed.cast(shown.schema))


def test_finances_figures_are_made_again_when_a_nightly_run_removes_them_before_they_are_read(home, monkeypatch):
    run = publish(home, exports())
    expected = read_table(run.path, "mrr_projection", ended=ENDED)
    kept, asked = finance_association_visibility._kept, []

    def removed_at_first(run_file, ended):
        path = kept(run_file, ended)
        if not asked:
            path.unlink()
        asked.append(path)
        return path

    monkeypatch.setattr(finance_association_visibility, "_kept", removed_at_first)
    assert read_table(run.path, "mrr_projection", ended=ENDED).equals(expected)
    assert len(asked) == 2
