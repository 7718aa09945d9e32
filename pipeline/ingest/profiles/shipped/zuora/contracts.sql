-- A term without an end (evergreen) renews every month from its start on.
SELECT
    contract_id,
    account_id AS hub_id,
    currency,
    CASE
        WHEN ends IS NULL THEN coalesce(CAST(current_term_start(first_day, 1) AS VARCHAR), starts)
        ELSE coalesce(CAST(first_day AS VARCHAR), starts)
    END AS term_start_date,
    CASE
        WHEN ends IS NULL THEN CAST(next_renewal(first_day, 1) AS VARCHAR)
        ELSE coalesce(CAST(renewal AS VARCHAR), ends)
    END AS renewal_start_date,
    CASE WHEN ends IS NULL THEN 1 ELSE whole_months(first_day, renewal) END AS subscription_term_months,
    frequency_of(months) AS billing_frequency,
    months AS billing_interval_months,
    yes_no(auto_renew) AS auto_renews,
    _source
FROM term
