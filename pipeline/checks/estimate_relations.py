"""The relations in which renewals and raised limits are priced once more, from the exports alone (rules 9 and 10).

SQL over the words of `declare.sql_words`. Each is computed once for all checks that ask something of it.
"""

from __future__ import annotations

from typing import Final

from pipeline import rules

_ORDER_OF_A_DAY: Final = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(rules.CONTRACT_TYPES))

RENEWALS_PRICED: Final = """(
    WITH renewals AS (
        SELECT u.*, $billing_months AS months FROM (
            SELECT *,
                coalesce(sum(mrr_change) FILTER (contract_type <> 'renewal' AND mrr_change > 0) OVER before_it, 0)
                    AS raised,
                -coalesce(sum(mrr_change) FILTER (contract_type <> 'renewal' AND estimate_basis = 'quote'
                    AND mrr_change < 0) OVER before_it, 0) AS quoted_down
            FROM $rows
            WINDOW before_it AS (PARTITION BY contract_id
                ORDER BY renewal_start_date, CASE contract_type {order_of_a_day} END, change_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        ) u JOIN $in_force c ON c.contract_id = u.contract_id
        WHERE u.contract_type = 'renewal' AND u.estimate_basis IN ('price_book', 'uplift', 'same')
    ),
    lines AS (
        SELECT r.change_id, CAST(l.quantity AS DOUBLE) AS quantity, b.valid_from IS NOT NULL AS on_list,
            CASE WHEN b.valid_from IS NOT NULL THEN CAST(b.monthly_unit_price AS DOUBLE)
                ELSE CAST(l.unit_price AS DOUBLE) / r.months * (1 + $renewal_uplift / 100) END AS price,
            CASE WHEN l.discount_end_date <= $as_of THEN 0 ELSE coalesce(l.discount_percent, 0) END AS discount_now,
            CASE WHEN l.discount_end_date <= r.renewal_start_date THEN 0 ELSE coalesce(l.discount_percent, 0)
                END AS discount_then
        FROM renewals r JOIN exports.contract_lines l ON l.contract_id = r.contract_id
        ASOF LEFT JOIN (FROM exports.price_book WHERE $at_list_prices) b
            ON b.product_code = l.product_code AND b.currency = r.currency AND r.renewal_start_date >= b.valid_from
        WHERE coalesce(l.is_recurring, true)
    ),
    priced AS (
        SELECT r.*, coalesce(l.amount, 0) AS amount, coalesce(l.discount_amount, 0) AS discount_amount,
            CASE WHEN l.on_list THEN 'price_book' ELSE $price_basis END AS basis
        FROM renewals r LEFT JOIN (
            SELECT change_id, bool_or(on_list) AS on_list,
                sum(quantity * price * (100 - discount_then) / 100) AS amount,
                sum(quantity * price * (discount_now - discount_then) / 100) AS discount_amount
            FROM lines GROUP BY change_id
        ) l ON l.change_id = r.change_id
    )
    SELECT * FROM priced
)""".replace("{order_of_a_day}", _ORDER_OF_A_DAY)
"""Each upcoming renewal that its lines price: `amount, discount_amount, basis, raised, quoted_down` beside the row."""

LIMITS_PRICED: Final = """(
    WITH RECURSIVE raises AS (
        SELECT u.*, CASE WHEN contract_type = 'contact_tier_upgrade' THEN 'contacts' ELSE 'emails' END AS limit_kind,
            CASE WHEN contract_type = 'contact_tier_upgrade' THEN new_contact_max ELSE new_email_limit END AS new_limit,
            CASE WHEN contract_type = 'contact_tier_upgrade' THEN contact_max ELSE email_limit END AS limit_today,
            max(CASE WHEN status_basis <> 'requested' THEN
                CASE WHEN contract_type = 'contact_tier_upgrade' THEN new_contact_max ELSE new_email_limit END END)
                OVER (PARTITION BY contract_id, contract_type ORDER BY renewal_start_date, change_id
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS raised_to
        FROM $rows u WHERE contract_type <> 'renewal'
    ),
    books AS (
        SELECT DISTINCT product_code, currency, limit_kind, valid_from FROM exports.limit_blocks
    ),
    booked AS (
        SELECT r.change_id, min((b.product_code, -epoch_ms(b.valid_from), b.valid_from)) AS book
        FROM raises r
        JOIN (SELECT DISTINCT contract_id, product_code FROM exports.contract_lines
            WHERE coalesce(is_recurring, true)) l ON l.contract_id = r.contract_id
        JOIN books b ON b.product_code = l.product_code AND b.currency = r.currency AND b.limit_kind = r.limit_kind
            AND b.valid_from <= r.renewal_start_date
        GROUP BY r.change_id
    ),
    bands AS (
        SELECT *, lead(from_limit) OVER (PARTITION BY product_code, currency, limit_kind, valid_from
            ORDER BY from_limit) AS until_limit FROM exports.limit_blocks
    ),
    walk AS (
        SELECT r.change_id, b.book[1] AS product_code, r.currency, r.limit_kind, b.book[3] AS valid_from, r.new_limit,
            greatest(r.limit_today, coalesce(r.raised_to, r.limit_today)) AS point, CAST(0 AS DOUBLE) AS price
        FROM raises r JOIN booked b ON b.change_id = r.change_id
        UNION ALL
        SELECT change_id, product_code, currency, limit_kind, valid_from, new_limit, point + blocks * block_size,
            price + blocks * CAST(monthly_price_per_block AS DOUBLE)
        FROM (
            SELECT w.*, b.block_size, b.monthly_price_per_block,
                (least(w.new_limit, coalesce(b.until_limit, w.new_limit)) - w.point + b.block_size - 1)
                    // b.block_size AS blocks
            FROM walk w JOIN bands b ON b.product_code = w.product_code AND b.currency = w.currency
                AND b.limit_kind = w.limit_kind AND b.valid_from = w.valid_from
                AND b.from_limit <= w.point AND (b.until_limit IS NULL OR w.point < b.until_limit)
            WHERE w.point < w.new_limit
        )
    ),
    prices AS (
        SELECT r.*, w.price, w.change_id IS NOT NULL AS in_book
        FROM raises r LEFT JOIN (FROM walk WHERE point >= new_limit) w ON w.change_id = r.change_id
    )
    SELECT * FROM prices
)"""
"""Each upcoming contact tier upgrade and email overage: `price` of its blocks, and `in_book`, whether one prices it."""
