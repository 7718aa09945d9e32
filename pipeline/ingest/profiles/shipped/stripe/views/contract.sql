-- The contract is the subscription. Its current period stands on its items (Stripe moved it there in 2025): the
-- subscription's own current_period_* columns of this export lie three years before those of its items and of the plans
-- they bill, so they are not used. Where items differ, the term begins with the first and renews when the
-- first of them ends: an item that ends in the year 9999 does not keep the others from renewing. A contract bills once
-- in the least common multiple of its items' intervals, so an item that bills more often is multiplied, never divided.
WITH of_items AS (
    SELECT
        subscription_id,
        min(starts) AS starts,
        min(ends) AS ends,
        coalesce(min(currency), 'USD') AS currency,
        coalesce(list_reduce(list(months), lambda a, b: lcm(a, b)), 1) AS months,
        list_reduce(list(months) FILTER (NOT is_in_days), lambda a, b: lcm(a, b)) AS months_of_months,
        bool_or(is_in_days) AS is_in_days,
        min(months / periods) AS invoice_months,
        list(_source ORDER BY _source) AS sources
    FROM item
    GROUP BY subscription_id
)
SELECT
    of_items.* EXCLUDE (ends),
    -- A cancellation within the period ends the contract on that day.
    CASE WHEN live.cancels_on > starts AND live.cancels_on < ends THEN live.cancels_on ELSE ends END AS ends,
    live.customer_id,
    (live.ends_with_period OR live.cancels_on BETWEEN starts AND ends) AS is_cancelled,
    live._source AS subscription_source
FROM of_items LEFT JOIN live ON live.id = of_items.subscription_id
