-- Dropped on purpose: deals that are not won, their line items, line items of no deal, contacts of no company.
SELECT _source, 'deal_not_won' AS reason FROM deal ANTI JOIN won USING (_source)
UNION ALL
SELECT
    _source,
    CASE WHEN coalesce("Associated Deal IDs", "Associated Deal") IS NULL THEN 'line_of_no_deal' ELSE 'line_of_a_deal_not_won' END
FROM line_item ANTI JOIN item USING (_source)
UNION ALL
SELECT _source, 'contact_of_no_company' FROM contact
WHERE coalesce("Associated Company IDs (Primary)", "Associated Company IDs") IS NULL
