-- Dropped on purpose, counted with the reason.
SELECT
    _source,
    CASE WHEN "Status" = 'Cancelled' THEN 'cancelled' ELSE 'no_start_date' END AS reason
FROM contracts ANTI JOIN contract USING (_source)
