"""The relations that the SQL of checks names: rows joined, once, to what they rest on.

A check that asks something of each row joined to other tables is a condition over one of these, so that all such
checks of a table are answered in one pass (see `declare.NoRowWhere`). `{batch}` is left for Great Expectations.
"""

from __future__ import annotations

from typing import Final

_DECISIONS: Final = (
    "(SELECT partner_id, hub_id, kind, value_after, position FROM main.decisions WHERE decided_on <= {as_of})"
)

_NO_DECISIONS: Final = """(
    SELECT '' AS partner_id, '' AS hub_id, '' AS kind, '' AS value_after, 0 AS position WHERE false
)"""

_ASSOCIATIONS: Final = """(
    SELECT k.hub_id, k.client_name,
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

_EVIDENCE: Final = """(
    SELECT u.*,
        c.hub_id AS hub_of_contract, c.currency AS currency_of_contract, c.term_start_date, c.auto_renews,
        c.renewal_start_date AS renewal_of_contract, c.notice_days, c.notice_months,
        x.change_id AS change_in_export, x.contract_id AS contract_in_export, x.contract_type AS type_in_export,
        x.effective_date AS effective_date_in_export, x.agreed_on, x.cancellation_requested_on, x.quoted_mrr,
        r.change_id AS renewal_in_export,
        m.current_mrr AS current_mrr_of_contract,
        a.partner_id AS partner_of_client, a.client_name AS name_in_export, p.partner_name,
        k.hub_id AS hub_of_contact, k.is_primary AS contact_is_primary,
        dk.hub_id IS NOT NULL AS contact_decided, dc.hub_id IS NOT NULL AS owner_decided,
        dp.partner_id IS NOT NULL AS default_owner_decided
    FROM (FROM {{batch}}) u
    LEFT JOIN {in_force} c ON c.contract_id = u.contract_id
    LEFT JOIN {facts} x ON x.change_id = u.change_id
    LEFT JOIN {facts} r ON r.contract_id = u.contract_id AND r.contract_type = 'renewal'
        AND r.effective_date = u.renewal_start_date
    LEFT JOIN contract_mrr m ON m.contract_id = u.contract_id
    LEFT JOIN {associations} a ON a.hub_id = u.hub_id
    LEFT JOIN exports.partners p ON p.partner_id = u.partner_id
    LEFT JOIN exports.contacts k ON k.contact_id = u.primary_contact_id AND k.hub_id = u.hub_id
    LEFT JOIN (SELECT DISTINCT partner_id, hub_id FROM {decisions} WHERE kind = 'primary_contact') dk
        ON dk.partner_id = u.partner_id AND dk.hub_id = u.hub_id
    LEFT JOIN (SELECT DISTINCT partner_id, hub_id FROM {decisions} WHERE kind = 'communication_owner') dc
        ON dc.partner_id = u.partner_id AND dc.hub_id = u.hub_id
    LEFT JOIN (SELECT DISTINCT partner_id FROM {decisions} WHERE kind = 'communication_default') dp
        ON dp.partner_id = u.partner_id
)"""

_CONTRACT_MRR: Final = """(
    SELECT coalesce(t.contract_id, c.contract_id) AS contract_id, coalesce(t.hub_id, c.hub_id) AS hub_id,
        coalesce(t.currency, c.currency) AS currency, t.partner_id, a.partner_id AS partner_of_client,
        t.contract_id IS NOT NULL AS is_there, t.hub_id IS NOT DISTINCT FROM c.hub_id
            AND t.currency IS NOT DISTINCT FROM c.currency AS is_explained
    FROM (FROM {{batch}}) t
    FULL JOIN {in_force} c ON c.contract_id = t.contract_id
    LEFT JOIN {associations} a ON a.hub_id = t.hub_id
)"""

_CLIENT_CONTACTS: Final = """(
    SELECT coalesce(t.contact_id, x.contact_id) AS contact_id, coalesce(t.hub_id, x.hub_id) AS hub_id, t.partner_id,
        a.partner_id AS partner_of_client, t.contact_id IS NOT NULL AS is_there,
        x.contact_id IS NOT NULL AS is_explained
    FROM (FROM {{batch}}) t
    FULL JOIN exports.contacts x ON x.contact_id = t.contact_id AND x.hub_id = t.hub_id
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, x.hub_id)
)"""

_CLIENT_PRODUCTS: Final = """(
    SELECT coalesce(t.line_id, l.line_id) AS line_id, coalesce(t.contract_id, l.contract_id) AS contract_id,
        coalesce(t.hub_id, c.hub_id) AS hub_id, t.partner_id, a.partner_id AS partner_of_client,
        t.line_id IS NOT NULL AS is_there, c.contract_id IS NOT NULL AS is_in_force,
        l.line_id IS NOT NULL AND c.hub_id IS NOT DISTINCT FROM t.hub_id AS is_explained
    FROM (FROM {{batch}}) t
    FULL JOIN exports.contract_lines l ON l.line_id = t.line_id AND l.contract_id = t.contract_id
    LEFT JOIN {in_force} c ON c.contract_id = coalesce(t.contract_id, l.contract_id)
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, c.hub_id)
)"""

_CLIENT_APP_USAGE: Final = """(
    SELECT coalesce(t.hub_id, x.hub_id) AS hub_id, coalesce(t.app, x.app) AS app, t.partner_id, t.measured_on,
        x.latest, a.partner_id AS partner_of_client, t.hub_id IS NOT NULL AS is_there
    FROM (FROM {{batch}}) t
    FULL JOIN (SELECT hub_id, app, max(measured_on) AS latest FROM exports.app_usage WHERE measured_on <= {as_of}
        GROUP BY hub_id, app) x ON x.hub_id = t.hub_id AND x.app = t.app
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, x.hub_id)
)"""

_CLIENT_CONSUMPTION: Final = """(
    SELECT coalesce(t.hub_id, x.hub_id) AS hub_id, t.partner_id, t.measured_on, x.latest,
        a.partner_id AS partner_of_client, t.hub_id IS NOT NULL AS is_there
    FROM (FROM {{batch}}) t
    FULL JOIN (SELECT hub_id, max(measured_on) AS latest FROM exports.consumption WHERE measured_on <= {as_of}
        GROUP BY hub_id) x ON x.hub_id = t.hub_id
    LEFT JOIN {associations} a ON a.hub_id = coalesce(t.hub_id, x.hub_id)
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
    numbers = {"as_of": as_of, "notice_days": notice_days}
    decisions = (_DECISIONS if with_decisions else _NO_DECISIONS).format(**numbers)
    bases = {
        "decisions": decisions,
        "associations": _ASSOCIATIONS.format(decisions=decisions, **numbers),
        "in_force": _IN_FORCE.format(**numbers),
        "facts": _FACTS.format(**numbers),
    }
    evidence = {
        "evidence": _EVIDENCE,
        "contract_mrr_evidence": _CONTRACT_MRR,
        "client_contacts_evidence": _CLIENT_CONTACTS,
        "client_products_evidence": _CLIENT_PRODUCTS,
        "client_app_usage_evidence": _CLIENT_APP_USAGE,
        "client_consumption_evidence": _CLIENT_CONSUMPTION,
        "client_changes_evidence": _CLIENT_CHANGES,
    }
    return bases | {name: template.format(**bases, **numbers) for name, template in evidence.items()}
