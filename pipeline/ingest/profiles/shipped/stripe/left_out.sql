-- Dropped on purpose: subscriptions that bill nobody today (trialing, paused, cancelled, …), and their items.
SELECT _source, 'subscription_' || lower(status) AS reason FROM subscription ANTI JOIN live USING (_source)
UNION ALL
SELECT subscription_item._source, 'item_of_a_subscription_' || lower(subscription.status)
FROM subscription_item ANTI JOIN item USING (_source)
JOIN subscription ON subscription.id = subscription_item.subscription_id
