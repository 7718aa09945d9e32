-- The partners that the contracts name. Add report_emails, locale or time_zone where they are known.
SELECT
    partner_id,
    arg_min(partner_name, _source) AS partner_name,
    list(_source ORDER BY _source) AS _source
FROM contract
GROUP BY partner_id
