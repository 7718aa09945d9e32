-- The contract has no period of weeks or days: such a subscription is billed in 12 months, and called other.
SELECT
    subscription_id AS contract_id,
    coalesce(customer_id, subscription_id) AS hub_id,
    currency,
    starts AS term_start_date,
    ends AS renewal_start_date,
    coalesce(months_of_months, whole_months(starts, ends)) AS subscription_term_months,
    CASE WHEN is_in_days THEN 'other' ELSE frequency_of(months) END AS billing_frequency,
    months AS billing_interval_months,
    -- The quarantine points at the subscription where there is one, else at its first item.
    CASE WHEN subscription_source IS NULL THEN sources ELSE list_concat([subscription_source], sources) END AS _source
FROM contract
