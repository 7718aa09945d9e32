-- One line per contract: the award for the whole term.
-- A negative award corrects another row and is no price: it is refused.
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
    "Purchase Order (Contract) Number" AS line_id,
    "Purchase Order (Contract) Number" AS contract_id,
    coalesce("Specification Number", "Purchase Order (Contract) Number") AS product_code,
    coalesce("Purchase Order Description", '(no description)') AS product_name,
    1 AS quantity,
    "Award Amount" AS unit_price,
    _source
FROM latest
