-- The charges that count: not deleted, and the last segment of each (earlier ones hold what the charge once cost).
SELECT
    *,
    coalesce(subscription_id, id) AS contract_id,
    -- Weeks do not divide into months; the MRR is a month's already, so that such a charge bills as if monthly.
    CASE
        WHEN contains(lower(billing_period), 'week') THEN 1
        ELSE coalesce(months_of(billing_period), TRY_CAST(specific_billing_period AS BIGINT), 1)
    END AS months
FROM charge
WHERE
    coalesce(yes_no(_fivetran_deleted), 'false') = 'false'
    AND coalesce(yes_no(is_last_segment), 'true') = 'true'
    AND coalesce(subscription_id NOT IN (SELECT id FROM inactive), true)
