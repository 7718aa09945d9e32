"""Rule 4: the status of a change and what it rests on. The newest event wins; on the same day the cancellation."""

from __future__ import annotations

from datetime import date

import polars as pl


def _known(column: str, as_of: date | pl.Expr) -> pl.Expr:
    """A fact dated after `as_of` does not exist yet."""
    return pl.when(pl.col(column) <= as_of).then(pl.col(column))


def _is_renewal() -> pl.Expr:
    return pl.col("contract_type") == "renewal"


def cancellation_wins(*, as_of: date | pl.Expr) -> pl.Expr:
    """The client asked to cancel, and did not agree on a later day."""
    agreed, cancelled = _known("agreed_on", as_of), _known("cancellation_requested_on", as_of)
    return cancelled.is_not_null() & (agreed.is_null() | (cancelled >= agreed)).fill_null(False)


def agreement_wins(*, as_of: date | pl.Expr) -> pl.Expr:
    """The client agreed, and did not ask to cancel on that day or later."""
    return _known("agreed_on", as_of).is_not_null() & ~cancellation_wins(as_of=as_of)


def cancellation_too_late(*, as_of: date | pl.Expr) -> pl.Expr:
    """*Ours*: requested after the deadline although the terms were settled by then.

    Settled: they had been agreed, or, for a renewal, silence had renewed it: the contract renews automatically and
    its deadline was not before the term began (a monthly contract with 45 days' notice never had that chance).
    """
    settled_by_silence = (
        _is_renewal() & pl.col("auto_renews") & (pl.col("renewal_deadline") >= pl.col("term_start_date"))
    )
    settled = _known("agreed_on", as_of).is_not_null() | settled_by_silence
    return (pl.col("cancellation_requested_on") > pl.col("renewal_deadline")) & settled


def status_basis(*, as_of: date | pl.Expr) -> pl.Expr:
    """What the status rests on: requested, requested_late, agreed, auto_renewed, lapsing or awaiting.

    Needs `contract_type, agreed_on, cancellation_requested_on, renewal_deadline, term_start_date` and `auto_renews`
    without nulls. `as_of` may be a column: the status of contracts that are each looked at on a day of their own.
    """
    cancelled = cancellation_wins(as_of=as_of)
    silent_renewal = _is_renewal() & (pl.col("renewal_deadline") < as_of)
    return (
        pl.when(cancelled & cancellation_too_late(as_of=as_of))
        .then(pl.lit("requested_late"))
        .when(cancelled)
        .then(pl.lit("requested"))
        .when(agreement_wins(as_of=as_of))
        .then(pl.lit("agreed"))
        .when(silent_renewal & pl.col("auto_renews"))
        .then(pl.lit("auto_renewed"))
        .when(silent_renewal)
        .then(pl.lit("lapsing"))
        .otherwise(pl.lit("awaiting"))
        .alias("status_basis")
    )


def status() -> pl.Expr:
    """The status of a change, from its type and `status_basis`."""
    basis = pl.col("status_basis")
    return (
        pl.when(basis.is_in(["requested", "requested_late"]))
        .then(pl.lit("cancellation_requested"))
        .when((basis == "auto_renewed") | ((basis == "agreed") & _is_renewal()))
        .then(pl.lit("renewed"))
        .when(basis == "agreed")
        .then(pl.lit("confirmed"))
        .otherwise(pl.lit("pending"))
        .alias("status")
    )
