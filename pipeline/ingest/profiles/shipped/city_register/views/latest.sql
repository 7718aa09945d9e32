-- Of each contract the latest revision, among the rows that have both dates. Revisions are numbers; older ones carry a
-- register's code (P704433), came after the numbered ones and are ordered by their approval. Numbers compare as numbers:
-- 10 is later than 9.
SELECT *
FROM register
WHERE "Start Date" IS NOT NULL AND "End Date" IS NOT NULL
QUALIFY row_number() OVER (
    PARTITION BY "Purchase Order (Contract) Number"
    ORDER BY
        TRY_CAST("Revision Number" AS BIGINT) IS NULL DESC,
        TRY_CAST("Revision Number" AS BIGINT) DESC,
        date_of("Approval Date", '%m/%d/%Y') DESC NULLS LAST,
        "Revision Number" DESC,
        _source
) = 1
