-- A subscription that is to end with its period: its renewal is cancelled. Stripe ends it for certain, however late that was
-- asked, so that the request counts as in time: it is dated on the first day of the period.
SELECT
    subscription_id || ':renewal' AS change_id,
    subscription_id AS contract_id,
    'renewal' AS contract_type,
    ends AS effective_date,
    starts AS cancellation_requested_on,
    subscription_source AS _source
FROM contract
WHERE is_cancelled
