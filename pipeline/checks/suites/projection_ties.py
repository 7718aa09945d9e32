"""Rule 12: the projection closes, chains and opens with the contracts; bridge, retention and rivals tie out with it.

Also what finance must look at (the table `findings`), with its MRR, as warnings.
"""

from __future__ import annotations

from typing import Final

from pipeline import rules
from pipeline.checks.declare_check import Check, failing_rows, in_list, with_words
from pipeline.tables.finance_tables import WHAT_TO_DO


def _ties_out(name: str, table: str, fault: str, figures: str, others: str) -> Check:
    """Both sides are SQL: `partner_id, currency, scenario` (each once) and `figure`; a side that is missing is 0."""
    sql = with_words(
        """
        SELECT partner_id, currency, scenario, sum(figure) AS figure, sum(other) AS other
        FROM (SELECT partner_id, currency, scenario, figure, 0 AS other FROM ($figures)
            UNION ALL SELECT partner_id, currency, scenario, 0, figure FROM ($others))
        GROUP BY partner_id, currency, scenario HAVING sum(figure) <> sum(other)
        """,
        figures=figures,
        others=others,
    )
    return failing_rows(name, "stop", table, fault, sql)


def _of_bridge(figure: str) -> str:
    """That figure of the bridge by partner, currency and scenario; `$scenario` stands for the scenario's name."""
    of_each = (
        "SELECT partner_id, currency, '$scenario' AS scenario, sum($figure) AS figure FROM mrr_bridge GROUP BY ALL"
    )
    with_figure = with_words(of_each, figure=figure)
    return " UNION ALL ".join(with_words(with_figure, scenario=scenario) for scenario in rules.SCENARIOS)


_MONTH: Final = (
    "SELECT partner_id, currency, scenario, {} AS figure FROM $rows WHERE month = (SELECT {}(month) FROM $rows)"
)
_CURRENT: Final = """
    SELECT partner_id, currency, scenario, figure
    FROM (SELECT partner_id, currency, sum(current_mrr) AS figure FROM contract_mrr GROUP BY ALL),
        (SELECT unnest([$scenarios]) AS scenario)"""
_SCENARIOS: Final = ", ".join(f"'{scenario}'" for scenario in rules.SCENARIOS)


_WHOSE_CLIENT: Final = {
    "mrr_bridge": "term_start_date > $as_of",  # those in force are compared with contract_mrr
    "findings": "hub_id IN (SELECT hub_id FROM exports.clients)",  # the account may be missing from the export too
}
"""The tables with a partner and a client in each row, and for which rows the partner is asked."""


def _partner_of_client(table: str, which: str) -> Check:
    sql = with_words(
        """
        SELECT t.partner_id, t.hub_id, t.contract_id, a.partner_id AS partner_of_client
        FROM (FROM $rows WHERE $which) t LEFT JOIN $associations a ON a.hub_id = t.hub_id
        WHERE t.partner_id IS DISTINCT FROM a.partner_id
        """,
        which=which,
    )
    fault = "rows of a partner whose client it is not, or whose association has ended"
    return failing_rows("partner_of_client", "stop", table, fault, sql)


def _finding(name: str, fault: str) -> Check:
    sql = with_words(
        "SELECT contract_id, hub_id, other_contract_id, happened_on, currency, mrr FROM $rows WHERE finding = '$name'",
        name=name,
    )
    return failing_rows(name, "warning", "findings", fault, sql, mrr=True, advice=WHAT_TO_DO[name])


CHECKS: Final[tuple[Check, ...]] = (
    failing_rows(
        "movements_close",
        "stop",
        "mrr_projection",
        "months that do not close with what they opened with and what moved, or whose movements are negative",
        """
        SELECT * FROM $rows
        WHERE closing <> opening + new + expansion - contraction - churn
            OR least(opening, new, expansion, contraction, churn, closing) < 0
        """,
    ),
    failing_rows(
        "months_chain",
        "stop",
        "mrr_projection",
        "months that do not open with what the month before closed with, or that are missing",
        """
        SELECT partner_id, currency, scenario, month, opening, closed
        FROM (SELECT *, lag(closing) OVER w AS closed, lag(month) OVER w AS month_before, count(*) OVER p AS months
            FROM $rows
            WINDOW p AS (PARTITION BY partner_id, currency, scenario), w AS (p ORDER BY month))
        WHERE opening <> closed OR month <> month_before + INTERVAL 1 MONTH
            OR months <> (SELECT count(DISTINCT month) FROM $rows)
        """,
    ),
    _ties_out(
        "projection_opens_with_contracts",
        "mrr_projection",
        "partners, currencies and scenarios that do not open with the MRR of their contracts",
        _MONTH.format("opening", "min"),
        with_words(_CURRENT, scenarios=_SCENARIOS),
    ),
    _ties_out(
        "projection_closes_with_bridge",
        "mrr_projection",
        "partners, currencies and scenarios that do not close with the contracts of the bridge",
        _MONTH.format("closing", "max"),
        _of_bridge("${scenario}_mrr"),
    ),
    failing_rows(
        "causes_add_up",
        "stop",
        "mrr_bridge",
        "contracts whose causes do not add up to their projected MRR",
        """
        SELECT * FROM $rows
        WHERE settled_mrr <> current_mrr + change_new + change_price + change_discount + change_limits
                + change_quote + change_churn
            OR contracted_mrr <> settled_mrr + pending_contracted
            OR expected_mrr <> settled_mrr + pending_expected
            OR full_mrr <> settled_mrr + pending_full
        """,
    ),
    failing_rows(
        "bridge_starts_with_contracts",
        "stop",
        "mrr_bridge",
        "contracts that the bridge lacks or starts with another MRR, partner or currency",
        """
        SELECT m.contract_id, m.partner_id, m.currency, m.current_mrr, b.current_mrr AS current_mrr_in_bridge
        FROM contract_mrr m LEFT JOIN $rows b ON b.contract_id = m.contract_id
        WHERE b.contract_id IS NULL OR b.current_mrr <> m.current_mrr OR b.currency <> m.currency
            OR b.partner_id IS DISTINCT FROM m.partner_id
        """,
    ),
    failing_rows(
        "interval_around_expected",
        "stop",
        "projection_interval",
        "months whose interval does not hold the expected MRR of the projection",
        """
        SELECT o.* FROM $rows o LEFT JOIN (
            SELECT 'partner' AS scope, partner_id, currency, month, closing FROM mrr_projection
            WHERE scenario = 'expected'
            UNION ALL SELECT 'vendor', NULL, currency, month, sum(closing) FROM mrr_projection
            WHERE scenario = 'expected' GROUP BY currency, month
        ) p ON p.scope = o.scope AND p.partner_id IS NOT DISTINCT FROM o.partner_id AND p.currency = o.currency
            AND p.month = o.month
        WHERE p.closing IS DISTINCT FROM o.closing OR o.closing NOT BETWEEN o.closing_low AND o.closing_high
        """,
    ),
    _ties_out(
        "retention_of_clients",
        "retention",
        "partners, currencies and scenarios whose clients do not open with their current MRR",
        "SELECT partner_id, currency, scenario, opening AS figure FROM $rows",
        with_words(_CURRENT, scenarios=_SCENARIOS),
    ),
    failing_rows(
        "retention_in_bounds",
        "stop",
        "retention",
        "rows whose GRR is not between 0 and 1 and at most their NRR, or stands without an opening MRR",
        """
        SELECT * FROM $rows
        WHERE (grr IS NULL) <> (opening = 0) OR (nrr IS NULL) <> (opening = 0) OR grr NOT BETWEEN 0 AND 1 OR nrr < grr
        """,
    ),
    _ties_out(
        "rival_definitions_start_with_ours",
        "rival_mrr",
        "partners and currencies whose own MRR is not that of their contracts",
        "SELECT partner_id, currency, '' AS scenario, current_mrr AS figure FROM $rows",
        "SELECT partner_id, currency, '' AS scenario, sum(current_mrr) AS figure FROM contract_mrr GROUP BY ALL",
    ),
    failing_rows(
        "probabilities_in_bounds",
        "stop",
        "renewal_rates",
        "segments whose renewal probability is not one, or that renewed more often than they came up",
        """
        SELECT * FROM $rows
        WHERE renewal_probability NOT BETWEEN 0 AND 1 OR probability_error NOT BETWEEN 0 AND 1
            OR renewed NOT BETWEEN 0 AND renewals
        """,
    ),
    failing_rows(
        "history_without_segment",
        "warning",
        "renewal_rates",
        f"fewer than {rules.SEGMENT_SHARE_PERCENT} % of the past renewals have a known term, so every segment has the "
        "overall rate; segments",
        with_words(
            """
        SELECT overall_renewals AS renewals, sum(renewals) AS renewals_with_term, overall_rate FROM $rows
        GROUP BY overall_renewals, overall_rate HAVING sum(renewals) * 100 < $percent * overall_renewals
        """,
            percent=str(rules.SEGMENT_SHARE_PERCENT),
        ),
        advice="Have the column subscription_term_months (the term that ended) added to renewal_history.",
    ),
    failing_rows(
        "overall_rate_for_all",
        "stop",
        "renewal_rates",
        "segments that have a rate of their own although too few past renewals have a known term",
        with_words(
            """
        SELECT * FROM $rows WHERE renewal_probability <> overall_rate AND overall_renewals > 0
            AND (SELECT sum(renewals) FROM $rows) * 100 < $percent * overall_renewals
        """,
            percent=str(rules.SEGMENT_SHARE_PERCENT),
        ),
    ),
    _ties_out(
        "currencies_of_contracts",
        "currency_rates",
        "currencies whose MRR is not that of their contracts",
        "SELECT NULL AS partner_id, currency, '' AS scenario, current_mrr AS figure FROM $rows",
        "SELECT NULL AS partner_id, currency, '' AS scenario, sum(current_mrr) AS figure FROM contract_mrr "
        "GROUP BY ALL",
    ),
    failing_rows(
        "converted_at_rate",
        "stop",
        "currency_rates",
        "currencies whose converted MRR or FX effect is not amount × rate, or exists without a rate",
        """
        SELECT * FROM (SELECT *, round(current_mrr * fx_rate, $reporting_digits) AS now,
            round(current_mrr * (fx_rate - compared_rate), $reporting_digits) AS effect FROM $rows)
        WHERE current_mrr_converted IS DISTINCT FROM now OR fx_effect IS DISTINCT FROM effect
            OR (fx_rate IS NULL) <> (fx_rate_date IS NULL) OR fx_rate_date > $as_of
        """,
    ),
    failing_rows(
        "currency_without_rate",
        "warning",
        "currency_rates",
        "currencies of contracts that have not begun yet without a rate to the reporting currency",
        """
        SELECT currency FROM $rows WHERE fx_rate IS NULL AND currency NOT IN (SELECT currency FROM contract_mrr)
        """,
    ),
    failing_rows(
        "findings_say_what_to_do",
        "stop",
        "findings",
        "findings that do not say what to do, or are there twice for a contract",
        with_words(
            """
        SELECT finding, contract_id, what_to_do FROM $rows WHERE (finding || what_to_do) NOT IN $advice
        UNION ALL SELECT finding, contract_id, count(*) || ' times' FROM $rows
        GROUP BY finding, contract_id HAVING count(*) > 1
        """,
            advice=in_list(f"{finding}{text}" for finding, text in WHAT_TO_DO.items()),
        ),
    ),
    *(_partner_of_client(table, which) for table, which in _WHOSE_CLIENT.items()),
    _finding("expired_not_rolled", "contracts whose renewal date has passed without a new term"),
    _finding("possible_successor", "contracts that start on the day another one of the client renews"),
    _finding("missing_from_export", "contracts in force in the run before that the export does not have any more"),
)
