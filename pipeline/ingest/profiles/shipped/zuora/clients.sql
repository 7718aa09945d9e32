-- Clients are the accounts, and those that only a contract or a contact names.
WITH named AS (
    SELECT id AS hub_id, coalesce(name, id) AS client_name, 1 AS rank, _source FROM account
    UNION ALL
    SELECT account_id, account_id, 2, _source[1] FROM term
    UNION ALL
    SELECT account_id, account_id, 3, _source FROM contact
)
SELECT
    hub_id,
    arg_min(client_name, rank) AS client_name,
    'zuora_tenant' AS partner_id,
    list(_source ORDER BY rank, _source) AS _source
FROM named
WHERE hub_id IS NOT NULL
GROUP BY hub_id
