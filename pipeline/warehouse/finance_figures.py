"""What a finance report is made from: the finance tables of a run, added up inside DuckDB for all clients or a part.

A book of a million clients stays a few thousand rows here: contracts are limited to those that move most, whatever is
left out is counted in the sums. The tables themselves hold every row.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import duckdb
import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.tables.finance_tables import FINANCE, MRR_BRIDGE
from pipeline.transform.projection.drill_down import bridge_lines
from pipeline.transform.projection.months import last_day
from pipeline.warehouse.readers import Partner
from pipeline.warehouse.run_reader import RunReader

MONEY: Final = tuple(column.name for column in MRR_BRIDGE.columns if column.kind == "decimal")
"""The amounts of the bridge."""

CAUSES: Final = (*(name for name in MONEY if name.startswith("change_")), "pending_expected")
"""The bars of the bridge, each of which has its largest contracts in the report."""


@dataclass(frozen=True, slots=True)
class Most:
    """How many rows a report takes at most: contracts in all, contracts whose lines are shown, and per currency the
    clients, the partners and the contracts behind each cause; and findings in all.
    """

    contracts: int = 20_000
    with_lines: int = 1_000
    clients: int = 10
    partners: int = 1_000
    per_cause: int = 20
    findings: int = 1_000


DEFAULT_MOST: Final = Most()


@dataclass(frozen=True, slots=True)
class EveryClient:
    """All clients, nobody's too."""


Clients = EveryClient | Partner
"""Whose contracts a finance report adds up."""


def finance_of_run(
    reader: RunReader, *, clients: Clients, currency: str | None, most: Most = DEFAULT_MOST
) -> tuple[dict[str, Any], dict[str, pl.DataFrame]]:
    """The row of `run_info`, and by name the frames that `views.finance_report` takes. For finance.

    `clients`: whose contracts; `currency`: only that one, None = all. Raises UsageError for a run without finance
    tables, a partner the run does not know, and a currency in which there is no contract.
    """
    partner_id = clients.partner_id if isinstance(clients, Partner) else None
    if not has_finance(reader):
        raise UsageError(
            f"{reader.run_id} has no finance tables: it was made by an older version, or without them. Make a new run"
        )
    con = reader.finance_connection()
    _check(con, reader.run_id, partner_id, currency)
    run = con.sql("FROM main.run_info").pl().to_dicts()[0]
    conditions = [f"{name} = ${name}" for name in _given(partner_id, currency)]
    where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
    values = _given(partner_id, currency)
    con.execute(f"CREATE OR REPLACE TEMP TABLE of_bridge AS FROM mrr_bridge {where}", values or None)
    sums = ", ".join(f"sum({name}) AS {name}" for name in MONEY)
    frames = {
        "bridge": _read(con, _BRIDGE.format(sums=sums), {"as_of": run["as_of"]}),
        "wall": _read(con, _WALL),
        "partners": _read(con, _PARTNERS.format(sums=sums), {"most": most.partners}),
        "clients": _read(con, _CLIENTS, {"most": most.clients}),
        "contracts": _contracts(con, most),
        "rates": _read(con, f"FROM renewal_rates {_only('currency', currency)}", _given(None, currency)),
        "currencies": _read(con, f"FROM currency_rates {_only('currency', currency)}", _given(None, currency)),
        "findings_counted": _read(con, _FINDINGS_COUNTED.format(where=where), values),
        "findings": _read(con, _FINDINGS.format(where=where), values | {"most": most.findings}),
        "contract_mrr": _read(con, _CONTRACT_MRR.format(where=where), values),
        **{name: _read(con, sql.format(where=where), values) for name, sql in _SUMMED.items()},
        "interval": _interval(con, partner_id, currency),
    }
    frames["lines"] = _lines(con, frames["contracts"]["contract_id"].head(most.with_lines), run)
    frames["partner"] = _read(
        con, "SELECT partner_id, partner_name FROM exports.partners WHERE partner_id = $id", {"id": partner_id}
    )
    return run, frames


def _given(partner_id: str | None, currency: str | None) -> dict[str, Any]:
    return {name: value for name, value in (("partner_id", partner_id), ("currency", currency)) if value is not None}


def _only(column: str, value: str | None) -> str:
    return f"WHERE {column} = ${column}" if value is not None else ""


def _read(con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None) -> pl.DataFrame:
    frame: pl.DataFrame = con.sql(sql, params=values).pl() if values else con.sql(sql).pl()
    return frame


def has_finance(reader: RunReader) -> bool:
    """Whether the run holds finance's tables: one made by an older version, or without them, does not."""
    return all(reader.has(name) for name in FINANCE)


def _check(con: duckdb.DuckDBPyConnection, run_id: str, partner_id: str | None, currency: str | None) -> None:
    if partner_id is not None:
        known = con.execute("SELECT 1 FROM exports.partners WHERE partner_id = ?", [partner_id]).fetchall()
        if not known:
            raise UsageError(f"there is no partner {partner_id!r} in {run_id}")
    if currency is not None:
        whose = "WHERE $partner IS NULL OR partner_id = $partner"
        rows = con.execute(
            f"SELECT DISTINCT currency FROM mrr_bridge {whose} ORDER BY 1",  # noqa: S608
            {"partner": partner_id},
        ).fetchall()
        known_currencies = [name for (name,) in rows]
        if currency not in known_currencies:
            raise UsageError(f"no contract in {currency!r}. There are: {', '.join(known_currencies) or 'none'}")


_BRIDGE: Final = """
SELECT currency, renewal_basis, count(*) AS contracts,
    count(*) FILTER (term_start_date <= $as_of) AS contracts_in_force, {sums}
FROM of_bridge GROUP BY ALL ORDER BY currency, renewal_basis NULLS LAST
"""
_WALL: Final = """
SELECT currency, date_trunc('month', renewal_start_date)::DATE AS month, renewal_basis, count(*) AS contracts,
    sum(current_mrr + change_new) AS mrr
FROM of_bridge WHERE renewal_basis IS NOT NULL GROUP BY ALL ORDER BY currency, month, renewal_basis
"""
_PARTNERS: Final = """
SELECT b.*, p.partner_name FROM (
    SELECT partner_id, currency, count(*) AS contracts, count(DISTINCT hub_id) AS clients, {sums} FROM of_bridge
    GROUP BY ALL
) b LEFT JOIN exports.partners p USING (partner_id)
QUALIFY row_number() OVER (PARTITION BY currency ORDER BY current_mrr DESC, partner_id) <= $most
ORDER BY currency, current_mrr DESC, partner_id
"""
_CLIENTS: Final = """
SELECT b.*, c.client_name FROM (
    SELECT hub_id, currency, any_value(partner_id) AS partner_id, count(*) AS contracts,
        sum(current_mrr) AS current_mrr, sum(expected_mrr) AS expected_mrr
    FROM of_bridge GROUP BY hub_id, currency HAVING sum(current_mrr) > 0
) b LEFT JOIN exports.clients c USING (hub_id)
QUALIFY row_number() OVER (PARTITION BY currency ORDER BY current_mrr DESC, hub_id) <= $most
ORDER BY currency, current_mrr DESC, hub_id
"""
_CONTRACTS: Final = """
WITH largest AS (
    SELECT contract_id FROM (UNPIVOT of_bridge ON {causes} INTO NAME cause VALUE amount) WHERE amount <> 0
    QUALIFY row_number() OVER (PARTITION BY currency, cause ORDER BY abs(amount) DESC, contract_id) <= $per_cause
), placed AS (
    SELECT *, contract_id NOT IN (FROM largest) AS is_later, row_number() OVER (
        PARTITION BY currency, contract_id NOT IN (FROM largest)
        ORDER BY abs(expected_mrr - current_mrr) DESC, current_mrr DESC, contract_id
    ) AS place FROM of_bridge
)
SELECT p.*, c.client_name, n.partner_name FROM placed p
LEFT JOIN exports.clients c USING (hub_id) LEFT JOIN exports.partners n ON n.partner_id = p.partner_id
ORDER BY is_later, place, currency LIMIT $most
"""
_FINDINGS_COUNTED: Final = """
SELECT finding, currency, count(*) AS contracts, sum(mrr) AS mrr FROM findings {where}
GROUP BY ALL ORDER BY finding, currency
"""
_FINDINGS: Final = """
SELECT f.*, c.client_name FROM (FROM findings {where}) f LEFT JOIN exports.clients c USING (hub_id)
ORDER BY finding, currency, mrr DESC, contract_id, other_contract_id LIMIT $most
"""
_CONTRACT_MRR: Final = """
SELECT currency, count(*) AS contracts, sum(current_mrr) AS current_mrr FROM contract_mrr {where}
GROUP BY ALL ORDER BY currency
"""
_SUMMED: Final = {
    "projection": """
SELECT currency, scenario, month, sum(opening) AS opening, sum("new") AS new, sum(expansion) AS expansion,
    sum(contraction) AS contraction, sum(churn) AS churn, sum(closing) AS closing
FROM mrr_projection {where} GROUP BY ALL ORDER BY currency, scenario, month
""",
    "retention": """
SELECT currency, scenario, sum(opening) AS opening, sum(expansion) AS expansion, sum(contraction) AS contraction,
    sum(churn) AS churn FROM retention {where} GROUP BY ALL ORDER BY currency, scenario
""",
    "rivals": """
SELECT currency, sum(current_mrr) AS current_mrr, sum(undiscounted_mrr) AS undiscounted_mrr,
    sum(list_price_mrr) AS list_price_mrr, sum(with_one_off_mrr) AS with_one_off_mrr, sum(by_term_mrr) AS by_term_mrr
FROM rival_mrr {where} GROUP BY ALL ORDER BY currency
""",
}


def _interval(con: duckdb.DuckDBPyConnection, partner_id: str | None, currency: str | None) -> pl.DataFrame:
    """The interval of all clients together, or of one partner's: those of several partners do not add up."""
    conditions = ["scope = $scope", *(f"{name} = ${name}" for name in _given(partner_id, currency))]
    scope = "vendor" if partner_id is None else "partner"
    return _read(
        con,
        "SELECT currency, month, closing_low, closing_high FROM projection_interval "  # noqa: S608
        f"WHERE {' AND '.join(conditions)} ORDER BY currency, month",
        {"scope": scope} | _given(partner_id, currency),
    )


def _contracts(con: duckdb.DuckDBPyConnection, most: Most) -> pl.DataFrame:
    """The contracts that move most, those behind every cause first; the order says which to leave out first."""
    sql = _CONTRACTS.format(causes=", ".join(CAUSES))
    return _read(con, sql, {"per_cause": most.per_cause, "most": most.contracts})


def _lines(con: duckdb.DuckDBPyConnection, contract_ids: pl.Series, run: dict[str, Any]) -> pl.DataFrame:
    """The contract lines behind the bars of these contracts, in their order."""
    settings = Settings.from_json(run["settings"])
    con.register("contracts_asked_for", contract_ids.to_frame())
    contracts, lines = (
        con.sql(f"FROM exports.{name} SEMI JOIN contracts_asked_for USING (contract_id)").pl()
        for name in ("contracts", "contract_lines")
    )
    prices = con.sql("FROM exports.price_book").pl()
    con.unregister("contracts_asked_for")
    behind = bridge_lines(
        contract_ids,
        contracts,
        lines,
        prices,
        as_of=run["as_of"],
        until=last_day(settings.projection_months - 1, as_of=run["as_of"]),
        renewal_pricing=settings.renewal_pricing,
    )
    order = contract_ids.to_frame().with_row_index("place")
    return behind.join(order, on="contract_id").sort("place", "line_id").drop("place")
