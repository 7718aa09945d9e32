-- The items of subscriptions that bill, and those whose subscription is not in the export. An item whose plan is not in
-- the export bills monthly, at 0, as in the published figures. Metered items and one-off prices are no MRR.
SELECT
    subscription_item.*,
    CAST(CAST(subscription_item.current_period_start AS TIMESTAMP) AS DATE) AS starts,
    CAST(CAST(subscription_item.current_period_end AS TIMESTAMP) AS DATE) AS ends,
    stripe_price.id IS NOT NULL AS is_priced,
    TRY_CAST(stripe_price.amount AS DECIMAL(24, 6)) * coalesce(stripe_price.unit, 0) AS price,
    upper(stripe_price.currency) AS currency,
    stripe_price.product_id,
    stripe_price.nickname,
    coalesce(stripe_price.interval IN ('week', 'day'), false) AS is_in_days,
    coalesce(stripe_price.months, 1) AS months,
    coalesce(stripe_price.periods, 1) AS periods,
    coalesce(stripe_price.usage_type <> 'metered' AND stripe_price.interval IS DISTINCT FROM 'once', true)
        AS is_recurring
FROM subscription_item LEFT JOIN stripe_price ON stripe_price.id = subscription_item.plan_id
WHERE
    subscription_item.subscription_id NOT IN (
        SELECT id FROM subscription ANTI JOIN live USING (id)
    )
