-- The contract line is the subscription item. Amounts are whole minor units per interval of the plan: cents, but yen
-- and thousandths of a dinar. A contract bills once in the least common multiple of its items' intervals, so an item
-- that bills more often is multiplied, never divided.
WITH item AS (
    SELECT
        item.*,
        plan.amount,
        lower(plan.currency) AS currency,
        plan.product_id,
        plan.nickname,
        CAST(coalesce(plan.interval_count, '1') AS BIGINT)
            * CASE WHEN plan.interval = 'year' THEN 12 ELSE 1 END AS months
    FROM subscription_item AS item LEFT JOIN plan ON plan.id = item.plan_id
), contract AS (
    SELECT subscription_id, list_reduce(list(months), lambda a, b: lcm(a, b)) AS months
    FROM item
    GROUP BY subscription_id
)
SELECT
    item.id AS line_id,
    item.subscription_id AS contract_id,
    item.plan_id AS product_code,
    coalesce(item.nickname, item.product_id, item.plan_id) AS product_name,
    coalesce(item.quantity, '1') AS quantity,
    -- An item whose plan is not in the export has no price: it counts as 0, as in the published figures.
    coalesce(CAST(item.amount AS DECIMAL(18, 2)), 0)
        * CASE
            WHEN item.currency IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'ugx', 'vnd',
                'vuv', 'xaf', 'xof', 'xpf') THEN CAST(1 AS DECIMAL(4, 3))
            WHEN item.currency IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN CAST(0.001 AS DECIMAL(4, 3))
            ELSE CAST(0.01 AS DECIMAL(4, 3))
        END
        * (contract.months // item.months) AS unit_price,
    item._source
FROM item JOIN contract USING (subscription_id)
