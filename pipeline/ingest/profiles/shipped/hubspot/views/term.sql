-- What the lines say of their contract: the first start, the longest term in months (12, or P12M), and the billing
-- period, the least common multiple of the lines' own.
SELECT
    contract_id,
    min(date_of("Billing start date", ['%Y-%m-%d', '%Y-%m-%d %H:%M', '%m/%d/%Y'])) AS starts,
    max(months_of("Term")) AS term_months,
    list_reduce(list(months) FILTER (months IS NOT NULL), lambda a, b: lcm(a, b)) AS months,
    bool_or(weeks IS NOT NULL) AS is_in_weeks,
    any_value("Currency") AS currency
FROM item
WHERE is_recurring
GROUP BY contract_id
