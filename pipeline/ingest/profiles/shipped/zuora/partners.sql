-- A Zuora tenant has no partners: the tenant itself stands in for one.
SELECT
    'zuora_tenant' AS partner_id,
    'Zuora tenant' AS partner_name,
    min(_source) AS _source
FROM account
