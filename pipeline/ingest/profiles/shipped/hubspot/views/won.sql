-- The deals that were won; only those are contracts.
SELECT
    *,
    -- A record's associations stand in one cell, separated by semicolons; the primary one is first.
    trim(coalesce("Associated Company IDs (Primary)", split_part("Associated Company IDs", ';', 1))) AS hub_id
FROM deal
WHERE lower(replace("Deal Stage", ' ', '')) IN ('closedwon', 'closedwon(salespipeline)')
