"""Each check finds what it is for: one thing is broken in the clean run, and that check fails with its row."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import duckdb
import pytest
from broken_runs import SAME_IN_DETAILS, UPCOMING, Broken, broken, upcoming
from plain_duckdb import checks_that_read, evaluated_plainly
from tampered_values import VALUE_CASES

from pipeline import rules
from pipeline.checks.suites import all_checks
from pipeline.checks.suites.needing_values import usable_in_reports
from pipeline.checks.suites.shape import CODES, REQUIRED_TABLES
from pipeline.tables.exports import EXPORTS
from pipeline.tables.finance_tables import WHAT_TO_DO
from pipeline.tables.published import PUBLISHED

TIED_TO_CONTRACTS = (
    "currencies_of_contracts@currency_rates",
    "bridge_starts_with_contracts@mrr_bridge",
    "retention_of_clients@retention",
    "rival_definitions_start_with_ours@rival_mrr",
    "projection_opens_with_contracts@mrr_projection",
)
"""Finance's checks that compare with the contracts: whatever changes a contract's MRR breaks them too."""

OF_LINES = {
    name: f"{name}_mrr_of_lines@rival_mrr" for name in ("undiscounted", "list_price", "with_one_off", "by_term")
}
"""The checks of other definitions of MRR: what changes a contract's lines or partner breaks them too."""

EVERY = checks_that_read({*PUBLISHED, *(f"exports.{table}" for table in EXPORTS)})


def in_sql(text: str) -> str:
    return text.replace("'", "''")


ASK = in_sql(WHAT_TO_DO["missing_from_export"])

BASIS = "renewal_basis_of_changes@mrr_bridge"
LATEST = ("latest_rate@currency_rates", "latest_rate_date@currency_rates")
STATUS_TOTALS = "totals_of_changes@partner_summary"

CASES = [
    # -- each table by itself
    broken(
        "table_has_rows",
        "partners",
        "DELETE FROM exports.partners",
        {"is_empty": "empty"},
        (
            "known_partners@partner_summary",
            "communication_owner@upcoming_renewals",
            "communication_owner_basis@upcoming_renewals",
        ),
    ),
    broken(
        "something_upcoming",
        UPCOMING,
        "DELETE FROM upcoming_renewals; DELETE FROM client_changes",
        {"is_empty": "empty"},
        (
            "not_empty@upcoming_renewals",
            "renewals_kept@upcoming_renewals",
            "upgrades_and_overages_kept@upcoming_renewals",
            STATUS_TOTALS,
        ),
    ),
    broken(
        "not_empty",
        "client_products",
        "DELETE FROM client_products",
        {"empty_table": "client_products"},
        ("products_kept@client_products",),
    ),
    broken(
        "not_empty",
        "partner_summary",
        "DELETE FROM partner_summary",
        {"empty_table": "partner_summary"},
        ("totals_of_contracts@partner_summary", STATUS_TOTALS),
    ),
    upcoming("required_values", "X1", "client_name = NULL"),
    broken(
        "required_values",
        "quarantine",
        "UPDATE quarantine SET cells = NULL, reason_codes = NULL",
        {"source_file": "clients.csv", "empty": "reason_codes, cells"},
    ),
    broken(
        "unique_keys",
        "client_contacts",
        "INSERT INTO client_contacts FROM client_contacts WHERE contact_id = 'K2'",
        {"contact_id": "K2", "copies": 2},
    ),
    broken(
        "unique_keys",
        "source_files",
        "INSERT INTO source_files FROM source_files",
        {"path": "clients.csv", "copies": 2},
    ),
    broken(
        "known_codes",
        UPCOMING,
        "UPDATE upcoming_renewals SET billing_frequency = 'weekly' WHERE change_id = 'X1'",
        {"billing_frequency": "weekly"},
        ("billing_frequency_in_export@upcoming_renewals",),
    ),
    broken(
        "minor_units",
        "partner_summary",
        "UPDATE contract_mrr SET current_mrr = 100.005 WHERE contract_id = 'C1'; "
        "UPDATE partner_summary SET current_mrr = 150.005, current_mrr_converted = 150.01 WHERE partner_id = 'P1'",
        {"partner_id": "P1", "current_mrr": Decimal("150.0050")},
        ("minor_units@contract_mrr", "current_mrr_of_contract@upcoming_renewals", *TIED_TO_CONTRACTS),
    ),
    # -- no row is lost
    broken(
        "contracts_in_force_kept",
        "contract_mrr",
        "INSERT INTO exports.contracts BY NAME SELECT * REPLACE ('C9' AS contract_id, "
        "DATE '2026-11-23' AS term_start_date, DATE '2027-03-24' AS renewal_start_date) "
        "FROM exports.contracts WHERE contract_id = 'C1'",
        {"contract_id": "C9", "hub_id": "H1"},
    ),
    broken(
        "only_contracts_in_force",
        "contract_mrr",
        "INSERT INTO contract_mrr VALUES ('C8', 'H1', 'P1', 'USD', 0); "
        "UPDATE partner_summary SET contracts = 4 WHERE partner_id = 'P1'",
        {"contract_id": "C8"},
        ("bridge_starts_with_contracts@mrr_bridge",),
    ),
    broken(
        "renewals_kept",
        UPCOMING,
        "DELETE FROM upcoming_renewals WHERE change_id = 'C2:renewal'",
        {"contract_id": "C2", "renewal_rows": 0},
        (STATUS_TOTALS,),
        same=True,
    ),
    broken(
        "renewals_kept",
        UPCOMING,
        "UPDATE exports.contracts SET renewal_start_date = '2027-03-23' WHERE contract_id = 'C3'",
        {"contract_id": "C3", "renewal_rows": 0},
        ("renewal_start_date_in_export@mrr_bridge",),
    ),
    broken(
        "upgrades_and_overages_kept",
        UPCOMING,
        "DELETE FROM upcoming_renewals WHERE change_id = 'X1'",
        {"change_id": "X1", "rows_found": 0},
        (STATUS_TOTALS,),
        same=True,
    ),
    broken(
        "changes_have_a_source",
        UPCOMING,
        "UPDATE exports.contract_changes SET effective_date = '2026-12-16' WHERE change_id = 'X1'",
        {"change_id": "X1"},
    ),
    broken(
        "changes_have_a_source",
        UPCOMING,
        f"UPDATE upcoming_renewals SET change_id = 'C1-renewal' WHERE change_id = 'C1:renewal'; {SAME_IN_DETAILS}",
        {"change_id": "C1-renewal"},
    ),
    broken(
        "renewals_take_their_facts",
        UPCOMING,
        "INSERT INTO exports.contract_changes BY NAME SELECT 'X9' AS change_id, 'C2' AS contract_id, "
        "'renewal' AS contract_type, DATE '2027-01-06' AS effective_date",
        {"change_id": "C2:renewal", "renewal_in_export": "X9"},
    ),
    broken(
        "same_changes_in_details",
        "client_changes",
        "UPDATE client_changes SET estimated_new_mrr = 81 WHERE change_id = 'X1'",
        {"change_id": "X1", "estimated_new_mrr_in_details": Decimal("81.0000")},
    ),
    broken(
        "contacts_kept", "client_contacts", "DELETE FROM client_contacts WHERE contact_id = 'K3'", {"contact_id": "K3"}
    ),
    broken("products_kept", "client_products", "DELETE FROM client_products WHERE line_id = 'L4'", {"line_id": "L4"}),
    broken(
        "app_usage_kept",
        "client_app_usage",
        "UPDATE client_app_usage SET measured_on = '2026-11-01'",
        {"hub_id": "H1", "app": "crm"},
    ),
    broken("consumption_kept", "client_consumption", "DELETE FROM client_consumption", {"hub_id": "H2"}),
    # -- whose row it is
    *(
        broken(
            "partner_of_client",
            table,
            f"UPDATE {table} SET partner_id = 'P1' WHERE hub_id = 'H2'",
            {"partner_id": "P1", "hub_id": "H2", "partner_of_client": "P2"},
            also,
        )
        for table, also in (
            ("client_contacts", ()),
            ("client_products", ()),
            ("client_consumption", ()),
            ("client_changes", ("same_changes_in_details@client_changes",)),
            (
                "contract_mrr",
                (
                    "totals_of_contracts@partner_summary",
                    *(t for t in TIED_TO_CONTRACTS if "currencies" not in t),
                    *OF_LINES.values(),
                ),
            ),
            (
                UPCOMING,
                (
                    STATUS_TOTALS,
                    "same_changes_in_details@client_changes",
                    "communication_owner@upcoming_renewals",
                    "communication_owner_basis@upcoming_renewals",
                ),
            ),
        )
    ),
    broken(
        "partner_of_client",
        "mrr_bridge",
        "INSERT INTO mrr_bridge BY NAME SELECT * REPLACE ('C9' AS contract_id, NULL AS partner_id, "
        "DATE '2026-12-01' AS term_start_date, 0 AS current_mrr, 0 AS change_quote, 0 AS settled_mrr, "
        "0 AS contracted_mrr, 0 AS expected_mrr, 0 AS full_mrr) FROM mrr_bridge WHERE contract_id = 'C3'",
        {"contract_id": "C9", "partner_of_client": "P2"},
    ),
    broken(
        "partner_of_client",
        "findings",
        "INSERT INTO findings VALUES "
        f"('missing_from_export', 'C9', NULL, 'H2', NULL, 'JPY', '2026-11-23', 101, '{ASK}'), "
        f"('missing_from_export', 'C8', NULL, 'H0', 'P1', 'JPY', '2026-11-23', 101, '{ASK}')",
        {"hub_id": "H2", "partner_of_client": "P2"},
        ("missing_from_export@findings",),
    ),
    broken(
        "partner_of_client",
        "client_app_usage",
        "UPDATE client_app_usage SET partner_id = 'P2'",
        {"partner_id": "P2", "hub_id": "H1", "app": "crm", "partner_of_client": "P1"},
    ),
    broken(
        "partner_of_client",
        "client_consumption",
        "UPDATE exports.clients SET association_ended_on = '2026-11-23' WHERE hub_id = 'H2'",
        {"partner_id": "P2", "hub_id": "H2", "partner_of_client": None},
        (
            "partner_of_client@upcoming_renewals",
            "partner_of_client@contract_mrr",
            "partner_of_client@client_contacts",
            "partner_of_client@client_products",
            "partner_of_client@client_changes",
            "client_without_partner@clients",
        ),
    ),
    broken(
        "known_partners",
        "partner_summary",
        "INSERT INTO partner_summary SELECT * REPLACE ('P9' AS partner_id, 0 AS clients, 0 AS contracts, "
        "0 AS current_mrr, 0 AS current_mrr_converted, 0 AS upcoming_changes, 0 AS renewed, 0 AS confirmed, "
        "0 AS agreed, 0 AS auto_renewed, 0 AS mrr_up_for_renewal, 0 AS mrr_up_for_renewal_converted, "
        "0 AS estimated_change, 0 AS estimated_change_converted) FROM partner_summary WHERE partner_id = 'P2'",
        {"partner_id": "P9"},
    ),
    broken(
        "client_of_contract",
        "client_products",
        "UPDATE client_products SET hub_id = 'H1', partner_id = 'P1' WHERE line_id = 'L2'",
        {"line_id": "L2", "hub_id": "H1"},
    ),
    broken(
        "client_of_contact",
        "client_contacts",
        "UPDATE client_contacts SET hub_id = 'H1', partner_id = 'P1' WHERE contact_id = 'K3'",
        {"contact_id": "K3", "hub_id": "H1"},
        ("contacts_kept@client_contacts",),
    ),
    upcoming("client_name", "X1", "client_name = 'Äpfel & Co'"),
    upcoming(
        "primary_contact_of_client",
        "X1",
        "primary_contact_id = 'K1', primary_contact_name = NULL, primary_contact_email = NULL",
    ),
    upcoming("primary_contact_of_client", "X1", "primary_contact_id = 'K3', primary_contact_name = 'Cy'"),
    upcoming("primary_contact_name", "X1", "primary_contact_name = 'Ada'"),
    upcoming("primary_contact_name", "X1", "primary_contact_name = NULL"),
    upcoming("primary_contact_email", "X1", "primary_contact_email = 'ada@example.com'"),
    upcoming("communication_owner", "X1", "communication_owner = 'Nordwind'"),
    upcoming("communication_owner", "C1:renewal", "communication_owner = 'HubSpot'"),
    upcoming("communication_owner", "X1", "communication_owner = NULL", "required_values@upcoming_renewals"),
    upcoming("communication_owner_basis", "C1:renewal", "communication_owner_basis = 'client_choice'"),
    upcoming("communication_owner_basis", "X1", "communication_owner_basis = 'partner_statement'"),
    upcoming("primary_contact_basis", "X1", "primary_contact_basis = 'client_choice'"),
    *VALUE_CASES,
    # -- dates and statuses
    upcoming(
        "window",
        "X1",
        "renewal_start_date = '2027-03-24', renewal_deadline = '2027-02-07', days_to_change = 121, "
        "days_to_deadline = 76",
        rest="UPDATE exports.contract_changes SET effective_date = '2027-03-24' WHERE change_id = 'X1'",
    ),
    upcoming("deadline", "X1", "renewal_deadline = '2026-11-01', days_to_deadline = -22"),
    upcoming("days_left", "X1", "days_to_change = 21"),
    upcoming("days_left", "X1", "days_to_deadline = -22"),
    upcoming("status_and_basis", "X1", "status = 'pending'", STATUS_TOTALS),
    upcoming("status_and_type", "X1", "status = 'renewed'", STATUS_TOTALS),
    upcoming(
        "silence_and_deadline",
        "C1:renewal",
        "status = 'renewed', status_basis = 'auto_renewed'",
        STATUS_TOTALS,
        BASIS,
    ),
    upcoming(
        "silence_and_deadline",
        "C2:renewal",
        "status = 'pending', status_basis = 'awaiting'",
        STATUS_TOTALS,
        BASIS,
    ),
    broken(
        "silence_and_contract",
        UPCOMING,
        "UPDATE exports.contracts SET auto_renews = NULL WHERE contract_id = 'C4'",
        {"change_id": "C4:renewal", "auto_renews": True},
    ),
    broken(
        "status_and_facts",
        UPCOMING,
        "UPDATE exports.contract_changes SET agreed_on = '2026-11-24' WHERE change_id = 'X1'",
        {"change_id": "X1", "agreed_on": None},
    ),
    broken(
        "status_and_facts",
        UPCOMING,
        "UPDATE exports.contract_changes SET agreed_on = '2026-11-21' WHERE change_id = 'X2'",
        {"change_id": "X2"},
    ),
    upcoming(
        "cancellation_in_time",
        "X2",
        "status_basis = 'requested_late', leaves_on = '2028-02-01'",
        BASIS,
        STATUS_TOTALS,
    ),
    # -- estimates
    upcoming("change_adds_up", "X1", "mrr_change = 21, mrr_change_quote = 21", STATUS_TOTALS),
    upcoming("parts_add_up", "C1:renewal", "mrr_change_price = 11"),
    broken(
        "current_mrr_of_contract",
        UPCOMING,
        "UPDATE upcoming_renewals SET current_mrr = 21 WHERE change_id = 'X2'",
        {"change_id": "X2", "current_mrr_of_contract": Decimal("20.0000")},
    ),
    upcoming(
        "chain_of_changes", "X2", "mrr_before = 24, mrr_change = -24, mrr_change_cancellation = -24", STATUS_TOTALS
    ),
    upcoming(
        "no_negative_mrr",
        "C1:renewal",
        "estimated_new_mrr = -1, mrr_change = -101, mrr_change_price = -101",
        STATUS_TOTALS,
        "estimate_of_renewal@upcoming_renewals",
    ),
    upcoming(
        "cancelled_estimates",
        "X2",
        "estimate_basis = 'same'",
        "basis_of_renewal@upcoming_renewals",
        "estimate_of_renewal@upcoming_renewals",
        "mrr_change_cancellation@upcoming_renewals",
    ),
    upcoming(
        "quoted_estimates",
        "X1",
        "estimate_basis = 'unpriced'",
        "unpriced_estimate@upcoming_renewals",
        "unpriced_estimates@upcoming_renewals",
        "mrr_change_quote@upcoming_renewals",
    ),
    broken(
        "quoted_estimates",
        UPCOMING,
        "UPDATE exports.contract_changes SET quoted_mrr = NULL WHERE change_id = 'X1'",
        {"change_id": "X1", "quoted_mrr": None},
    ),
    # -- totals
    broken(
        "totals_of_contracts",
        "partner_summary",
        "UPDATE partner_summary SET current_mrr = 151, current_mrr_converted = 151 WHERE partner_id = 'P1'",
        {"partner_id": "P1", "current_mrr": Decimal("151.0000"), "current_mrr_of_rows": Decimal("150.0000")},
    ),
    *(
        broken(
            "totals_of_changes",
            "partner_summary",
            f"UPDATE partner_summary SET {figure} = {figure} + 1 WHERE partner_id = 'P1'",
            {"partner_id": "P1", "currency": "USD"},
        )
        for figure in (
            "upcoming_changes",
            "pending",
            "lapsing",
            "clients_to_act_on",
            "deadlines_in_14_days",
            "cancellation_requested",
        )
    ),
    broken(
        "totals_of_changes",
        "partner_summary",
        "UPDATE partner_summary SET mrr_at_risk = 130, mrr_at_risk_converted = 130 WHERE partner_id = 'P1'",
        {"partner_id": "P1", "mrr_at_risk_of_rows": Decimal("155.0000")},
    ),
    broken(
        "converted_figures",
        "partner_summary",
        "UPDATE partner_summary SET estimated_change_converted = 22.01 WHERE partner_id = 'P2'",
        {"partner_id": "P2"},
    ),
    broken(
        "converted_figures",
        "partner_summary",
        "DELETE FROM exports.fx_rates; UPDATE partner_summary SET fx_rate = NULL, fx_rate_date = NULL "
        "WHERE partner_id = 'P2'",
        {"partner_id": "P2", "fx_rate": None},
        ("currency_without_rate@contract_mrr", *LATEST),
    ),
    broken(
        "latest_rates",
        "partner_summary",
        "UPDATE exports.fx_rates SET rate_date = '2026-11-22' WHERE rate_date = '2026-11-01'",
        {"partner_id": "P2", "rate": Decimal("1.05000000")},
        LATEST,
    ),
    # -- the day before a change, and the day a contract leaves
    upcoming("leaves_on_of_late_cancellations", "C2:renewal", "leaves_on = renewal_start_date"),
    broken(  # C2's renewal of January 2026 was cancelled too late, and the table has forgotten it
        "leaves_on_of_late_cancellations",
        UPCOMING,
        "INSERT INTO exports.contract_changes BY NAME SELECT 'X9' AS change_id, 'C2' AS contract_id, "
        "'renewal' AS contract_type, DATE '2026-01-06' AS effective_date, "
        "DATE '2025-11-23' AS cancellation_requested_on",
        {"change_id": "C2:renewal", "expected": date(2027, 1, 6)},
    ),
    upcoming("mrr_on_the_eve_of_lines", "C1:renewal", "mrr_on_the_eve = mrr_on_the_eve + 50"),
    upcoming("mrr_on_the_eve_of_lines", "X2", "mrr_on_the_eve = 20"),  # the overage of 5 begins two weeks before
    broken(  # 100 after a discount of 20 % on 125, which ends before the renewal: 125 on the eve
        "mrr_on_the_eve_of_lines",
        UPCOMING,
        "UPDATE exports.contract_lines SET unit_price = 125, discount_percent = 20, discount_end_date = '2027-01-06' "
        "WHERE line_id = 'L1'",
        {"change_id": "C1:renewal", "mrr_on_the_eve": Decimal("100.0000")},
        (
            "discount_of_renewal@upcoming_renewals",
            OF_LINES["undiscounted"],
            *(f"{name}_in_export@client_products" for name in ("unit_price", "discount_percent", "discount_end_date")),
        ),
    ),
    # -- findings
    broken(
        "no_primary_contact",
        UPCOMING,
        "UPDATE upcoming_renewals SET primary_contact_id = NULL, primary_contact_basis = 'none', "
        "primary_contact_name = NULL WHERE hub_id = 'H2'; UPDATE exports.contacts SET is_primary = false "
        "WHERE contact_id = 'K2'; UPDATE client_contacts SET is_primary = false WHERE contact_id = 'K2'",
        {"partner_id": "P2", "hub_id": "H2", "client_name": "日本商事"},
    ),
    broken(
        "unpriced_estimates",
        UPCOMING,
        "UPDATE exports.contract_changes SET quoted_mrr = NULL WHERE change_id = 'X1'; "
        "UPDATE upcoming_renewals SET estimated_new_mrr = 60, mrr_change = 0, mrr_change_quote = 0, "
        "estimate_basis = 'unpriced' WHERE change_id = 'X1'; UPDATE partner_summary SET estimated_change = 0, "
        "estimated_change_converted = 0 WHERE partner_id = 'P2'",
        {"change_id": "X1", "contract_type": "contact_tier_upgrade"},
        same=True,
    ),
    broken(
        "quote_below_mrr_before",
        UPCOMING,
        "UPDATE exports.contract_changes SET quoted_mrr = 59 WHERE change_id = 'X1'; "
        "UPDATE upcoming_renewals SET estimated_new_mrr = 59, mrr_change = -1, mrr_change_quote = -1 "
        "WHERE change_id = 'X1'; UPDATE partner_summary SET estimated_change = -1, "
        "estimated_change_converted = -1.10 WHERE partner_id = 'P2'",
        {"change_id": "X1", "estimated_new_mrr": Decimal("59.0000")},
        same=True,
    ),
    broken(
        "negative_mrr",
        "contract_mrr",
        "UPDATE exports.contract_lines SET unit_price = -30 WHERE contract_id = 'C4'",
        {"contract_id": "C4", "at_renewal": False, "sum_of_lines": -30.0},
        (
            "mrr_of_lines@contract_mrr",
            "unit_price_in_export@client_products",
            *(check for name, check in OF_LINES.items() if name != "list_price"),
        ),
    ),
    broken(
        "currency_without_rate",
        "contract_mrr",
        "DELETE FROM exports.fx_rates; UPDATE partner_summary SET fx_rate = NULL, fx_rate_date = NULL, "
        "current_mrr_converted = NULL, mrr_up_for_renewal_converted = NULL, mrr_at_risk_converted = NULL, "
        "estimated_change_converted = NULL WHERE partner_id = 'P2'",
        {"currency": "EUR", "contracts": 2, "current_mrr": Decimal("110.0000")},
        LATEST,
    ),
    broken(
        "client_without_partner",
        "clients",
        "INSERT INTO exports.clients BY NAME SELECT 'H9' AS hub_id, 'Nobody''s' AS client_name; "
        "INSERT INTO exports.contracts BY NAME SELECT * REPLACE ('C9' AS contract_id, 'H9' AS hub_id) "
        "FROM exports.contracts WHERE contract_id = 'C1'; "
        "INSERT INTO contract_mrr VALUES ('C9', 'H9', NULL, 'USD', 0)",
        {"hub_id": "H9", "partner_before": None},
        ("bridge_starts_with_contracts@mrr_bridge",),
    ),
    # -- projection
    broken(
        "movements_close",
        "mrr_projection",
        "UPDATE mrr_projection SET expansion = expansion + 1 WHERE month = '2027-03-01' AND scenario = 'full'",
        {"month": date(2027, 3, 1), "scenario": "full", "currency": "EUR"},
    ),
    broken(
        "months_chain",
        "mrr_projection",
        "UPDATE mrr_projection SET opening = opening + 1, closing = closing + 1 "
        "WHERE month = '2027-03-01' AND scenario = 'full' AND currency = 'EUR'",
        {"month": date(2027, 4, 1), "opening": Decimal("130.0000"), "closed": Decimal("131.0000")},
    ),
    broken(
        "projection_opens_with_contracts",
        "mrr_projection",
        "UPDATE mrr_projection SET opening = opening + 1, closing = closing + 1 "
        "WHERE currency = 'EUR' AND scenario = 'contracted'",
        {"partner_id": "P2", "scenario": "contracted", "figure": Decimal(111), "other": Decimal(110)},
        ("projection_closes_with_bridge@mrr_projection",),
    ),
    broken(
        "projection_closes_with_bridge",
        "mrr_projection",
        "UPDATE mrr_bridge SET full_mrr = full_mrr + 1, pending_full = pending_full + 1 WHERE contract_id = 'C3'",
        {"partner_id": "P2", "scenario": "full", "figure": Decimal(130), "other": Decimal(131)},
    ),
    broken(
        "causes_add_up",
        "mrr_bridge",
        "UPDATE mrr_bridge SET change_quote = change_quote + 1 WHERE contract_id = 'C3'",
        {"contract_id": "C3", "change_quote": Decimal(21)},
    ),
    broken(
        "bridge_starts_with_contracts",
        "mrr_bridge",
        "UPDATE mrr_bridge SET partner_id = NULL WHERE contract_id = 'C3'",
        {"contract_id": "C3", "partner_id": "P2"},
        ("projection_closes_with_bridge@mrr_projection",),
    ),
    broken(
        "interval_around_expected",
        "projection_interval",
        "UPDATE projection_interval SET closing_high = closing - 1 WHERE scope = 'vendor' AND month = '2026-12-01'",
        {"scope": "vendor", "currency": "EUR"},
        ("interval_upper_end@projection_interval",),
    ),
    broken(
        "retention_of_clients",
        "retention",
        "UPDATE retention SET opening = opening + 1 WHERE scenario = 'full' AND currency = 'EUR'",
        {"partner_id": "P2", "figure": Decimal(111), "other": Decimal(110)},
        ("nrr_of_movements@retention",),
    ),
    broken(
        "retention_in_bounds",
        "retention",
        "UPDATE retention SET grr = 1.01, nrr = 1.2 WHERE scenario = 'full' AND currency = 'EUR'",
        {"partner_id": "P2", "scenario": "full"},
        ("grr_of_movements@retention", "nrr_of_movements@retention"),
    ),
    broken(
        "rival_definitions_start_with_ours",
        "rival_mrr",
        "UPDATE rival_mrr SET current_mrr = current_mrr + 1 WHERE currency = 'EUR'",
        {"partner_id": "P2", "figure": Decimal(111)},
    ),
    broken(
        "probabilities_in_bounds",
        "renewal_rates",
        "UPDATE renewal_rates SET renewal_probability = 1.1 WHERE currency = 'EUR'",
        {"currency": "EUR", "subscription_term_months": 12},
        ("probability_of_history@renewal_rates",),
    ),
    broken(
        "currencies_of_contracts",
        "currency_rates",
        "UPDATE currency_rates SET current_mrr = 0, current_mrr_converted = 0, fx_effect = 0 WHERE currency = 'USD'",
        {"currency": "USD", "other": Decimal(150)},
    ),
    broken(
        "converted_at_rate",
        "currency_rates",
        "UPDATE currency_rates SET current_mrr_converted = current_mrr_converted + 0.01 WHERE currency = 'EUR'",
        {"currency": "EUR"},
    ),
    broken(
        "currency_without_rate",
        "currency_rates",
        "INSERT INTO currency_rates BY NAME SELECT * REPLACE ('GBP' AS currency, 0 AS current_mrr, "
        "NULL AS current_mrr_converted, NULL AS fx_rate, NULL AS fx_rate_date, NULL AS compared_rate, "
        "NULL AS compared_rate_date, NULL AS fx_effect) FROM currency_rates WHERE currency = 'EUR'",
        {"currency": "GBP"},
    ),
    *(
        broken(
            finding,
            "findings",
            f"INSERT INTO findings VALUES ('{finding}', 'C9', NULL, 'H1', 'P1', 'JPY', '2026-11-23', 101, "
            f"'{in_sql(WHAT_TO_DO[finding])}')",
            {"contract_id": "C9", "hub_id": "H1", "currency": "JPY", "mrr": Decimal("101.0000")},
        )
        for finding in rules.FINDINGS
    ),
    broken(
        "findings_say_what_to_do",
        "findings",
        "INSERT INTO findings VALUES "
        f"('missing_from_export', 'C9', NULL, 'H1', 'P1', 'JPY', '2026-11-23', 101, '{ASK}'), "
        "('expired_not_rolled', 'C8', NULL, 'H1', 'P1', 'JPY', '2026-11-23', 101, 'nothing')",
        {"finding": "expired_not_rolled", "contract_id": "C8", "what_to_do": "nothing"},
        ("missing_from_export@findings", "expired_not_rolled@findings"),
    ),
    broken(
        "findings_say_what_to_do",
        "findings",
        "INSERT INTO findings SELECT 'missing_from_export', 'C9', NULL, 'H1', 'P1', 'JPY', '2026-11-23', 101, "
        f"'{ASK}' FROM range(2)",
        {"finding": "missing_from_export", "contract_id": "C9", "what_to_do": "2 times"},
        ("missing_from_export@findings",),
    ),
    *(
        broken(
            check,
            table,
            f"UPDATE {table} SET {column} = {value} WHERE {where}",
            example,
            also,
        )
        for check, table, column, value, where, example, also in (
            ("hub_id_in_export", "mrr_bridge", "hub_id", "'H1'", "contract_id = 'C3'", {"contract_id": "C3"}, ()),
            (
                "term_start_date_in_export",
                "mrr_bridge",
                "term_start_date",
                "term_start_date - 1",
                "contract_id = 'C3'",
                {"contract_id": "C3"},
                (),
            ),
            (
                "renewal_start_date_in_export",
                "mrr_bridge",
                "renewal_start_date",
                "renewal_start_date - 1",
                "contract_id = 'C3'",
                {"contract_id": "C3"},
                (),
            ),
            (
                "renewal_basis_of_changes",
                "mrr_bridge",
                "renewal_basis",
                "'agreed'",
                "contract_id = 'C1'",
                {"contract_id": "C1", "status_basis": "awaiting"},
                (),
            ),
            (
                "grr_of_movements",
                "retention",
                "grr",
                "grr - 0.000002",
                "scenario = 'full' AND currency = 'EUR'",
                {"currency": "EUR", "scenario": "full"},
                (),
            ),
            (
                "nrr_of_movements",
                "retention",
                "nrr",
                "nrr + 0.000002",
                "scenario = 'full' AND currency = 'EUR'",
                {"currency": "EUR", "scenario": "full"},
                (),
            ),
            (
                "latest_rate_date",
                "currency_rates",
                "fx_rate_date",
                "fx_rate_date - 1",
                "currency = 'EUR'",
                {"currency": "EUR"},
                (),
            ),
            (
                "latest_rate",
                "currency_rates",
                "fx_rate",
                "fx_rate * 2",
                "currency = 'EUR'",
                {"currency": "EUR"},
                ("converted_at_rate@currency_rates",),
            ),
            (
                "compared_rate",
                "currency_rates",
                "compared_rate",
                "1.5",
                "currency = 'EUR'",
                {"currency": "EUR"},
                ("converted_at_rate@currency_rates",),
            ),
            (
                "compared_rate_date",
                "currency_rates",
                "compared_rate_date",
                "DATE '2026-10-31'",
                "currency = 'EUR'",
                {"currency": "EUR"},
                (),
            ),
            (
                "compared_on_month_end",
                "currency_rates",
                "compared_on",
                "compared_on - 1",
                "currency = 'EUR'",
                {"currency": "EUR"},
                (),
            ),
        )
    ),
    broken(
        "history_without_segment",
        "renewal_rates",
        "UPDATE renewal_rates SET overall_renewals = 100, renewals = 47, renewed = 40, "
        "renewal_probability = overall_rate",
        {"renewals": 100, "renewals_with_term": 94},
        ("renewals_of_history@renewal_rates", "overall_rate_of_history@renewal_rates"),
    ),
    broken(
        "overall_rate_for_all",
        "renewal_rates",
        "UPDATE renewal_rates SET overall_renewals = 100, renewals = 47, renewed = 40, renewal_probability = 0.5",
        {"currency": "EUR", "renewals": 47},
        (
            "history_without_segment@renewal_rates",
            *(f"{name}_of_history@renewal_rates" for name in ("renewals", "overall_rate", "probability")),
        ),
    ),
    broken(
        "source_files_account",
        "source_files",
        "UPDATE source_files SET rows_left_out = 1",
        {"path": "clients.csv", "rows_read": 4, "rows_left_out": 1},
    ),
]


def test_the_clean_run_passes_every_check(con: duckdb.DuckDBPyConnection):
    assert evaluated_plainly(con, EVERY) == {}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_check_finds_what_it_is_for(con: duckdb.DuckDBPyConnection, case: Broken):
    con.execute(case.sql)
    found = evaluated_plainly(con, checks_that_read(case.touched))
    assert set(found) == {(case.check, case.table), *case.also}
    rows = found[case.check, case.table]
    assert any(case.example.items() <= row.items() for row in rows), rows


CREDIT = (
    "DELETE FROM exports.price_book; "
    "INSERT INTO exports.contract_lines BY NAME SELECT * REPLACE ('L9' AS line_id, {price} AS unit_price, "
    "'CREDIT' AS product_code) FROM exports.contract_lines WHERE contract_id = 'C1'; "
    "UPDATE upcoming_renewals SET estimated_new_mrr = {estimate} WHERE change_id = 'C1:renewal'"
)


@pytest.mark.parametrize(
    ("price", "estimate", "more", "named"),
    [
        ("-100", 0, "", []),  # 100 - 100 = 0 is not below 0, today and at the renewal
        ("-100.01", 0, "", [(False, -0.01), (True, -0.01)]),
        # From the new list on 90 - 95 = -5; today 100 - 95.
        ("-95", 0, "INSERT INTO exports.price_book VALUES ('HUB', 'USD', '2027-01-01', 90)", [(True, -5.0)]),
        # An upgrade before it (not shown here) keeps the estimate above 0: nothing is lifted there.
        ("-95", 7, "INSERT INTO exports.price_book VALUES ('HUB', 'USD', '2027-01-01', 90)", []),
        # The list begins the day after.
        ("-95", 0, "INSERT INTO exports.price_book VALUES ('HUB', 'USD', '2027-01-08', 90)", []),
        # The credit's discount has ended by the renewal: 100 - 60 today, 100 - 120 then.
        (
            "-120",
            0,
            "UPDATE exports.contract_lines SET discount_percent = 50, discount_end_date = '2027-01-07' "
            "WHERE line_id = 'L9'",
            [(True, -20.0)],
        ),
        ("-120", 0, "UPDATE exports.contract_lines SET is_recurring = false WHERE line_id = 'L9'", []),
        ("-120", 0, "UPDATE exports.contract_lines SET quantity = 0 WHERE line_id = 'L9'", []),
    ],
)
def test_contracts_whose_credits_exceed_their_charges_are_named(
    con: duckdb.DuckDBPyConnection, price: str, estimate: int, more: str, named: list[tuple[bool, float]]
):
    con.execute(CREDIT.format(price=price, estimate=estimate))
    con.execute(more or "SELECT 1")
    found = evaluated_plainly(con, checks_that_read({"contract_mrr"})).get(("negative_mrr", "contract_mrr"), [])
    assert sorted((row["at_renewal"], row["sum_of_lines"]) for row in found) == named
    assert {row["contract_id"] for row in found} <= {"C1"}


def test_every_declared_check_is_broken_by_some_case():
    covered = {case.check for case in CASES} | {"something_in_force"}
    assert {check.name for check in EVERY} == covered


def test_no_two_results_share_their_key():
    keys = [(check.name, check.table_name) for check in all_checks(frozenset(PUBLISHED))]
    assert len(keys) == len(set(keys))


def test_every_table_of_the_transforms_is_declared_and_every_code_has_its_column():
    for table in REQUIRED_TABLES:
        assert table in PUBLISHED
    for table, codes in CODES.items():
        assert set(codes) <= set(PUBLISHED[table].column_names)


def test_a_missing_association_end_date_leaves_the_client_with_its_partner(con: duckdb.DuckDBPyConnection):
    # Ends tomorrow: still the partner's today.
    con.execute("UPDATE exports.clients SET association_ended_on = '2026-11-24'")
    assert evaluated_plainly(con, checks_that_read({"exports.clients"})) == {}


def decided(con: duckdb.DuckDBPyConnection, position: int, kind: str, hub_id: str | None, value_after: str | None):
    """P2 decided that on the day itself."""
    row = (position, str(position), "", "2026-11-23", "bo", "P2", hub_id, kind, None, value_after, "")
    con.execute(f"INSERT INTO decisions VALUES ({', '.join('?' * len(row))})", row)


ASSOCIATION_ENDED = {
    *(("partner_of_client", table) for table in (UPCOMING, "contract_mrr", "client_changes")),
    *(("partner_of_client", table) for table in ("client_contacts", "client_products", "client_consumption")),
    ("client_without_partner", "clients"),
}


def test_a_partner_that_ended_the_association_sees_nothing_of_the_client(con: duckdb.DuckDBPyConnection):
    decided(con, 1, "association_ended", "H2", '"ended"')
    assert set(evaluated_plainly(con, EVERY)) == ASSOCIATION_ENDED
    decided(con, 3, "association_restored", "H2", '"associated"')
    assert evaluated_plainly(con, EVERY) == {}
    decided(con, 2, "association_ended", "H2", '"ended"')  # out of order in the table, earlier by position
    assert evaluated_plainly(con, EVERY) == {}
    decided(con, 4, "association_ended", "H2", '"ended"')
    decided(con, 5, "association_ended", "H2", None)  # back to the default
    assert evaluated_plainly(con, EVERY) == {}


def test_what_partners_decided_may_be_the_basis_of_a_row(con: duckdb.DuckDBPyConnection):
    con.execute(
        "UPDATE upcoming_renewals SET primary_contact_id = 'K3', primary_contact_name = 'Cy', "
        "primary_contact_basis = 'client_choice', communication_owner_basis = 'client_choice', "
        "communication_owner = 'Südwind' WHERE hub_id = 'H2'"
    )
    assert set(evaluated_plainly(con, EVERY)) == {
        ("communication_owner", UPCOMING),
        ("communication_owner_basis", UPCOMING),
        ("primary_contact_of_client", UPCOMING),
        ("primary_contact_basis", UPCOMING),
    }
    decided(con, 1, "primary_contact", "H2", '"K3"')
    decided(con, 2, "communication_owner", "H2", '"partner"')
    decided(con, 3, "communication_default", None, '"vendor"')
    assert evaluated_plainly(con, EVERY) == {}
    # Back to the default for this client: the statement about all of them is in force.
    decided(con, 4, "communication_owner", "H2", None)
    assert set(evaluated_plainly(con, EVERY)) == {
        ("communication_owner", UPCOMING),
        ("communication_owner_basis", UPCOMING),
    }
    con.execute(
        "UPDATE upcoming_renewals SET communication_owner_basis = 'partner_statement', "
        "communication_owner = 'HubSpot' WHERE hub_id = 'H2'"
    )
    assert evaluated_plainly(con, EVERY) == {}


def test_a_chosen_contact_that_is_not_of_the_account_is_not_expected(con: duckdb.DuckDBPyConnection):
    # K1 is the other client's: the account's own primary contact stays the right one (rule 6).
    decided(con, 1, "primary_contact", "H2", '"K1"')
    assert evaluated_plainly(con, EVERY) == {}


def test_locales_and_time_zones_that_cannot_be_used(con: duckdb.DuckDBPyConnection):
    con.execute("UPDATE exports.partners SET locale = 'xx-XX', time_zone = 'Mars/Olympus' WHERE partner_id = 'P2'")
    assert evaluated_plainly(con, usable_in_reports(["de-DE"], ["Europe/Berlin"])) == {
        ("usable_locale", "partners"): [{"locale": "xx-XX"}],
        ("usable_time_zone", "partners"): [{"time_zone": "Mars/Olympus"}],
    }
