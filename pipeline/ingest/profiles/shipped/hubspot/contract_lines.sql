-- The unit price is per billing period of the line; the contract may bill less often, so it is multiplied. A discount is
-- a share in percent, or an amount off each unit.
WITH priced AS (
    SELECT
        item.*,
        number_text("Unit price") AS price,
        number_text(coalesce("Unit discount", '0')) AS off,
        coalesce("Discount Percentage", "Discount percentage") AS percent
    FROM item
)
SELECT
    priced."Record ID" AS line_id,
    priced.contract_id,
    coalesce(priced."SKU", priced."Product ID", priced."Name") AS product_code,
    priced."Name" AS product_name,
    number_text(priced."Quantity") AS quantity,
    CASE
        WHEN priced.weeks IS NOT NULL THEN coalesce(
            CAST(CAST(round(TRY_CAST(net AS DECIMAL(18, 6)) * 52 * (term.months // 12) / priced.weeks, 6)
                AS DECIMAL(18, 6)) AS VARCHAR), net)
        WHEN priced.is_recurring THEN times(net, term.months // priced.months)
        ELSE net
    END AS unit_price,
    number_text(percent) AS discount_percent,
    priced.is_recurring,
    priced._source
FROM (
    SELECT
        *,
        coalesce(
            CAST(TRY_CAST(price AS DECIMAL(18, 6)) - nullif(TRY_CAST(off AS DECIMAL(18, 6)), 0) AS VARCHAR), price
        ) AS net
    FROM priced
) AS priced LEFT JOIN term USING (contract_id)
