"""What analysts and the command line ask of a published run: `explain`, every step of an estimate and its rows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

from pipeline.errors import UsageError
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.transform import changes as change_rules
from pipeline.transform import limit_blocks, mrr, new_mrr
from pipeline.transform.decided import EndedPairs
from pipeline.warehouse import open_run
from pipeline.warehouse.runs import settings_of

STEP_COLUMNS = (
    "change_id",
    "contract_type",
    "renewal_start_date",
    "renewal_deadline",
    "status",
    "status_basis",
    "mrr_before",
    "estimated_new_mrr",
    "mrr_change",
    "estimate_basis",
    *new_mrr.PARTS,
)


def explain(run_file: Path, change_id: str, *, ended: EndedPairs = frozenset()) -> dict[str, Any]:
    """Every step of the estimate of one change, and the export rows it came from.

    Gives `change` (the published row), `steps` (the upcoming changes of its contract in the order they are taken, up
    to this one; columns `STEP_COLUMNS`), `as_of`, `renewal_pricing`, and `rows`: `contract`, `contract_changes`,
    `contract_lines` (with their list price on the renewal's day), `limit_blocks` (the bands a CTU or EO is priced
    from). Money is per month in the contract's currency unless the column says per billing period.
    `ended`: the associations ended by the newest decisions, whose clients are nobody's any more (rule 7).
    Raises UsageError when no partner's upcoming change has that id.
    """
    with open_run(run_file, ended=ended, finance=False) as con:
        settings, as_of = settings_of(con)
        changes: pl.DataFrame = con.sql(
            "SELECT * FROM upcoming_renewals WHERE contract_id = "
            "(SELECT contract_id FROM upcoming_renewals WHERE change_id = $id)",
            params={"id": change_id},
        ).pl()
        if changes.is_empty():
            raise UsageError(
                f"no upcoming change {change_id!r} in {run_file.stem}: see 'renewals table upcoming_renewals'"
            )
        rows = {
            name: con.sql(
                f"SELECT {', '.join(EXPORTS[name].column_names)} FROM exports.{name} WHERE contract_id = $id",  # noqa: S608
                params={"id": changes["contract_id"][0]},
            ).pl()
            for name in ("contracts", "contract_changes", "contract_lines")
        }
        books = {
            name: con.sql(f"SELECT {', '.join(EXPORTS[name].column_names)} FROM exports.{name}").pl()  # noqa: S608
            for name in ("price_book", "limit_blocks")
        }
    steps = changes.rename({"renewal_start_date": "effective_date"}).sort(
        "effective_date", change_rules.type_order(), "change_id"
    )
    upto = steps["change_id"].to_list().index(change_id) + 1
    lines = rows["contract_lines"].filter(mrr.recurring())
    return {
        "run": run_file.stem,
        "as_of": as_of,
        "renewal_pricing": settings.renewal_pricing,
        "uplift_percent": settings.uplift_percent,
        "change": changes.filter(pl.col("change_id") == change_id).to_dicts()[0],
        "steps": steps.head(upto).rename({"effective_date": "renewal_start_date"}).select(STEP_COLUMNS).to_dicts(),
        "rows": {
            "contract": rows["contracts"].to_dicts(),
            "contract_changes": rows["contract_changes"].to_dicts(),
            "contract_lines": _with_list_prices(
                steps.head(upto), rows["contract_lines"], books["price_book"], settings
            ),
            "limit_blocks": _bands_used(steps.head(upto), lines, books["limit_blocks"]),
        },
    }


def _with_list_prices(
    steps: pl.DataFrame, lines: pl.DataFrame, price_book: pl.DataFrame, settings: Settings
) -> list[dict[str, Any]]:
    renewals = steps.filter(pl.col("contract_type") == "renewal")
    if renewals.is_empty() or settings.renewal_pricing != "list":
        return lines.to_dicts()
    priced = new_mrr.list_prices(
        lines.join(renewals.select("contract_id", "currency", "effective_date"), on="contract_id"), price_book
    )
    return priced.drop("effective_date").sort("line_id").to_dicts()


def _bands_used(steps: pl.DataFrame, lines: pl.DataFrame, books: pl.DataFrame) -> list[dict[str, Any]]:
    used = limit_blocks.base_products(steps, lines, books)
    return used.join(books, on=limit_blocks.BOOK).sort("change_id", "from_limit").to_dicts()
