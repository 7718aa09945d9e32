-- The line items of won deals. `months` is null for a line that is billed once. Weeks do not divide into months: 52 weeks
-- take 12 months, and `weeks` says how many of them one billing period is.
WITH every AS (
    SELECT
        *,
        trim(split_part(coalesce("Associated Deal IDs", "Associated Deal"), ';', 1)) AS contract_id,
        lower(trim(replace(coalesce("Billing frequency", "Recurring billing frequency"), '_', ' '))) AS frequency
    FROM line_item
), counted AS (
    SELECT
        *,
        CASE
            WHEN frequency IN ('weekly', 'per week', 'every week') THEN 1
            WHEN frequency IN ('biweekly', 'bi-weekly', 'fortnightly', 'every two weeks', 'per two weeks') THEN 2
            WHEN regexp_full_match(frequency, '(every|per) [1-9]\d? weeks?')
                THEN CAST(regexp_extract(frequency, '\d+') AS BIGINT)
        END AS weeks
    FROM every
)
SELECT
    * EXCLUDE (frequency),
    CASE WHEN weeks IS NULL THEN months_of(frequency) ELSE 12 END AS months,
    frequency IS NOT NULL AND frequency NOT IN ('one-time', 'one time', 'onetime') AS is_recurring
FROM counted
WHERE contract_id IN (SELECT "Record ID" FROM won)
