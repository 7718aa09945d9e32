"""Rule 12: the rates of segments, the upper end of the interval and other definitions of MRR, worked out once more.

Only the interval's upper end is not: that would take the paths of all contracts. What its method (see
`transform.projection.interval`) says of the published columns is asked: the interval reaches equally far to both sides
unless an end is cut off at what is possible, and the most that is possible is the scenario `full`. So an upper end that
is too low, or beyond `full`, is found. One that is too high and below `full` is not: the lower end may have
been cut off at the MRR of contracts without an open renewal, which no table has by month.
"""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows, no_row_where
from pipeline.checks.finance_relations import DEFINITIONS


def _rate(name: str, fault: str, columns: str, condition: str) -> Check:
    shown = f"subscription_term_months currency {columns}"
    # A segment that is missing, or that nothing explains, is the finding of another check.
    return no_row_where("renewal_rates", name, fault, shown, f"is_there AND is_explained AND ({condition})")


def _is_not(rate: str, expected: str) -> str:
    return f"abs(CAST({rate} AS DOUBLE) - ({expected})) > 0.00000051"


def _definition(name: str) -> Check:
    # Nearer than half a minor unit: both sides are whole minor units.
    least, most = (f"coalesce({name}_at_{side}, 0)" for side in ("least", "most"))
    half = "CAST($minor_step AS DOUBLE) / 2"
    return no_row_where(
        "rival_mrr",
        f"{name}_of_lines",
        f"partners and currencies whose {name} is not that of their contracts' lines",
        f"partner_id currency {name} {name}_at_least {name}_at_most",
        f"CAST(coalesce({name}, 0) AS DOUBLE) NOT BETWEEN {least} - {half} AND {most} + {half}",
    )


CHECKS: Final[tuple[Check, ...]] = (
    no_row_where(
        "renewal_rates",
        "segments_of_history",
        "segments that neither the history nor a contract has, or that are missing",
        "subscription_term_months currency is_there",
        "is_there <> is_explained",
    ),
    _rate(
        "renewals_of_history",
        "segments whose past renewals are not those of the history",
        "renewals renewals_in_history renewed renewed_in_history",
        "renewals <> renewals_in_history OR renewed <> renewed_in_history",
    ),
    _rate(
        "overall_rate_of_history",
        "segments whose overall rate is not that of the history",
        "overall_rate overall_rate_of_history overall_renewals overall_renewals_in_history",
        f"overall_renewals <> overall_renewals_in_history OR {_is_not('overall_rate', 'overall_rate_of_history')}",
    ),
    _rate(
        "probability_of_history",
        "segments whose renewal probability, or its error, is not that of their history",
        "renewal_probability probability_of_history probability_error error_of_history",
        f"{_is_not('renewal_probability', 'probability_of_history')} OR "
        # The error is rounded down.
        f"{_is_not('probability_error', 'error_of_history - 0.0000005')}",
    ),
    *(_definition(name) for name in DEFINITIONS),
    failing_rows(
        "interval_upper_end",
        "stop",
        "projection_interval",
        "months whose interval ends above the scenario full, or below it and nearer to expected than it begins",
        """
        SELECT o.*, p.closing AS closing_full FROM $rows o JOIN (
            SELECT 'partner' AS scope, partner_id, currency, month, closing FROM mrr_projection
            WHERE scenario = 'full'
            UNION ALL SELECT 'vendor', NULL, currency, month, sum(closing) FROM mrr_projection
            WHERE scenario = 'full' GROUP BY currency, month
        ) p ON p.scope = o.scope AND p.partner_id IS NOT DISTINCT FROM o.partner_id AND p.currency = o.currency
            AND p.month = o.month
        WHERE o.closing_high > p.closing
            OR (o.closing_high < p.closing AND o.closing_high - o.closing < o.closing - o.closing_low)
        """,
    ),
)
