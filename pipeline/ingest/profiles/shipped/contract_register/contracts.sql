SELECT
    contract_id,
    hub_id,
    currency,
    term_start_date,
    renewal_start_date,
    subscription_term_months,
    billing_frequency,
    billing_interval_months,
    auto_renews,
    _source
FROM contract
