-- The subscriptions that bill: Stripe counts active and past due ones as revenue. Without a status all of them count.
SELECT
    *,
    yes_no(coalesce(cancel_at_period_end, 'false')) = 'true' AS ends_with_period,
    date_of(split_part(cancel_at, ' ', 1), '%Y-%m-%d') AS cancels_on
FROM subscription
WHERE coalesce(lower(status), 'active') IN ('active', 'past_due')
