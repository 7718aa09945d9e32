-- A client is a vendor; it is made of all the rows kept of it and takes its name from the first.
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
    "Vendor ID" AS hub_id,
    arg_min("Vendor Name", _source) AS client_name,
    'city_of_chicago' AS partner_id,
    list(_source ORDER BY _source) AS _source
FROM latest
GROUP BY "Vendor ID"
