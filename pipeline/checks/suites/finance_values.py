"""Values of finance's tables that follow from the exports or from their own row: each column has a check of its own.

The rates of segments, the interval and the alternative definitions: `recomputed_finance`.
"""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows, no_row_where, with_words

_COMPARED_ON: Final = "CAST(date_trunc('month', $as_of) AS DATE) - 1"


def _of_contract(column: str) -> Check:
    in_export = f"{column}_in_export"
    return no_row_where(
        "mrr_bridge",
        in_export,
        f"contracts whose {column} is not what the export says",
        f"contract_id {column} {in_export}",
        f"{column} IS DISTINCT FROM {in_export}",
    )


def _share(name: str, part: str) -> Check:
    sql = with_words(
        "SELECT partner_id, currency, scenario, opening, $name FROM $rows WHERE opening > 0 "
        "AND abs(CAST($name AS DOUBLE) - CAST($part AS DOUBLE) / CAST(opening AS DOUBLE)) > 0.0000005001",
        name=name,
        part=part,
    )
    return failing_rows(
        f"{name}_of_movements", "stop", "retention", f"rows whose {name} is not that of its movements", sql
    )


def _rate(name: str, column: str, on: str, day: str) -> Check:
    """The rate, or its day, is that of the latest rate known on a day; the reporting currency needs none."""
    sql = with_words(
        """
        SELECT s.currency, s.$column, r.$column AS latest FROM $rows s LEFT JOIN (
            SELECT currency, max(rate_date) AS $day, arg_max(rate, rate_date) AS $rate
            FROM exports.fx_rates WHERE rate_date <= $on GROUP BY currency
        ) r ON r.currency = s.currency
        WHERE s.currency <> $reporting_currency AND s.$column IS DISTINCT FROM r.$column
        """,
        column=column,
        on=on,
        day=day,
        rate=day.removesuffix("_date"),
    )
    return failing_rows(
        name, "stop", "currency_rates", f"currencies whose {column} is not that of the latest rate", sql
    )


CHECKS: Final[tuple[Check, ...]] = (
    *(_of_contract(column) for column in ("hub_id", "term_start_date", "renewal_start_date")),
    failing_rows(
        "renewal_basis_of_changes",
        "stop",
        "mrr_bridge",
        "contracts whose renewal rests on something else than their upcoming renewal says",
        """
        SELECT b.contract_id, b.renewal_basis, u.status_basis FROM $rows b
        JOIN upcoming_renewals u ON u.contract_id = b.contract_id AND u.contract_type = 'renewal'
        WHERE b.renewal_basis IS DISTINCT FROM u.status_basis
            AND NOT (b.renewal_basis = 'requested_late' AND u.leaves_on IS NOT NULL)
        """,
    ),
    _share("grr", "opening - contraction - churn"),
    _share("nrr", "opening - contraction - churn + expansion"),
    _rate("latest_rate", "fx_rate", "$as_of", "fx_rate_date"),
    _rate("latest_rate_date", "fx_rate_date", "$as_of", "fx_rate_date"),
    _rate("compared_rate", "compared_rate", _COMPARED_ON, "compared_rate_date"),
    _rate("compared_rate_date", "compared_rate_date", _COMPARED_ON, "compared_rate_date"),
    failing_rows(
        "compared_on_month_end",
        "stop",
        "currency_rates",
        "currencies that are not compared with the last day of the month before, or not in the reporting currency",
        with_words(
            "SELECT currency, compared_on, reporting_currency FROM $rows WHERE compared_on <> $month_end "
            "OR reporting_currency <> $reporting_currency",
            month_end=_COMPARED_ON,
        ),
    ),
)
