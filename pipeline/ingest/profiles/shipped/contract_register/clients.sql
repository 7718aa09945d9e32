-- A client is made of all its contracts and takes its name from the first; hub_id is such that all
-- have one partner.
SELECT
    hub_id,
    arg_min(client_name, _source) AS client_name,
    arg_min(partner_id, _source) AS partner_id,
    list(_source ORDER BY _source) AS _source
FROM contract
GROUP BY hub_id
