-- What an item costs: its plan, else its price. `periods` billing periods take `months` months. Weeks and days do not
-- divide into months: 52 weeks or 365 days take 12. `unit` is one of Stripe's smallest amounts: cents; whole yen, but
-- Stripe counts króna, forint, Taiwan dollars and Ugandan shillings in hundredths; thousandths of a dinar.
WITH every AS (
    SELECT
        id, coalesce(amount_decimal, amount) AS amount, currency, interval, interval_count,
        coalesce(usage_type, 'licensed') AS usage_type, product_id, nickname
    FROM plan
    UNION ALL
    SELECT
        id, coalesce(unit_amount_decimal, unit_amount), currency,
        coalesce(recurring_interval, CASE WHEN type = 'one_time' THEN 'once' END), recurring_interval_count,
        coalesce(recurring_usage_type, 'licensed'), product_id, nickname
    FROM price ANTI JOIN plan USING (id)
)
SELECT
    every.* EXCLUDE (interval, interval_count),
    interval,
    coalesce(TRY_CAST(interval_count AS BIGINT), 1) AS interval_count,
    CASE
        WHEN interval = 'month' THEN coalesce(TRY_CAST(interval_count AS BIGINT), 1)
        WHEN interval = 'year' THEN 12 * coalesce(TRY_CAST(interval_count AS BIGINT), 1)
        WHEN interval IN ('week', 'day') THEN 12
    END AS months,
    CASE interval
        WHEN 'week' THEN 52 / coalesce(TRY_CAST(interval_count AS BIGINT), 1)
        WHEN 'day' THEN 365 / coalesce(TRY_CAST(interval_count AS BIGINT), 1)
        ELSE 1
    END AS periods,
    CASE
        WHEN lower(currency) IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv',
            'xaf', 'xof', 'xpf') THEN CAST(1 AS DECIMAL(4, 3))
        WHEN lower(currency) IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN CAST(0.001 AS DECIMAL(4, 3))
        ELSE CAST(0.01 AS DECIMAL(4, 3))
    END AS unit
FROM every
