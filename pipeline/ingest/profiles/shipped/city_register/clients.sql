-- A client is a vendor; it is made of all the rows kept of it and takes its name from the first.
SELECT
    "Vendor ID" AS hub_id,
    arg_min("Vendor Name", _source) AS client_name,
    'city_of_chicago' AS partner_id,
    list(_source ORDER BY _source) AS _source
FROM latest
GROUP BY "Vendor ID"
