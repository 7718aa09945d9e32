-- The contact whom the account bills is its primary one.
SELECT
    contact.id AS contact_id,
    contact.account_id AS hub_id,
    coalesce(nullif(concat_ws(' ', contact.first_name, contact.last_name), ''), contact.work_email) AS full_name,
    contact.work_email AS email,
    coalesce(account.bill_to_contact_id = contact.id, false) AS is_primary,
    contact._source
FROM contact LEFT JOIN account ON account.id = contact.account_id
