"""The relations in which finance's figures are worked out once more, from the exports alone (rules 9 and 12).

SQL over the words of `declare_check.sql_words`, in binary floats: a figure is asked to lie as near to them as rounding
allows. Each is computed once for all checks that ask something of it.
"""

from __future__ import annotations

from typing import Final

from pipeline import rules

RENEWAL_RATES: Final = """(
    WITH known AS (
        SELECT contract_id, renewal_start_date, currency, outcome = 'renewed' AS renewed,
            subscription_term_months AS term
        FROM exports.renewal_history WHERE renewal_start_date <= $as_of
    ),
    missing AS (
        SELECT k.currency, k.renewed, b.renewed AS renewed_before,
            CAST(round(CAST(k.renewal_start_date - b.renewal_start_date AS DOUBLE) * 4800 / 146097) AS BIGINT) AS months
        FROM (FROM known WHERE term IS NULL) k
        ASOF LEFT JOIN (FROM known WHERE contract_id IN (SELECT contract_id FROM known WHERE term IS NULL)) b
            ON b.contract_id = k.contract_id AND k.renewal_start_date > b.renewal_start_date
    ),
    counted AS (
        SELECT term, currency, count(*) AS n, count(*) FILTER (renewed) AS x
        FROM (SELECT term, currency, renewed FROM known WHERE term IS NOT NULL
            UNION ALL
            SELECT CASE WHEN renewed_before AND months >= 1 THEN months END, currency, renewed FROM missing)
        GROUP BY term, currency
    ),
    totals AS (
        SELECT coalesce(sum(n), 0) AS n_of_all, CASE WHEN sum(n) > 0 THEN CAST(sum(x) AS DOUBLE) / sum(n)
                ELSE CAST($renewal_probability AS DOUBLE) END AS overall,
            coalesce(sum(n) FILTER (term IS NOT NULL), 0) AS seen, count(*) FILTER (term IS NOT NULL) AS segments,
            coalesce(sum(n * n) FILTER (term IS NOT NULL), 0) AS squares
        FROM counted
    ),
    spreads AS (
        SELECT any_value(t) AS t, coalesce(sum(c.n * (CAST(c.x AS DOUBLE) / c.n - t.overall) ** 2), 0) AS spread
        FROM totals t LEFT JOIN (FROM counted WHERE term IS NOT NULL) c ON true
    ),
    between_segments AS (
        SELECT t.n_of_all AS n_of_all, t.overall AS overall, t.overall * (1 - t.overall) AS by_chance,
            CASE WHEN t.seen > 0 AND t.seen * 100 >= t.n_of_all * {percent}
                AND t.seen * t.seen - t.squares > (t.segments - 1) * t.seen
                THEN (spread - t.overall * (1 - t.overall) * (t.segments - 1))
                    / (t.seen - CAST(t.squares AS DOUBLE) / t.seen - (t.segments - 1)) ELSE 0 END AS variance
        FROM spreads
    ),
    fitted AS (
        SELECT n_of_all, overall, CASE WHEN variance > 1e-15 AND by_chance > 0
            THEN greatest(by_chance / variance - 1, 0) END AS strength
        FROM between_segments
    ),
    asked AS (
        SELECT term, currency FROM counted WHERE term IS NOT NULL
        UNION SELECT subscription_term_months, currency FROM exports.contracts
        WHERE renewal_start_date > $as_of AND term_start_date <= $projected_until
    ),
    rates AS (
        SELECT a.term, a.currency, coalesce(c.n, 0) AS n, coalesce(c.x, 0) AS x, f.n_of_all, f.overall,
            CASE WHEN f.strength IS NULL OR coalesce(c.n, 0) + f.strength = 0 THEN f.overall
                ELSE (coalesce(c.x, 0) + f.strength * f.overall) / (coalesce(c.n, 0) + f.strength) END AS rate,
            CASE WHEN f.strength IS NULL THEN f.n_of_all ELSE coalesce(c.n, 0) + f.strength END AS weight
        FROM asked a CROSS JOIN fitted f LEFT JOIN counted c ON c.term = a.term AND c.currency = a.currency
    )
    SELECT coalesce(r.subscription_term_months, e.term) AS subscription_term_months,
        coalesce(r.currency, e.currency) AS currency, r.* EXCLUDE (subscription_term_months, currency),
        r.currency IS NOT NULL AS is_there, e.currency IS NOT NULL AS is_explained,
        e.n AS renewals_in_history, e.x AS renewed_in_history, e.n_of_all AS overall_renewals_in_history,
        e.overall AS overall_rate_of_history, e.rate AS probability_of_history,
        CASE WHEN e.n_of_all = 0 THEN 0 ELSE sqrt((e.rate * e.weight + 0.5) / (e.weight + 1)
            * (1 - (e.rate * e.weight + 0.5) / (e.weight + 1)) / (e.weight + 2)) END AS error_of_history
    FROM $rows r FULL JOIN rates e ON e.term = r.subscription_term_months AND e.currency = r.currency
)""".replace("{percent}", str(rules.SEGMENT_SHARE_PERCENT))
"""Each segment that `renewal_rates` has (`is_there`) or that past renewals and counted contracts have (`is_explained`),
with its rate by the method of `transform.projection.probabilities`."""

DEFINITIONS: Final = {
    "undiscounted_mrr": "full_price / months",
    "list_price_mrr": "listed + unlisted / months",
    "with_one_off_mrr": "(ours + one_off) / months",
    "by_term_mrr": "ours / term",
}
"""Each definition of MRR but ours (`transform.projection.alternative_definitions`), by a contract's sums over lines."""

_DOUBT: Final = "(1e-6 + abs({amount}) / step * 1e-12)"
"""How far an amount in minor units may be from the exact one."""


def _least_and_most() -> str:
    """Per definition the sums of the contracts' rounded amounts, with those on the brink of half a minor unit rounded
    down, and up."""
    columns = []
    for name, amount in DEFINITIONS.items():
        doubt = _DOUBT.format(amount=f"({amount})")
        for side, sign in (("least", "-"), ("most", "+")):
            rounded = f"floor(({amount}) / step {sign} {doubt} + 0.5)"
            columns.append(f"sum(greatest(0, {rounded})) * any_value(step) AS {name}_at_{side}")
    return ", ".join(columns)


RIVAL_MRR: Final = """(
    WITH in_force AS (
        SELECT m.rowid AS place, m.partner_id, c.contract_id, c.currency,
            CAST($billing_months AS DOUBLE) AS months, CAST(c.subscription_term_months AS DOUBLE) AS term
        FROM contract_mrr m JOIN exports.contracts c ON c.contract_id = m.contract_id
    ),
    list_prices AS (
        SELECT product_code, currency, CAST(arg_max(monthly_unit_price, valid_from) AS DOUBLE) AS price
        FROM exports.price_book WHERE valid_from <= $as_of GROUP BY product_code, currency
    ),
    lines AS (
        SELECT contract_id, product_code, coalesce(is_recurring, true) AS recurs, CAST(quantity AS DOUBLE) AS quantity,
            CAST(quantity AS DOUBLE) * CAST(unit_price AS DOUBLE) AS full_price,
            CAST(CASE WHEN discount_end_date <= $as_of THEN 100 ELSE 100 - coalesce(discount_percent, 0) END AS DOUBLE)
                / 100 AS share
        FROM exports.contract_lines
    ),
    of_lines AS (
        SELECT c.place, sum(l.full_price * l.share) FILTER (l.recurs) AS ours,
            sum(l.full_price) FILTER (l.recurs) AS full_price,
            sum(l.full_price * l.share) FILTER (NOT l.recurs) AS one_off,
            sum(l.quantity * p.price) FILTER (l.recurs) AS listed,
            sum(l.full_price) FILTER (l.recurs AND p.price IS NULL) AS unlisted
        FROM lines l JOIN in_force c ON c.contract_id = l.contract_id
        LEFT JOIN list_prices p ON p.product_code = l.product_code AND p.currency = c.currency
        GROUP BY c.place
    ),
    sums AS (
        SELECT c.partner_id, c.currency, c.months, c.term, coalesce(l.ours, 0) AS ours,
            coalesce(l.full_price, 0) AS full_price, coalesce(l.one_off, 0) AS one_off,
            coalesce(l.listed, 0) AS listed, coalesce(l.unlisted, 0) AS unlisted
        FROM in_force c LEFT JOIN of_lines l ON l.place = c.place
    ),
    worked_out AS (
        SELECT partner_id, currency, {least_and_most}
        FROM (SELECT *, CAST($minor_step AS DOUBLE) AS step FROM sums) GROUP BY partner_id, currency
    )
    SELECT coalesce(r.partner_id, w.partner_id) AS partner_id, coalesce(r.currency, w.currency) AS currency,
        r.* EXCLUDE (partner_id, currency), w.* EXCLUDE (partner_id, currency)
    FROM $rows r FULL JOIN worked_out w
        ON w.partner_id IS NOT DISTINCT FROM r.partner_id AND w.currency = r.currency
)""".replace("{least_and_most}", _least_and_most())
"""Each row of `rival_mrr`, with `<definition>_at_least` and `<definition>_at_most`; null = the contracts in force have
no such partner and currency."""
