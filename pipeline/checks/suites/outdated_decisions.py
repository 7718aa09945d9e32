"""What partners decided and the export no longer bears out: warnings, for decisions stay as they are."""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, failing_rows

_LATEST: Final = """(
    SELECT partner_id, hub_id, subject, kind, CAST(value_after AS JSON) ->> chr(36) AS value
    FROM (SELECT *, CASE WHEN kind IN ('association_ended', 'association_restored') THEN 'association' ELSE kind END
        AS subject FROM $decisions)
    QUALIFY row_number() OVER (PARTITION BY partner_id, hub_id, subject ORDER BY position DESC) = 1
)"""
"""The latest decision of each subject; `value` as text, null = back to the default."""

_CHECKS: Final[tuple[Check, ...]] = (
    failing_rows(
        "ended_association_in_export",
        "warning",
        "decisions",
        "clients shown to nobody because their partner ended the association, which the export still or again records",
        f"""
        SELECT d.partner_id, d.hub_id
        FROM {_LATEST} d JOIN exports.clients c ON c.partner_id = d.partner_id AND c.hub_id = d.hub_id
        WHERE d.subject = 'association' AND d.value = 'ended'
            AND (c.association_ended_on IS NULL OR c.association_ended_on > $as_of)
        """,  # noqa: S608
    ),
    failing_rows(
        "chosen_contact_gone",
        "warning",
        "decisions",
        "chosen primary contacts that are no users of the account any more",
        f"""
        SELECT d.partner_id, d.hub_id, d.value AS contact_id
        FROM {_LATEST} d JOIN $associations a ON a.hub_id = d.hub_id AND a.partner_id = d.partner_id
        WHERE d.subject = 'primary_contact' AND d.value IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM exports.contacts x WHERE x.hub_id = d.hub_id AND x.contact_id = d.value)
        """,  # noqa: S608
    ),
    failing_rows(
        "decision_without_client",
        "warning",
        "decisions",
        "choices for clients that are not the partner's any more",
        f"""
        SELECT d.partner_id, d.hub_id, d.kind
        FROM {_LATEST} d ANTI JOIN exports.clients c ON c.hub_id = d.hub_id AND c.partner_id = d.partner_id
        WHERE d.hub_id IS NOT NULL AND d.value IS NOT NULL AND d.subject <> 'association'
        """,  # noqa: S608
    ),
    failing_rows(
        "decision_without_partner",
        "warning",
        "decisions",
        "partners that have decided something and are not in the export",
        "SELECT DISTINCT partner_id FROM $rows ANTI JOIN exports.partners USING (partner_id)",
    ),
)


def checks(tables: frozenset[str]) -> tuple[Check, ...]:
    """The checks of decisions, for a run that keeps any."""
    return _CHECKS if "decisions" in tables else ()
