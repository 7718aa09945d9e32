-- The contract line is the subscription item; its discounts in percent are one, which holds until the last of them ends.
-- An amount off each invoice is a credit: a line with a negative price. Where it ends, a second line takes it back from
-- that day on: until then it is discounted by 100 %.
WITH percent AS (
    SELECT
        item.id,
        CAST(round(100 * (1 - product(1 - reduction.percent_off / 100)), 4) AS DECIMAL(9, 4)) AS percent_off,
        CASE WHEN count(*) = count(reduction.ends) THEN max(reduction.ends) END AS ends
    FROM item JOIN reduction
        ON reduction.subscription_id = item.subscription_id
        AND coalesce(reduction.subscription_item_id, item.id) = item.id
    WHERE reduction.percent_off IS NOT NULL
    GROUP BY item.id
), credit AS (
    SELECT
        'discount:' || reduction.id || ':' || reduction.subscription_id AS line_id,
        reduction.subscription_id,
        reduction._source,
        reduction.ends,
        CAST(round(reduction.amount_off * known.unit * contract.months / contract.invoice_months, 6)
            AS DECIMAL(18, 6)) AS amount
    FROM reduction JOIN contract USING (subscription_id)
    JOIN (SELECT upper(currency) AS currency, any_value(unit) AS unit FROM stripe_price GROUP BY ALL) AS known
        ON known.currency = reduction.currency AND known.currency = contract.currency
    WHERE reduction.amount_off IS NOT NULL
)
SELECT
    item.id AS line_id,
    item.subscription_id AS contract_id,
    item.plan_id AS product_code,
    coalesce(product.name, item.nickname, item.product_id, item.plan_id) AS product_name,
    coalesce(item.quantity, '1') AS quantity,
    -- A plan that says no amount (tiers) has no price: the line is refused. One that is not in the export counts as 0.
    CASE
        WHEN NOT item.is_priced OR NOT item.is_recurring THEN CAST(coalesce(item.price, 0) AS DECIMAL(18, 6))
        ELSE CAST(round(item.price * item.periods * (contract.months // item.months), 6) AS DECIMAL(18, 6))
    END AS unit_price,
    percent.percent_off AS discount_percent,
    percent.ends AS discount_end_date,
    item.is_recurring,
    item._source
FROM item JOIN contract USING (subscription_id)
LEFT JOIN product ON product.id = item.product_id
LEFT JOIN percent ON percent.id = item.id
UNION ALL
SELECT line_id, subscription_id, 'discount', 'Discount', '1', -amount, NULL, NULL, true, _source FROM credit
UNION ALL
SELECT
    line_id || ':ends', subscription_id, 'discount', 'End of the discount', '1', amount, 100, ends, true, _source
FROM credit WHERE ends IS NOT NULL
