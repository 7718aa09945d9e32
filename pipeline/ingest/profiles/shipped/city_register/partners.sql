-- The register has no partners: the city itself stands in for one, so that it gets the report.
SELECT
    'city_of_chicago' AS partner_id,
    'City of Chicago' AS partner_name,
    min(_source) AS _source
FROM latest
