-- Dropped on purpose: what Zuora has deleted, earlier segments of a charge, drafts.
SELECT
    _source,
    CASE WHEN yes_no(_fivetran_deleted) = 'true' THEN 'deleted' ELSE 'earlier_segment' END AS reason
FROM charge ANTI JOIN billed USING (_source)
UNION ALL
SELECT
    _source,
    CASE WHEN yes_no(_fivetran_deleted) = 'true' THEN 'deleted' ELSE 'draft' END AS reason
FROM subscription
WHERE yes_no(_fivetran_deleted) = 'true' OR status = 'Draft'
