-- One row per contract: the subscription, what only its charges know of it, and the accounts with an MRR of their own.
-- Zuora's ends are the first day that is not part of the term any more, which is the day the renewal starts.
WITH charges AS (
    SELECT
        contract_id,
        min(account_id) AS account_id,
        min(transaction_currency) AS currency,
        min(effective_start_date) AS starts,
        min(effective_end_date) AS ends,
        list_reduce(list(months), lambda a, b: lcm(a, b)) AS months,
        list(_source ORDER BY _source) AS sources
    FROM billed
    GROUP BY contract_id
), live AS (
    SELECT * FROM subscription ANTI JOIN inactive USING (id)
    WHERE coalesce(yes_no(_fivetran_deleted), 'false') = 'false'
), known AS (
    SELECT
        coalesce(live.id, charges.contract_id) AS contract_id,
        coalesce(live.account_id, live.invoice_owner_id, charges.account_id) AS account_id,
        charges.currency,
        coalesce(live.term_start_date, charges.starts) AS starts,
        CASE WHEN live.status = 'Cancelled' THEN coalesce(live.subscription_end_date, live.cancelled_date) END
            AS cancelled_for,
        coalesce(
            CASE WHEN live.status = 'Cancelled' THEN coalesce(live.subscription_end_date, live.cancelled_date) END,
            live.term_end_date, charges.ends
        ) AS ends,
        coalesce(charges.months, 1) AS months,
        live.auto_renew,
        CASE
            WHEN live._source IS NULL THEN charges.sources
            ELSE list_concat([live._source], coalesce(charges.sources, []))
        END AS _source
    FROM live FULL JOIN charges ON charges.contract_id = live.id
    UNION ALL
    SELECT contract_id, id, currency, created_date, NULL, NULL, 1, 'true', [_source]
    FROM own_mrr
), dated AS (
    SELECT
        known.* EXCLUDE (currency),
        coalesce(known.currency, account.currency, 'USD') AS currency,
        date_of(starts, ['%Y-%m-%d', '%Y-%m-%d %H:%M:%S.%f']) AS first_day,
        date_of(ends, ['%Y-%m-%d', '%Y-%m-%d %H:%M:%S.%f']) AS renewal
    FROM known LEFT JOIN account ON account.id = known.account_id
)
SELECT * FROM dated
