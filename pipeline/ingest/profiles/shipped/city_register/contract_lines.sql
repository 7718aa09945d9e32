-- One line per contract: the award for the whole term.
-- A negative award corrects another row: its contract counts as 0, and the check negative_mrr names it.
SELECT
    "Purchase Order (Contract) Number" AS line_id,
    "Purchase Order (Contract) Number" AS contract_id,
    coalesce("Specification Number", "Purchase Order (Contract) Number") AS product_code,
    coalesce("Purchase Order Description", '(no description)') AS product_name,
    1 AS quantity,
    "Award Amount" AS unit_price,
    _source
FROM latest
