-- Dropped on purpose: rows without a start or an end, and every revision but the latest.
SELECT
    _source,
    CASE
        WHEN "Start Date" IS NULL OR "End Date" IS NULL THEN 'no_start_or_end_date'
        ELSE 'earlier_revision'
    END AS reason
FROM register ANTI JOIN latest USING (_source)
