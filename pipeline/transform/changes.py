"""Rules 1 and 2: which contracts are in force, and which changes of them are upcoming."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from pipeline import rules

CHANGE_FACTS = (
    "agreed_on",
    "cancellation_requested_on",
    "new_contact_max",
    "new_email_limit",
    "quoted_mrr",
)


def in_force(*, as_of: date) -> pl.Expr:
    """Rule 2: the contract's current term has begun and its next one has not."""
    return (pl.col("term_start_date") <= as_of) & (pl.col("renewal_start_date") > as_of)


def upcoming(*, as_of: date, window_days: int = rules.WINDOW_DAYS) -> pl.Expr:
    """Rule 2: tomorrow is the first day, `as_of + window_days` the last."""
    return pl.col("effective_date").is_between(as_of + timedelta(days=1), as_of + timedelta(days=window_days))


def days_to_change(*, as_of: date) -> pl.Expr:
    """Rule 2: calendar days from `as_of` to the effective date."""
    return (pl.col("effective_date") - pl.lit(as_of)).dt.total_days().alias("days_to_change")


def type_order() -> pl.Expr:
    """Rule 10: changes of one day are taken CTU first, then EO, then the renewal."""
    return pl.col("contract_type").replace_strict(
        {name: place for place, name in enumerate(rules.CONTRACT_TYPES)}, return_dtype=pl.Int8
    )


def upcoming_changes(
    contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, as_of: date, window_days: int = rules.WINDOW_DAYS
) -> pl.DataFrame:
    """Rule 2: one row per upcoming change of the contracts in force.

    Columns: `change_id, contract_id, contract_type, effective_date` and `CHANGE_FACTS`. Every contract in force has
    one renewal, on its `renewal_start_date`: the explicit row where there is one, else a derived row without facts
    whose id is `<contract_id>:renewal`. `contracts` holds only contracts in force.
    """
    return changes_within(contracts, contract_changes, within=upcoming(as_of=as_of, window_days=window_days))


def changes_within(contracts: pl.DataFrame, contract_changes: pl.DataFrame, *, within: pl.Expr) -> pl.DataFrame:
    """The explicit changes of these contracts and the renewal each of them has, as far as `within` is true of them.

    The columns of `upcoming_changes`. `within` may name `effective_date` and any column of `contracts`.
    """
    columns = ["change_id", "contract_id", "contract_type", "effective_date", *CHANGE_FACTS]
    explicit = contract_changes.lazy().join(contracts.lazy(), on="contract_id").filter(within).select(columns)
    derived = (
        contracts.lazy()
        .with_columns(effective_date="renewal_start_date")
        .filter(within)
        .join(explicit.filter(pl.col("contract_type") == "renewal"), on="contract_id", how="anti")
        .select(
            "contract_id",
            "effective_date",
            change_id=pl.col("contract_id") + ":renewal",
            contract_type=pl.lit("renewal"),
        )
    )
    return pl.concat([explicit, derived], how="diagonal").select(columns).collect()
