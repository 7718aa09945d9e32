"""Rules 5 to 7: no partner sees a row that is not its own, and no stranger is named."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare import Check, failing_rows, no_change_where, with_words

_WITH_A_PARTNER: Final = {
    "contract_mrr": "contract_id",
    "client_contacts": "contact_id",
    "client_products": "line_id",
    "client_app_usage": "app",
    "client_consumption": "measured_on",
    "client_changes": "change_id",
}
"""More tables with a partner and a client in each row, and the column that tells rows of one client apart."""


def _partner_of_client(table: str, key: str) -> Check:
    return failing_rows(
        "partner_of_client",
        "stop",
        table,
        "rows of a partner whose client it is not, or whose association has ended",
        with_words(
            """
        SELECT t.partner_id, t.hub_id, t.$key, a.partner_id AS partner_of_client
        FROM $rows t LEFT JOIN $associations a ON a.hub_id = t.hub_id
        WHERE t.partner_id IS DISTINCT FROM a.partner_id
        """,
            key=key,
        ),
    )


CHECKS: Final[tuple[Check, ...]] = (
    *(_partner_of_client(table, key) for table, key in _WITH_A_PARTNER.items()),
    failing_rows(
        "known_partners",
        "stop",
        "partner_summary",
        "rows of partners that the export does not name",
        "SELECT partner_id, currency FROM $rows ANTI JOIN exports.partners USING (partner_id)",
    ),
    failing_rows(
        "client_of_contract",
        "stop",
        "client_products",
        "lines shown under a client whose contract it is not",
        """
        SELECT d.partner_id, d.hub_id, d.contract_id, d.line_id
        FROM $rows d
        LEFT JOIN exports.contract_lines l ON l.line_id = d.line_id AND l.contract_id = d.contract_id
        LEFT JOIN exports.contracts c ON c.contract_id = l.contract_id AND c.hub_id = d.hub_id
        WHERE c.contract_id IS NULL
        """,
    ),
    failing_rows(
        "client_of_contact",
        "stop",
        "client_contacts",
        "contacts shown under a client whose contact they are not",
        "SELECT partner_id, hub_id, contact_id FROM $rows ANTI JOIN exports.contacts USING (contact_id, hub_id)",
    ),
    no_change_where(
        "partner_of_client",
        "rows of a partner whose client it is not, or whose association has ended",
        "hub_id partner_of_client",
        "partner_id IS DISTINCT FROM partner_of_client",
    ),
    no_change_where(
        "client_name",
        "rows that bear another client's name",
        "hub_id client_name name_in_export",
        "client_name <> name_in_export",
    ),
    no_change_where(
        "primary_contact_of_client",
        "rows whose primary contact is no contact of the client, or whose basis says otherwise",
        "hub_id primary_contact_id primary_contact_basis",
        """(primary_contact_basis = 'none') <> (primary_contact_id IS NULL)
            OR (primary_contact_id IS NOT NULL AND hub_of_contact IS NULL)
            OR (primary_contact_basis = 'account_primary' AND NOT coalesce(contact_is_primary, false))
            OR (primary_contact_basis = 'client_choice' AND NOT contact_decided)""",
    ),
    no_change_where(
        "communication_owner",
        "rows whose communication owner is neither the partner nor the vendor, or contradicts its basis",
        "hub_id communication_owner communication_owner_basis",
        """CASE communication_owner_basis
            WHEN 'vendor_default' THEN communication_owner <> $vendor_name
            WHEN 'partner_statement' THEN communication_owner IS DISTINCT FROM partner_name
                AND NOT (default_owner_decided AND communication_owner = $vendor_name)
            ELSE NOT owner_decided
                OR (communication_owner <> $vendor_name AND communication_owner IS DISTINCT FROM partner_name)
        END""",
    ),
)
