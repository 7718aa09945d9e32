-- A Stripe account has no partners: the account itself stands in for one.
SELECT
    'stripe_account' AS partner_id,
    'Stripe account' AS partner_name,
    min(_source) AS _source
FROM item
