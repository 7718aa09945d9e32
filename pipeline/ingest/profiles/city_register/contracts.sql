-- A contract is the latest revision. Its renewal starts the day after its end; the award pays for the whole term, so it
-- is billed once a term. A date that is none keeps its text, and the quarantine says so.
WITH dated AS (
    SELECT *
    FROM register
    WHERE "Start Date" IS NOT NULL AND "End Date" IS NOT NULL
), latest AS (
    -- Revisions are numbers; older ones carry a register's code (P704433), came after the numbered ones and are ordered
    -- by their approval. Numbers compare as numbers: 10 is later than 9.
    SELECT *
    FROM dated
    QUALIFY row_number() OVER (
        PARTITION BY "Purchase Order (Contract) Number"
        ORDER BY
            TRY_CAST("Revision Number" AS BIGINT) IS NULL DESC,
            TRY_CAST("Revision Number" AS BIGINT) DESC,
            try_strptime("Approval Date", '%m/%d/%Y') DESC NULLS LAST,
            "Revision Number" DESC,
            _source
    ) = 1
), dates AS (
    SELECT
        *,
        CAST(try_strptime("Start Date", '%m/%d/%Y') AS DATE) AS starts,
        CAST(try_strptime("End Date", '%m/%d/%Y') AS DATE) + 1 AS renews
    FROM latest
), terms AS (
    -- Whole months, at least one; an end before the start is refused for that, not for its term.
    SELECT *, greatest(1, datesub('month', starts, renews)) AS months
    FROM dates
)
SELECT
    "Purchase Order (Contract) Number" AS contract_id,
    "Vendor ID" AS hub_id,
    'USD' AS currency,
    coalesce(CAST(starts AS VARCHAR), "Start Date") AS term_start_date,
    coalesce(CAST(renews AS VARCHAR), "End Date") AS renewal_start_date,
    months AS subscription_term_months,
    'other' AS billing_frequency,
    months AS billing_interval_months,
    -- A public contract ends unless it is renewed on purpose.
    false AS auto_renews,
    _source
FROM terms
