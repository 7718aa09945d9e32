-- One line per row: what it costs in one billing period.
SELECT
    contract_id AS line_id,
    contract_id,
    product_code,
    product_name,
    quantity,
    unit_price,
    _source
FROM contract
