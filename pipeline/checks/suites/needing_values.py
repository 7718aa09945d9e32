"""Checks that need values from outside the run's tables: the run before this one, and what this machine knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from pipeline.checks.declare import Check, OneOf, failing_rows, quoted, with_words
from pipeline.checks.results import CheckResult

COUNTED_TABLES: Final = ("contract_mrr", "upcoming_renewals", "client_contacts", "client_products", "partner_summary")
"""Tables whose number of rows is compared with the run before."""


def usable_in_reports(locales: Iterable[str], time_zones: Iterable[str]) -> tuple[Check, ...]:
    """Warnings about partners whose locale or time zone is not among those that can be used."""
    usable = (
        ("usable_locale", "locale", "locales", locales),
        ("usable_time_zone", "time_zone", "time zones", time_zones),
    )
    return tuple(
        Check(
            name, "warning", "exports.partners", f"{fault} that nothing is known about", (OneOf(column, tuple(values)),)
        )
        for name, column, fault, values in usable
    )


def like_the_run_before(
    row_counts: Mapping[str, int],
    mrr: Mapping[str, Decimal],
    *,
    row_count_change_percent: Decimal,
    mrr_change_percent: Decimal,
) -> tuple[Check, ...]:
    """Sizes that are not wildly off those of the run before: `row_counts` per table, `mrr` per currency.

    A change of more percent than the settings allow is a warning, a fall to nothing stops.
    """
    return (
        *(
            check
            for table in COUNTED_TABLES
            if table in row_counts
            for check in _row_count(table, row_counts[table], row_count_change_percent)
        ),
        *_mrr(mrr, mrr_change_percent),
    )


def no_run_before(unreadable: str) -> CheckResult:
    """Says that there was nothing to compare with, which is a warning when the run before is there but `unreadable`."""
    observed = "no run before this one to compare with"
    if unreadable:
        observed = f"the run before cannot be read and is not compared with this one ({unreadable})"
    return CheckResult("like_run_before", "output", "warning", "contract_mrr", not unreadable, observed)


def _row_count(table: str, before: int, percent: Decimal) -> tuple[Check, Check]:
    counts = with_words("(SELECT $before AS rows_before, count(*) AS rows_now FROM $rows)", before=str(before))
    return (
        failing_rows(
            "row_count_gone",
            "stop",
            table,
            "the run before had rows, this one has none, tables",
            with_words("SELECT * FROM $counts WHERE rows_before > 0 AND rows_now = 0", counts=counts),
        ),
        failing_rows(
            "row_count_like_run_before",
            "warning",
            table,
            f"row counts that moved by more than {percent.normalize():f} %",
            with_words(
                "SELECT * FROM $counts WHERE abs(rows_now - rows_before) * 100 > $percent * rows_before",
                counts=counts,
                percent=f"{percent:f}",
            ),
        ),
    )


def _mrr(before: Mapping[str, Decimal], percent: Decimal) -> tuple[Check, ...]:
    if not before:
        return ()
    values = ", ".join(
        f"({quoted(currency)}, CAST('{amount:f}' AS DECIMAL(38,4)))" for currency, amount in sorted(before.items())
    )
    sums = with_words(
        """(
        SELECT currency, mrr_before, coalesce(mrr_now, 0) AS mrr_now
        FROM (VALUES $values) AS b(currency, mrr_before)
        LEFT JOIN (SELECT currency, sum(current_mrr) AS mrr_now FROM $rows GROUP BY currency) USING (currency))""",
        values=values,
    )
    return (
        failing_rows(
            "mrr_gone",
            "stop",
            "contract_mrr",
            "currencies that had MRR in the run before and have none now",
            with_words("SELECT * FROM $sums WHERE mrr_before > 0 AND mrr_now = 0", sums=sums),
        ),
        failing_rows(
            "mrr_like_run_before",
            "warning",
            "contract_mrr",
            f"currencies whose MRR moved by more than {percent.normalize():f} %",
            with_words(
                "SELECT * FROM $sums WHERE abs(mrr_now - mrr_before) * 100 > $percent * mrr_before",
                sums=sums,
                percent=f"CAST('{percent:f}' AS DECIMAL(18,4))",
            ),
        ),
    )
