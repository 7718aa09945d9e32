SELECT
    "Record ID" AS hub_id,
    coalesce("Company name", "Company Domain Name", "Record ID") AS client_name,
    "Company Domain Name" AS website,
    coalesce(name_key("Partner"), 'direct') AS partner_id,
    _source
FROM company
