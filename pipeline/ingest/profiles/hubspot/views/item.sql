-- The line items of won deals. `months` is null for a line that is billed once.
WITH every AS (
    SELECT
        *,
        trim(split_part(coalesce("Associated Deal IDs", "Associated Deal"), ';', 1)) AS contract_id,
        coalesce("Billing frequency", "Recurring billing frequency") AS frequency
    FROM line_item
)
SELECT
    * EXCLUDE (frequency),
    months_of(frequency) AS months,
    frequency IS NOT NULL AND lower(frequency) NOT IN ('one-time', 'one time', 'onetime') AS is_recurring
FROM every
WHERE contract_id IN (SELECT "Record ID" FROM won)
