-- A contact is a name or an address at a client; the first of a client is its primary one.
WITH person AS (
    SELECT hub_id, contact_name AS full_name, email AS email, _source FROM contract
)
SELECT
    hub_id || ':' || coalesce(email, name_key(full_name)) AS contact_id,
    hub_id,
    coalesce(arg_min(full_name, _source), any_value(email)) AS full_name,
    any_value(email) AS email,
    row_number() OVER (PARTITION BY hub_id ORDER BY min(_source)) = 1 AS is_primary,
    list(_source ORDER BY _source) AS _source
FROM person
WHERE coalesce(email, full_name) IS NOT NULL
GROUP BY hub_id, coalesce(email, name_key(full_name))
