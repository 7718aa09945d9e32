-- Contacts of companies. HubSpot knows no primary contact: one who is alone at the company is taken for it.
WITH person AS (
    SELECT
        *,
        trim(coalesce("Associated Company IDs (Primary)", split_part("Associated Company IDs", ';', 1))) AS hub_id
    FROM contact
)
SELECT
    "Record ID" AS contact_id,
    hub_id,
    coalesce(nullif(concat_ws(' ', "First Name", "Last Name"), ''), "Email") AS full_name,
    "Email" AS email,
    "Job Title" AS job_title,
    count(*) OVER (PARTITION BY hub_id) = 1 AS is_primary,
    date_text("Last Activity Date", ['%Y-%m-%d', '%Y-%m-%d %H:%M', '%m/%d/%Y']) AS last_active_on,
    _source
FROM person
WHERE hub_id <> ''
