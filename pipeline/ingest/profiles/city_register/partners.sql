-- The register has no partners: the city itself stands in for one, so that it gets the report.
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
    'city_of_chicago' AS partner_id,
    'City of Chicago' AS partner_name,
    min(_source) AS _source
FROM latest
