-- Subscriptions that are no contract: drafts, those that wait for activation or acceptance, suspended and expired ones,
-- and cancelled ones whose last day has passed. One that is cancelled for a later day runs until then.
SELECT id, lower(status) AS status
FROM subscription
WHERE
    status IN ('Draft', 'Pending Activation', 'PendingActivation', 'Pending Acceptance', 'PendingAcceptance', 'Suspended',
        'Expired')
    OR (status = 'Cancelled' AND coalesce(
        date_of(coalesce(subscription_end_date, cancelled_date), ['%Y-%m-%d', '%Y-%m-%d %H:%M:%S.%f']) <= as_of(), true))
