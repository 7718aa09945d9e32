-- One line per charge. Zuora has worked out its MRR; a contract bills once in the least common multiple of its charges'
-- periods, so the MRR is multiplied by those months and nothing is divided or rounded. Usage and one-time charges are
-- no MRR. An account with an MRR of its own is one line.
SELECT
    billed.id AS line_id,
    billed.contract_id,
    coalesce(billed.product_id, billed.id) AS product_code,
    coalesce(product.name || ' – ' || billed.name, billed.name, billed.id) AS product_name,
    1 AS quantity,
    times(coalesce(billed.mrr, '0'), term.months) AS unit_price,
    billed.charge_type = 'Recurring' AS is_recurring,
    billed._source
FROM billed JOIN term USING (contract_id) LEFT JOIN product ON product.id = billed.product_id
UNION ALL
SELECT contract_id, contract_id, 'account_mrr', 'MRR of the account', 1, mrr, true, _source
FROM own_mrr
