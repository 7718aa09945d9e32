-- The discounts in force, one row per discount and subscription: of the subscription, or of all of its customer's.
-- A coupon for one invoice is not a recurring reduction. One that repeats ends when Stripe says, else after its months.
WITH dated AS (
    SELECT
        discount.id, discount.subscription_id, discount.customer_id, discount.subscription_item_id, discount._source,
        coupon.percent_off, coupon.amount_off, coupon.currency,
        date_of(split_part(discount.start, ' ', 1), '%Y-%m-%d') AS starts,
        coalesce(
            date_of(split_part(discount."end", ' ', 1), '%Y-%m-%d'),
            CASE WHEN coupon.duration = 'repeating' THEN CAST(
                date_of(split_part(discount.start, ' ', 1), '%Y-%m-%d')
                + to_months(TRY_CAST(coupon.duration_in_months AS INTEGER)) AS DATE) END
        ) AS ends
    FROM discount JOIN coupon ON coupon.id = discount.coupon_id
    WHERE coalesce(coupon.duration, 'forever') <> 'once'
)
SELECT
    dated.id, contract.subscription_id, dated.subscription_item_id, dated._source, dated.ends,
    TRY_CAST(dated.percent_off AS DECIMAL(9, 4)) AS percent_off,
    TRY_CAST(dated.amount_off AS DECIMAL(24, 6)) AS amount_off,
    upper(dated.currency) AS currency
FROM dated JOIN contract
    ON contract.subscription_id = dated.subscription_id
    OR (dated.subscription_id IS NULL AND contract.customer_id = dated.customer_id)
WHERE coalesce(dated.starts <= as_of(), true) AND coalesce(dated.ends > as_of(), true)
