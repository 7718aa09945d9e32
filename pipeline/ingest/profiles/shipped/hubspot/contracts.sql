-- The contract is the won deal. Its term begins with the first billing start of its recurring lines, else on the close
-- date; without a term it is one billing period long. The contract has no period of weeks: such a deal is billed in 12
-- months, and called other.
WITH dated AS (
    SELECT
        won."Record ID" AS contract_id,
        won.hub_id,
        coalesce(won."Currency", term.currency, 'USD') AS currency,
        coalesce(
            CAST(term.starts AS VARCHAR),
            date_text(won."Close Date", ['%Y-%m-%d', '%Y-%m-%d %H:%M', '%m/%d/%Y', '%m/%d/%Y %H:%M'])
        ) AS starts,
        coalesce(term.term_months, term.months, 12) AS term_months,
        coalesce(term.months, 1) AS months,
        coalesce(term.is_in_weeks, false) AS is_in_weeks,
        won._source
    FROM won LEFT JOIN term ON term.contract_id = won."Record ID"
)
SELECT
    contract_id,
    hub_id,
    currency,
    starts AS term_start_date,
    months_after(starts, term_months, '%Y-%m-%d') AS renewal_start_date,
    term_months AS subscription_term_months,
    CASE WHEN is_in_weeks THEN 'other' ELSE frequency_of(months) END AS billing_frequency,
    months AS billing_interval_months,
    _source
FROM dated
