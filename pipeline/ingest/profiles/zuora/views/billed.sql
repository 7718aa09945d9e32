-- The charges that count: not deleted, and the last segment of each (earlier ones hold what the charge once cost).
SELECT
    *,
    coalesce(subscription_id, id) AS contract_id,
    coalesce(months_of(billing_period), TRY_CAST(specific_billing_period AS BIGINT), 1) AS months
FROM charge
WHERE coalesce(yes_no(_fivetran_deleted), 'false') = 'false' AND coalesce(yes_no(is_last_segment), 'true') = 'true'
