-- Clients are the customers; those that only a subscription names, and for items without a subscription row the
-- subscription itself, which then is all that is known of its customer.
WITH named AS (
    SELECT id AS hub_id, coalesce(name, id) AS client_name, 1 AS rank, _source FROM customer
    UNION ALL
    SELECT customer_id, customer_id, 2, _source FROM live
    UNION ALL
    SELECT item.subscription_id, item.subscription_id, 3, item._source
    FROM item ANTI JOIN live ON live.id = item.subscription_id
)
SELECT
    hub_id,
    arg_min(client_name, rank) AS client_name,
    'stripe_account' AS partner_id,
    list(_source ORDER BY rank, _source) AS _source
FROM named
GROUP BY hub_id
