-- A contract is the latest revision. Its renewal starts the day after its end; the award pays for the whole term, so it
-- is billed once a term. A date that is none keeps its text, and the quarantine says so; an end before the start is
-- refused for that, not for its term.
SELECT
    "Purchase Order (Contract) Number" AS contract_id,
    "Vendor ID" AS hub_id,
    'USD' AS currency,
    date_text("Start Date", '%m/%d/%Y') AS term_start_date,
    day_after("End Date", '%m/%d/%Y') AS renewal_start_date,
    whole_months(date_of("Start Date", '%m/%d/%Y'), date_of("End Date", '%m/%d/%Y') + 1) AS subscription_term_months,
    'other' AS billing_frequency,
    subscription_term_months AS billing_interval_months,
    -- A public contract ends unless it is renewed on purpose.
    false AS auto_renews,
    _source
FROM latest
