"""The relations that the SQL of checks names: rows joined, once, to what they rest on.

A check that asks something of each row joined to other tables is a condition over one of these, so that all such
checks of a table are answered in one pass (see `declare.NoRowWhere`). `{batch}` is left for Great Expectations.
"""

from __future__ import annotations

from typing import Final

from pipeline import rules

BILLING_MONTHS: Final = (
    "CASE c.billing_frequency "
    + " ".join(f"WHEN '{name}' THEN {months}" for name, months in rules.BILLING_MONTHS.items())
    + " ELSE c.billing_interval_months END"
)
"""Rule 9: the months of a billing period of the contract `c`."""

_DECISIONS: Final = (
    "(SELECT partner_id, hub_id, kind, value_after, position FROM main.decisions WHERE decided_on <= {as_of})"
)

_NO_DECISIONS: Final = """(
    SELECT '' AS partner_id, '' AS hub_id, '' AS kind, '' AS value_after, 0 AS position WHERE false
)"""

_ASSOCIATIONS: Final = """(
    SELECT k.hub_id, k.client_name, k.website,
        CASE WHEN k.association_ended_on <= {as_of} OR e.hub_id IS NOT NULL THEN NULL
            ELSE k.partner_id END AS partner_id
    FROM exports.clients k
    LEFT JOIN (
        SELECT partner_id, hub_id FROM {decisions} WHERE kind IN ('association_ended', 'association_restored')
        GROUP BY partner_id, hub_id HAVING arg_max(coalesce(value_after, ''), position) = '"ended"'
    ) e ON e.partner_id = k.partner_id AND e.hub_id = k.hub_id
)"""

_IN_FORCE: Final = """(
    SELECT * REPLACE (coalesce(auto_renews, true) AS auto_renews,
        CASE WHEN notice_months IS NULL THEN coalesce(notice_days, {notice_days}) END AS notice_days)
    FROM exports.contracts WHERE term_start_date <= {as_of} AND {as_of} < renewal_start_date
)"""

_FACTS: Final = """(
    SELECT * REPLACE (
        CASE WHEN agreed_on <= {as_of} THEN agreed_on END AS agreed_on,
        CASE WHEN cancellation_requested_on <= {as_of} THEN cancellation_requested_on END AS cancellation_requested_on
    )
    FROM exports.contract_changes WHERE effective_date > {as_of}
)"""

_LATEST: Final = """(
    SELECT partner_id, hub_id, CAST(arg_max(coalesce(value_after, 'null'), position) AS JSON) ->> '$' AS choice
    FROM {decisions} WHERE kind = '{kind}' GROUP BY partner_id, hub_id
)"""
"""The latest decision of that kind per partner and client as text; null = back to the default."""

_CONTACTS: Final = """(
    SELECT hub_id, any_value(contact_id) FILTER (is_primary) AS contact_id,
        arg_min(full_name, (-epoch_ms(last_active_on), contact_id)) FILTER (last_active_on IS NOT NULL)
            AS last_active_user
    FROM exports.contacts SEMI JOIN {batch} USING (hub_id) GROUP BY hub_id
)"""

_EVIDENCE: Final = """(
    SELECT u.*,
        c.hub_id AS hub_of_contract, c.currency AS currency_of_contract, c.term_start_date, c.auto_renews,
        c.renewal_start_date AS renewal_of_contract, c.notice_days, c.notice_months,
        c.contact_max AS contact_max_of_contract, c.email_limit AS email_limit_of_contract,
        c.billing_frequency AS billing_frequency_of_contract,
        c.subscription_term_months AS term_months_of_contract,
        {billing_months} AS billing_months_of_contract,
        x.change_id AS change_in_export, x.contract_id AS contract_in_export, x.contract_type AS type_in_export,
        x.effective_date AS effective_date_in_export, x.agreed_on, x.cancellation_requested_on, x.quoted_mrr,
        x.new_contact_max AS new_contact_max_in_export, x.new_email_limit AS new_email_limit_in_export,
        r.change_id AS renewal_in_export,
        m.current_mrr AS current_mrr_of_contract,
        a.partner_id AS partner_of_client, a.client_name AS name_in_export, a.website AS website_in_export,
        p.partner_name, coalesce(p.owns_communication, false) AS partner_owns_communication,
        k.contact_id IS NOT NULL AS is_contact_of_client, k.full_name AS name_of_contact, k.email AS email_of_contact,
        coalesce(ch.contact_id, fl.contact_id) AS primary_contact_of_client,
        CASE WHEN ch.contact_id IS NOT NULL THEN 'client_choice' WHEN fl.contact_id IS NOT NULL THEN 'account_primary'
            ELSE 'none' END AS primary_contact_basis_of_client,
        dc.choice AS owner_of_client, dp.choice AS owner_of_partner,
        l.products AS products_of_contract, fl.last_active_user AS last_active_user_of_client,
        lu.last_used_on AS last_used_on_of_client
    FROM (FROM {{batch}}) u
    LEFT JOIN {in_force} c ON c.contract_id = u.contract_id
    LEFT JOIN {facts} x ON x.change_id = u.change_id
    LEFT JOIN {facts} r ON r.contract_id = u.contract_id AND r.contract_type = 'renewal'
        AND r.effective_date = u.renewal_start_date
    LEFT JOIN contract_mrr m ON m.contract_id = u.contract_id
    LEFT JOIN {associations} a ON a.hub_id = u.hub_id
    LEFT JOIN exports.partners p ON p.partner_id = u.partner_id
    LEFT JOIN exports.contacts k ON k.contact_id = u.primary_contact_id AND k.hub_id = u.hub_id
    LEFT JOIN {contact_choice} dk ON dk.partner_id = u.partner_id AND dk.hub_id = u.hub_id
    LEFT JOIN exports.contacts ch ON ch.contact_id = dk.choice AND ch.hub_id = u.hub_id
    LEFT JOIN {contacts} fl ON fl.hub_id = u.hub_id
    LEFT JOIN {owner_choice} dc ON dc.partner_id = u.partner_id AND dc.hub_id = u.hub_id
    LEFT JOIN {default_choice} dp ON dp.partner_id = u.partner_id
    LEFT JOIN (SELECT contract_id, array_to_string(list_sort(list_distinct(list(product_name))), ', ') AS products
        FROM exports.contract_lines SEMI JOIN {{batch}} USING (contract_id) WHERE coalesce(is_recurring, true)
        GROUP BY contract_id) l ON l.contract_id = u.contract_id
    LEFT JOIN (SELECT hub_id, max(CASE WHEN last_used_on <= {as_of} THEN last_used_on END) AS last_used_on
        FROM exports.app_usage WHERE measured_on <= {as_of} GROUP BY hub_id) lu ON lu.hub_id = u.hub_id
)"""

_CONTRACT_MRR: Final = """(
    SELECT coalesce(t.contract_id, c.contract_id) AS contract_id, coalesce(t.hub_id, c.hub_id) AS hub_id,
        coalesce(t.currency, c.currency) AS currency, t.partner_id, t.current_mrr, a.partner_id AS partner_of_client,
        t.contract_id IS NOT NULL AS is_there, t.hub_id IS NOT DISTINCT FROM c.hub_id
            AND t.currency IS NOT DISTINCT FROM c.currency AS is_explained,
        greatest(0, coalesce(l.charged, 0) / {billing_months}) AS mrr_of_lines
    FROM (FROM {{batch}}) t
    FULL JOIN {in_force} c ON c.contract_id = t.contract_id
    LEFT JOIN (
        SELECT contract_id, sum(CAST(quantity AS DOUBLE) * CAST(unit_price AS DOUBLE) * (100 - CASE
            WHEN discount_end_date <= {as_of} THEN 0 ELSE coalesce(discount_percent, 0) END) / 100) AS charged
        FROM exports.contract_lines WHERE coalesce(is_recurring, true) GROUP BY contract_id
    ) l ON l.contract_id = coalesce(t.contract_id, c.contract_id)
    LEFT JOIN {associations} a ON a.hub_id = t.hub_id
)"""

_CLIENT_CONTACTS: Final = """(
    SELECT coalesce(t.contact_id, x.contact_id) AS contact_id, coalesce(t.hub_id, x.hub_id) AS hub_id,
        t.* EXCLUDE (contact_id, hub_id), a.partner_id AS partner_of_client, t.contact_id IS NOT NULL AS is_there,
        x.contact_id IS NOT NULL AS is_explained, x.full_name AS full_name_in_export, x.email AS email_in_export,
        x.job_title AS job_title_in_export, coalesce(x.is_primary, false) AS is_primary_in_export,
        x.last_active_on AS last_active_on_in_export
    FROM (FROM {{batch}}) t
    FULL JOIN exports.contacts x ON x.contact_id = t.contact_id AND x.hub_id = t.hub_id
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, x.hub_id)
)"""

_CLIENT_PRODUCTS: Final = """(
    SELECT coalesce(t.line_id, l.line_id) AS line_id, coalesce(t.contract_id, l.contract_id) AS contract_id,
        coalesce(t.hub_id, c.hub_id) AS hub_id, t.* EXCLUDE (line_id, contract_id, hub_id),
        a.partner_id AS partner_of_client,
        t.line_id IS NOT NULL AS is_there, c.contract_id IS NOT NULL AS is_in_force,
        l.line_id IS NOT NULL AND c.hub_id IS NOT DISTINCT FROM t.hub_id AS is_explained,
        l.product_code AS product_code_in_export, l.product_name AS product_name_in_export,
        l.quantity AS quantity_in_export, l.unit_price AS unit_price_in_export,
        CASE WHEN l.discount_end_date <= {as_of} THEN 0 ELSE coalesce(l.discount_percent, 0)
            END AS discount_percent_in_export,
        l.discount_end_date AS discount_end_date_in_export, coalesce(l.is_recurring, true) AS is_recurring_in_export,
        c.currency AS currency_in_export
    FROM (FROM {{batch}}) t
    FULL JOIN exports.contract_lines l ON l.line_id = t.line_id AND l.contract_id = t.contract_id
    LEFT JOIN {in_force} c ON c.contract_id = coalesce(t.contract_id, l.contract_id)
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, c.hub_id)
)"""

_CLIENT_APP_USAGE: Final = """(
    SELECT coalesce(t.hub_id, x.hub_id) AS hub_id, coalesce(t.app, x.app) AS app, t.* EXCLUDE (hub_id, app),
        x.latest, x.active_users AS active_users_in_export, x.last_used_on AS last_used_on_in_export,
        a.partner_id AS partner_of_client, t.hub_id IS NOT NULL AS is_there
    FROM (FROM {{batch}}) t
    FULL JOIN (SELECT hub_id, app, measured_on AS latest, active_users,
            CASE WHEN last_used_on <= {as_of} THEN last_used_on END AS last_used_on
        FROM exports.app_usage WHERE measured_on <= {as_of}
        QUALIFY measured_on = max(measured_on) OVER (PARTITION BY hub_id, app)) x
        ON x.hub_id = t.hub_id AND x.app = t.app
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, x.hub_id)
)"""

_CLIENT_CONSUMPTION: Final = """(
    SELECT coalesce(t.hub_id, x.hub_id) AS hub_id, t.* EXCLUDE (hub_id), x.latest,
        x.contacts_used AS contacts_used_in_export, x.emails_sent AS emails_sent_in_export,
        a.partner_id AS partner_of_client, t.hub_id IS NOT NULL AS is_there
    FROM (FROM {{batch}}) t
    FULL JOIN (SELECT hub_id, measured_on AS latest, contacts_used, emails_sent
        FROM exports.consumption WHERE measured_on <= {as_of}
        QUALIFY measured_on = max(measured_on) OVER (PARTITION BY hub_id)) x ON x.hub_id = t.hub_id
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, x.hub_id)
)"""

_MRR_BRIDGE: Final = """(
    SELECT b.*, c.hub_id AS hub_id_in_export, c.term_start_date AS term_start_date_in_export,
        c.renewal_start_date AS renewal_start_date_in_export
    FROM (FROM {{batch}}) b JOIN exports.contracts c ON c.contract_id = b.contract_id
)"""

_CLIENT_CHANGES: Final = """(
    SELECT t.*, a.partner_id AS partner_of_client, true AS is_there
    FROM (FROM {{batch}}) t LEFT JOIN {associations} a ON a.hub_id = t.hub_id
)"""


def words(*, as_of: str, notice_days: str, with_decisions: bool) -> dict[str, str]:
    """The relations by name, as SQL. `as_of`, `notice_days`: SQL too.

    `evidence`: each upcoming change beside the contract, the facts, the client, the contact and the decisions it
    rests on. `<table>_evidence`: each row that the table has (`is_there`) or that the export says it might have.
    Null where there is none.
    """
    numbers = {"as_of": as_of, "notice_days": notice_days, "billing_months": BILLING_MONTHS}
    decisions = (_DECISIONS if with_decisions else _NO_DECISIONS).format(**numbers)
    bases = {
        "decisions": decisions,
        "associations": _ASSOCIATIONS.format(decisions=decisions, **numbers),
        "in_force": _IN_FORCE.format(**numbers),
        "facts": _FACTS.format(**numbers),
    }
    choices = {
        name: _LATEST.format(decisions=decisions, kind=kind)
        for name, kind in (
            ("contact_choice", "primary_contact"),
            ("owner_choice", "communication_owner"),
            ("default_choice", "communication_default"),
        )
    }
    evidence = {
        "evidence": _EVIDENCE,
        "contract_mrr_evidence": _CONTRACT_MRR,
        "client_contacts_evidence": _CLIENT_CONTACTS,
        "client_products_evidence": _CLIENT_PRODUCTS,
        "client_app_usage_evidence": _CLIENT_APP_USAGE,
        "client_consumption_evidence": _CLIENT_CONSUMPTION,
        "client_changes_evidence": _CLIENT_CHANGES,
        "mrr_bridge_evidence": _MRR_BRIDGE,
    }
    return bases | {
        name: template.format(**bases, **choices, **numbers, contacts=_CONTACTS) for name, template in evidence.items()
    }
