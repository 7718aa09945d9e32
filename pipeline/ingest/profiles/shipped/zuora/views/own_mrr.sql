-- Accounts whose MRR Zuora gives although none of their charges in this export has one.
SELECT
    'account:' || account.id AS contract_id,
    account.*
FROM account
WHERE
    coalesce(yes_no(_fivetran_deleted), 'false') = 'false'
    AND coalesce(mrr, '0') <> '0'
    AND id NOT IN (SELECT account_id FROM charge WHERE mrr IS NOT NULL AND account_id IS NOT NULL)
