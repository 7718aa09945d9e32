-- Dropped on purpose: what Zuora has deleted, earlier segments of a charge, subscriptions that are no contract, and their
-- charges.
SELECT
    charge._source,
    CASE
        WHEN yes_no(charge._fivetran_deleted) = 'true' THEN 'deleted'
        WHEN yes_no(charge.is_last_segment) = 'false' THEN 'earlier_segment'
        ELSE 'charge_of_a_subscription_' || coalesce(inactive.status, 'unknown')
    END AS reason
FROM charge ANTI JOIN billed USING (_source)
LEFT JOIN inactive ON inactive.id = charge.subscription_id
UNION ALL
SELECT
    subscription._source,
    CASE WHEN yes_no(subscription._fivetran_deleted) = 'true' THEN 'deleted' ELSE inactive.status END
FROM subscription LEFT JOIN inactive USING (id)
WHERE yes_no(subscription._fivetran_deleted) = 'true' OR inactive.id IS NOT NULL
