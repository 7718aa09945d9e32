"""Rules over several rows: keys, references, at most one, and changes against their contract."""

import pytest

from pipeline.ingest import TableCounts
from tests.ingest.export_folder import GOOD, Exports

CHANGES = "change_id,contract_id,contract_type,effective_date,new_contact_max,new_email_limit\n"


def refused(exports: Exports) -> dict[int, str]:
    """Reasons by line, of a test that spoils one file."""
    return {line: reason for _, line, _, reason in exports.quarantine()}


def test_rows_that_repeat_a_key_and_differ_all_go(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h3,Cedar,p1\nh4,Dune,\nh3,Cedar,\n")
    exports.run()
    assert refused(exports) == {4: "duplicate_key", 5: "duplicate_key", 7: "duplicate_key"}
    assert [hub for (hub,) in exports.rows("clients", "hub_id")] == ["h1", "h2", "h4"]
    assert exports.counts("clients.csv") == {"read": 6, "loaded": 3, "quarantined": 3, "duplicate": 0, "left_out": 0}


def test_of_rows_equal_in_every_cell_the_first_stays(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h3,Cedar,\nh4,Dune,\nh3,Cedar,\n")
    report = exports.run()
    assert exports.quarantine() == []
    assert [hub for (hub,) in exports.rows("clients", "hub_id")] == ["h1", "h2", "h3", "h4"]
    assert exports.counts("clients.csv") == {"read": 6, "loaded": 4, "quarantined": 0, "duplicate": 2, "left_out": 0}
    assert report.tables["clients"].rows_duplicate == 2


def test_equal_means_the_original_text(exports: Exports):
    exports.write("contract_lines.csv", GOOD["contract_lines"] + "l2,c2,hub,Hub,2.0,10\n")
    exports.run()
    assert refused(exports) == {3: "duplicate_key", 4: "duplicate_key"}


def test_a_key_is_compared_as_its_type(exports: Exports):
    exports.write(
        "limit_blocks.csv",
        "product_code,currency,limit_kind,valid_from,from_limit,block_size,monthly_price_per_block\n"
        "hub,USD,contacts,2026-01-01,0,1000,5\nhub,USD,contacts,2026-01-01,00,1000,5\n"
        "hub,USD,emails,2026-01-01,0,1000,5\n",
    )
    exports.run()
    assert refused(exports) == {2: "duplicate_key", 3: "duplicate_key"}


def test_the_row_that_stays_still_faces_its_own_reasons(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h4,,p1\nh4,,p1\n")
    exports.run()
    assert refused(exports) == {5: "required_missing:client_name"}
    assert exports.counts("clients.csv") == {"read": 5, "loaded": 3, "quarantined": 1, "duplicate": 1, "left_out": 0}


def test_a_row_without_its_key_repeats_nothing(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + ",Dune,\n,Elm,\n")
    exports.run()
    assert refused(exports) == {5: "required_missing:hub_id", 6: "required_missing:hub_id"}


def test_a_refused_row_still_takes_part_in_its_key(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h4,Dune,p1\nh4,,p1\n")
    exports.run()
    assert refused(exports) == {5: "duplicate_key", 6: "required_missing:client_name;duplicate_key"}


def test_rows_follow_a_quarantined_parent_down_and_do_not_count(exports: Exports):
    exports.write("partners.csv", "partner_id,partner_name\np1,\np2,Two\n")
    exports.write("contacts.csv", "contact_id,hub_id,full_name\nk1,h1,Ann\nk2,h2,Bo\n")
    report = exports.run()
    assert exports.quarantine() == [
        ("clients.csv", 2, "clients", "parent_quarantined"),
        ("contacts.csv", 2, "contacts", "parent_quarantined"),
        ("contract_lines.csv", 2, "contract_lines", "parent_quarantined"),
        ("contracts.csv", 2, "contracts", "parent_quarantined"),
        ("partners.csv", 2, "partners", "required_missing:partner_name"),
    ]
    assert report.tables["contracts"] == TableCounts("contracts", 2, 1, 0, 1, 0)
    assert report.tables["contracts"].refused_percent == 0
    assert report.tables["partners"].refused_percent == 50


def test_own_reasons_come_before_a_quarantined_parent(exports: Exports):
    exports.write("clients.csv", "hub_id,client_name,partner_id\nh1,,p1\nh2,Blue,p2\nh3,Cedar,\n")
    exports.write("contracts.csv", GOOD["contracts"].replace("USD", "XXX"))
    report = exports.run()
    assert ("contracts.csv", 2, "contracts", "unknown_currency") in exports.quarantine()
    assert (report.tables["contracts"].rows_refused, report.tables["contracts"].rows_following) == (1, 0)


def test_a_row_that_points_nowhere(exports: Exports):
    exports.write("clients.csv", GOOD["clients"] + "h4,Dune,p9\n")
    exports.write("contract_lines.csv", GOOD["contract_lines"] + "l3,c9,hub,Hub,1,1\n")
    exports.run()
    assert exports.quarantine() == [
        ("clients.csv", 5, "clients", "unknown_partner"),
        ("contract_lines.csv", 4, "contract_lines", "unknown_contract"),
    ]


def test_usage_and_history_may_name_accounts_that_are_gone(exports: Exports):
    exports.write("app_usage.csv", "hub_id,app,measured_on\ngone,CRM,2026-01-01\n")
    exports.write("consumption.csv", "hub_id,measured_on\ngone,2026-01-01\n")
    exports.write(
        "renewal_history.csv",
        "contract_id,hub_id,renewal_start_date,outcome,mrr_before,mrr_after,currency\n"
        "gone,gone,2025-01-01,renewed,1,1,USD\n",
    )
    exports.run()
    assert exports.quarantine() == []


def test_at_most_one_primary_contact_per_client(exports: Exports):
    exports.write(
        "contacts.csv",
        "contact_id,hub_id,full_name,is_primary\n"
        "k1,h1,Ann,true\nk2,h1,Bo,true\nk3,h1,Cy,false\nk4,h2,Di,true\nk5,h2,Ed,\nk4,h2,Di,true\n",
    )
    exports.run()
    assert refused(exports) == {2: "more_than_one_primary", 3: "more_than_one_primary"}
    assert [key for (key,) in exports.rows("contacts", "contact_id")] == ["k3", "k4", "k5"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        # c1 renews on 2027-01-01, has 1000 contacts and 5000 e-mails; c2 renews on 2027-02-01 and has no limits.
        (["x1,c1,renewal,2027-01-01,,", "x2,c1,renewal,2027-01-01,,"], ["more_than_one_renewal"] * 2),
        (["x1,c1,renewal,2027-01-01,,", "x2,c1,renewal,2026-11-23,,"], []),
        (["x1,c1,renewal,2027-01-02,,"], ["not_the_renewal_date"]),
        (["x1,c1,renewal,2026-11-24,,"], ["not_the_renewal_date"]),
        (["x1,c1,renewal,2026-11-23,,"], []),
        (["x1,c1,contact_tier_upgrade,2026-12-01,1000,"], ["not_above_contact_max"]),
        (["x1,c1,contact_tier_upgrade,2026-12-01,1001,"], []),
        (["x1,c1,contact_tier_upgrade,2026-11-23,1000,"], []),
        (["x1,c2,contact_tier_upgrade,2026-12-01,1,"], []),
        (["x1,c1,contact_tier_upgrade,2026-12-01,,9000"], ["new_contact_max_missing"]),
        (["x1,c1,email_overage,2026-12-01,,5000"], ["not_above_email_limit"]),
        (["x1,c1,email_overage,2026-12-01,,5001"], []),
        (["x1,c2,email_overage,2026-12-01,,1"], []),
        (["x1,c1,email_overage,2026-11-01,9,"], ["new_email_limit_missing"]),
        (["x1,c1,upgrade,2026-12-01,,"], ["unknown_contract_type"]),
        (["x1,c9,renewal,2026-12-01,,"], ["unknown_contract"]),
        (["c1:renewal,c1,renewal,2027-01-01,,"], []),
        (["c1:renewal,c1,email_overage,2026-12-01,,9000"], ["change_id_taken"]),
        (["c1:renewal,c2,renewal,2027-02-01,,"], ["change_id_taken"]),
        (["c1:renewal,c2,renewal,2026-02-01,,"], []),
        (["c9:renewal,c2,renewal,2027-02-01,,"], []),
    ],
)
def test_a_change_against_its_contract(exports: Exports, rows: list[str], expected: list[str]):
    exports.write("contract_changes.csv", CHANGES + "".join(f"{row}\n" for row in rows))
    exports.run()
    assert list(refused(exports).values()) == expected
    assert len(exports.rows("contract_changes")) == len(rows) - len(expected)


def test_every_reason_has_advice():
    from pipeline.ingest.contract.reasons import advice_for, catalogue
    from pipeline.tables.exports import EXPORTS

    assert advice_for("negative:quantity") == "give quantity a value of 0 or more"
    assert advice_for("duplicate_key").startswith("export each key once")
    for table in EXPORTS.values():
        for rule in table.rules:
            assert catalogue()[rule.code]
        for reference in table.references:
            assert reference.table in catalogue()[reference.code]
