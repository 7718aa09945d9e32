-- A subscription that is cancelled for a later day. Zuora ends it for certain, whenever that was asked, so that the request
-- counts as in time: it is dated on the first day of the term.
SELECT
    contract_id || ':renewal' AS change_id,
    contract_id,
    'renewal' AS contract_type,
    renewal AS effective_date,
    first_day AS cancellation_requested_on,
    _source
FROM term
WHERE cancelled_for IS NOT NULL
