"""Scope is part of the reader: no row of another partner, no ended association, no finance table for who may not."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import pipeline
from pipeline.decisions import decisions_frame
from pipeline.errors import UsageError
from pipeline.store import DecisionStore
from pipeline.tables.finance_tables import FINANCE
from pipeline.tables.published import PUBLISHED
from pipeline.warehouse import Finance, Home, Partner, Vendor, open_run
from tests.decisions.world import exports, make, publish
from tests.reading import by_finance, by_partner, by_vendor

ENDED = frozenset({("north", "h1")})
WITH_PARTNERS = [name for name, table in PUBLISHED.items() if "partner_id" in table.column_names]


@pytest.fixture
def run(tmp_path):
    """A run that used a decision about a client of north, whose association has ended since."""
    home = Home(tmp_path / "home")
    with DecisionStore.open("sqlite://") as store:
        first = publish(home, exports())
        make(store, first, "communication_owner", "north", "h1", "vendor")
        return publish(home, exports(), decisions=decisions_frame(store.events(), time_zone="UTC"))


def foreign_rows(path: Path) -> int:
    """How many rows partners read that are not their own, or are of a client they have ended, in every way there is."""
    with by_vendor(path).open() as every:
        change_ids = every.table("upcoming_renewals").select("partner_id", "change_id", "hub_id").rows()
        clients = every.table("client_contacts").select("partner_id", "hub_id").unique().rows()
    return sum(_foreign(path, partner_id, change_ids, clients) for partner_id in ("north", "south"))


def _foreign(path: Path, partner_id: str, changes: list[Any], clients: list[Any]) -> int:
    mine = pl.col("partner_id") == partner_id
    gone = pl.lit(value=partner_id == "north") & (pl.col("hub_id") == "h1")
    with by_partner(path, partner_id, ENDED).open() as reader:
        report = reader.partner_rows()
        frames = [*(reader.table(name) for name in WITH_PARTNERS), *report.tables.values(), report.decided]
        foreign = sum(rows.filter(~mine.fill_null(value=False)).height for rows in frames)
        foreign += sum(rows.filter(gone).height for rows in frames[:-1] if "hub_id" in rows.columns)
        foreign += report.partner["partner_id"] != partner_id
        foreign += len(set(reader.digests(("upcoming_renewals",))) - {partner_id})
        foreign += len(set(reader.partner_ids()) - {partner_id})
        foreign += sum(
            len(reader.contacts_of(hub_id))
            for owner, hub_id in clients
            if owner != partner_id or (partner_id, hub_id) in ENDED
        )
        for owner, change_id, hub_id in changes:
            try:
                shown = reader.explanation_rows(change_id).changes
            except UsageError:
                continue
            foreign += owner != partner_id or (partner_id, hub_id) in ENDED
            foreign += shown.filter(~mine).height
    return foreign


def test_a_partner_reads_its_own_rows_and_nothing_else(run):
    assert foreign_rows(run.path) == 0


def test_a_partner_reads_all_of_its_own_rows(run):
    with by_partner(run.path, "north").open() as own, by_finance(run.path).open() as every:
        for name in WITH_PARTNERS:
            expected = every.table(name).filter(partner_id="north")
            assert own.table(name).equals(expected), name


SCOPE_FILTERS = [
    ("table_queries", '"partner_id = $partner"', '"$partner = $partner"'),
    ("table_queries", "(partner_id, hub_id) NOT IN (FROM {pairs})", "true"),
    ("partner_rows", "FROM main.{name} WHERE partner_id = $id", "FROM main.{name} WHERE $id = $id"),
    ("partner_rows", "FROM exports.partners WHERE partner_id = $id", "FROM exports.partners WHERE $id = $id"),
    ("partner_rows", "FROM main.decisions WHERE partner_id = $id", "FROM main.decisions WHERE $id = $id"),
    ("association_visibility", "WHERE NOT EXISTS {_ENDED}", "WHERE true OR NOT EXISTS {_ENDED}"),
    ("explanation_rows", "WHERE ($partner IS NULL OR partner_id = $partner) AND contract_id", "WHERE contract_id"),
    ("run_reader", "if self._partner in (None, partner_id):", "if True:"),
    ("run_reader", "str(self._partner)) - ended", "str(self._partner))"),
    ("run_reader", "if hub_id not in self.clients_of_record():", "if False:"),
    ("run_reader", "change_id, partner_id=self._partner)", "change_id, partner_id=None)"),
    ("run_reader", "            return [self._partner]\n", "            pass\n"),
    ("run_shown", "WHERE partner_id = ? AND", "WHERE ? IS NOT NULL AND"),
]


@pytest.mark.parametrize(("module", "written", "mutated"), SCOPE_FILTERS)
def test_removing_any_scope_filter_is_seen(run, tmp_path, module, written, mutated):
    package = Path(pipeline.__file__).parent
    shutil.copytree(package, tmp_path / "mutant" / "pipeline", copy_function=os.link)
    file = tmp_path / "mutant" / "pipeline" / "warehouse" / f"{module}.py"
    source = file.read_text()
    assert source.count(written) == 1, "the filter has moved: mend this list"
    file.unlink()
    file.write_text(source.replace(written, mutated))
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, str(run.path)],
        env={**os.environ, "PYTHONPATH": f"{tmp_path / 'mutant'}{os.pathsep}{package.parent}"},
        cwd=tmp_path / "mutant",
        capture_output=True,
        text=True,
        timeout=120,
    )
    # A filter that another one stands behind fails loudly instead of showing rows: that is seen too.
    assert asked.returncode or int(asked.stdout) > 0, "nobody notices"


_ASK = """
import sys
from pathlib import Path
from tests.warehouse.test_run_reader import foreign_rows
print(foreign_rows(Path(sys.argv[1])))
"""


def test_the_vendor_reads_no_finance_table_and_finance_reads_every_one(run):
    with by_vendor(run.path).open() as reader:
        for name in FINANCE:
            with pytest.raises(UsageError, match="finance's tables are read by finance"):
                reader.table(name)
    with by_finance(run.path).open() as reader:
        for name in FINANCE:
            reader.table(name)


def test_an_unknown_partner_is_one_error_from_one_place(tmp_path):
    home = Home(tmp_path / "home")
    run = publish(home, exports())
    with pytest.raises(UsageError, match=f"there is no partner 'nobody' in {run.run_id}"):
        open_run(home, run, reader=Partner("nobody"))
    for reader in (Partner("north"), Vendor(), Finance()):
        open_run(home, run, reader=reader).close()


def test_a_page_of_rows_is_the_same_rows_in_parts(run):
    with by_vendor(run.path).open() as reader:
        every = reader.table("upcoming_renewals")
        parts = [reader.table("upcoming_renewals", limit=2, offset=at) for at in range(0, every.height, 2)]
        assert [row for part in parts for row in part.rows()] == every.rows()
        found = reader.table("upcoming_renewals", search="apfel", columns=["change_id"], limit=1, offset=1)
        both = reader.table("upcoming_renewals", search="apfel", columns=["change_id"])
        assert found.rows() == both.rows()[1:2]
        assert reader.count("upcoming_renewals", search="apfel") == both.height


def test_pages_keep_the_tables_order_where_associations_are_hidden(run):
    with by_vendor(run.path, ENDED).open() as reader:
        every = reader.table("upcoming_renewals")
        order = every.select("partner_id", "renewal_deadline", "client_name", "change_id").rows()
        assert order == sorted(order)
        parts = [reader.table("upcoming_renewals", limit=1, offset=at) for at in range(every.height)]
        assert [row for part in parts for row in part.rows()] == every.rows()
        assert "h1" not in every["hub_id"].to_list()


def test_a_sort_is_stable_and_amounts_sort_within_their_currency(run):
    with by_vendor(run.path).open() as reader:
        rows = reader.table("upcoming_renewals", sort=[("current_mrr", True)], columns=["currency", "current_mrr"])
        for currency in set(rows["currency"]):
            amounts = rows.filter(currency=currency)["current_mrr"].to_list()
            assert amounts == sorted(amounts, reverse=True)
        assert rows["currency"].to_list() == sorted(rows["currency"])
        with pytest.raises(UsageError, match="has no column 'nope'"):
            reader.table("upcoming_renewals", sort=[("nope", False)])


def test_no_function_takes_an_optional_scope():
    # Whose rows are read has no default anywhere: a forgotten argument would show everything to somebody.
    scopes = {"partner", "partner_id", "ended", "reader", "clients", "hidden"}
    found = set()
    for path in sorted(Path(pipeline.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                found |= {f"{path.name}:{node.name}({name})" for name in _defaulted(node) if name in scopes}
    assert found == set(NO_SCOPE)


NO_SCOPE = {
    "api.py:compare(partner)": "analysts read every partner's rows, as finance does; this narrows them",
    "reader.py:table(partner)": "the same",
    "reader.py:__init__(hidden)": "what is hidden besides the newest decisions, of a held partner",
    "notebook_display.py:browse(hidden)": "columns that a notebook's table folds away",
    "finance_files.py:report_name(partner_id)": "a part of a file's name",
    "decision_store.py:events(partner_id)": "a filter of the vendor's own record, below the door",
    "run_records.py:run_records(partner_id)": "the same",
    "ownership.py:associations(ended)": "rule 7 as a function of frames",
    "stories_people.py:_sao(ended)": "a story of the sample",
}
"""Parameters of those names that decide no scope, and why."""


def _defaulted(node: ast.FunctionDef) -> list[str]:
    positional = [*node.args.posonlyargs, *node.args.args]
    with_default = positional[len(positional) - len(node.args.defaults) :]
    keyword = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return [each.arg for each in (*with_default, *(name for name, default in keyword if default is not None))]
