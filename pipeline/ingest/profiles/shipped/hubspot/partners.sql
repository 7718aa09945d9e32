-- A company property "Partner" names who sold to the company; the others are the account's own.
SELECT
    coalesce(name_key("Partner"), 'direct') AS partner_id,
    coalesce(arg_min(trim("Partner"), _source), 'Direct') AS partner_name,
    list(_source ORDER BY _source) AS _source
FROM company
GROUP BY ALL
