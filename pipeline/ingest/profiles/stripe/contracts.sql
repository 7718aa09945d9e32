-- The contract is the subscription. Its current period stands on its items (Stripe moved it there in 2025): the
-- subscription's own current_period_* columns of this export lie three years before those of its items and of the plans
-- they bill, so they are not used. Where items differ, the term begins with the first and renews when the
-- first of them ends: an item that ends in the year 9999 does not keep the others from renewing.
WITH item AS (
    SELECT
        item.subscription_id,
        item._source,
        CAST(CAST(item.current_period_start AS TIMESTAMP) AS DATE) AS starts,
        CAST(CAST(item.current_period_end AS TIMESTAMP) AS DATE) AS ends,
        upper(plan.currency) AS currency,
        -- An item whose plan is not in the export bills monthly, at 0 (see contract_lines.sql).
        CAST(coalesce(plan.interval_count, '1') AS BIGINT)
            * CASE WHEN plan.interval = 'year' THEN 12 ELSE 1 END AS months
    FROM subscription_item AS item LEFT JOIN plan ON plan.id = item.plan_id
), contract AS (
    SELECT
        subscription_id,
        min(starts) AS starts,
        min(ends) AS ends,
        coalesce(min(currency), 'USD') AS currency,
        list_reduce(list(months), lambda a, b: lcm(a, b)) AS months,
        list(_source ORDER BY _source) AS sources
    FROM item
    GROUP BY subscription_id
)
SELECT
    contract.subscription_id AS contract_id,
    coalesce(subscription.customer_id, contract.subscription_id) AS hub_id,
    contract.currency,
    contract.starts AS term_start_date,
    contract.ends AS renewal_start_date,
    contract.months AS subscription_term_months,
    CASE contract.months
        WHEN 1 THEN 'monthly' WHEN 3 THEN 'quarterly' WHEN 6 THEN 'semiannual' WHEN 12 THEN 'annual' ELSE 'other'
    END AS billing_frequency,
    contract.months AS billing_interval_months,
    -- The quarantine points at the subscription where there is one, else at its first item.
    CASE
        WHEN subscription._source IS NULL THEN contract.sources
        ELSE list_concat([subscription._source], contract.sources)
    END AS _source
FROM contract LEFT JOIN subscription ON subscription.id = contract.subscription_id
