-- Dropped on purpose: rows without a start or an end, and every revision but the latest.
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
)
SELECT
    _source,
    CASE
        WHEN "Start Date" IS NULL OR "End Date" IS NULL THEN 'no_start_or_end_date'
        ELSE 'earlier_revision'
    END AS reason
FROM register ANTI JOIN latest USING (_source)
