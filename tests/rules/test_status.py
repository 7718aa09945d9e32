"""Rule 4: the status of a change and what it rests on.

The article: until the deadline a renewal is Pending; after it, without a word from the client, the contract renews
(Renewed); upgrades and overages are Confirmed once agreed; a client may have asked to cancel (Cancellation requested).
`status_basis` keeps apart what shares a label.

Every table is seen on 23 November 2026. What a table does not draw: it is the renewal of a contract that renews
automatically, whose term began on 31 January 2026 and whose deadline, 17 December 2026, lies ahead; nobody has agreed
or cancelled.
"""

from __future__ import annotations

from pipeline import rules, transform
from pipeline.transform import deadlines, status
from tests.frames import CHANGE, assert_rule, assert_shows, export
from tests.rules.runs import AS_OF

STATUS = (status.status_basis(as_of=AS_OF), status.status())


def test_day_45_is_still_pending_and_day_44_is_renewed():
    # The article's own boundary. With 45 days' notice, 45 days before the start is the last day to act.
    assert_rule(
        CHANGE,
        """
        change_id | effective_date | notice_days || status  | status_basis
        day_46    | 2027-01-08     | 45          || pending | awaiting
        day_45    | 2027-01-07     | 45          || pending | awaiting
        day_44    | 2027-01-06     | 45          || renewed | auto_renewed
        """,
        deadlines.renewal_deadline(),
        *STATUS,
    )


def test_without_a_word_a_renewal_waits_until_its_deadline_and_then_renews_or_lapses():
    # Silence renews a contract that renews automatically. One that does not is still Pending, but lapsing: as things
    # stand it ends. Upgrades and overages have nothing that silence could confirm.
    assert_rule(
        CHANGE,
        """
        contract_type        | auto_renews | renewal_deadline || status  | status_basis
        renewal              | true        | 2026-11-24       || pending | awaiting
        # the deadline is the last day to act
        renewal              | true        | 2026-11-23       || pending | awaiting
        renewal              | true        | 2026-11-22       || renewed | auto_renewed
        renewal              | false       | 2026-11-24       || pending | awaiting
        renewal              | false       | 2026-11-23       || pending | awaiting
        renewal              | false       | 2026-11-22       || pending | lapsing
        contact_tier_upgrade | true        | 2026-11-22       || pending | awaiting
        contact_tier_upgrade | false       | 2026-11-22       || pending | awaiting
        email_overage        | true        | 2026-11-22       || pending | awaiting
        email_overage        | false       | 2026-11-22       || pending | awaiting
        """,
        *STATUS,
    )


def test_silence_renews_also_a_monthly_contract_whose_deadline_lay_before_its_term():
    # The rule asks only whether the deadline has passed.
    assert_rule(
        CHANGE,
        """
        term_start_date | renewal_deadline | auto_renews || status  | status_basis
        2026-11-01      | 2026-10-17       | true        || renewed | auto_renewed
        2026-11-01      | 2026-10-17       | false       || pending | lapsing
        """,
        *STATUS,
    )


def test_an_agreement_renews_a_renewal_and_confirms_an_upgrade_or_overage():
    # Before or after the deadline, and whether or not the contract renews automatically.
    assert_rule(
        CHANGE,
        """
        contract_type        | auto_renews | agreed_on  | renewal_deadline || status    | status_basis
        renewal              | true        | 2026-11-01 | 2026-12-17       || renewed   | agreed
        renewal              | true        | 2026-11-20 | 2026-11-10       || renewed   | agreed
        renewal              | false       | 2026-11-01 | 2026-12-17       || renewed   | agreed
        renewal              | false       | 2026-11-20 | 2026-11-10       || renewed   | agreed
        contact_tier_upgrade | true        | 2026-11-01 | 2026-12-17       || confirmed | agreed
        contact_tier_upgrade | false       | 2026-11-20 | 2026-11-10       || confirmed | agreed
        email_overage        | true        | 2026-11-01 | 2026-12-17       || confirmed | agreed
        """,
        *STATUS,
    )


def test_the_newest_of_agreement_and_cancellation_wins_and_on_one_day_the_cancellation():
    # The deadline lies ahead, so every cancellation here is in time.
    assert_rule(
        CHANGE,
        """
        contract_type        | agreed_on  | cancellation_requested_on || status                 | status_basis
        renewal              |            | 2026-11-10                || cancellation_requested | requested
        renewal              | 2026-11-10 | 2026-11-11                || cancellation_requested | requested
        renewal              | 2026-11-10 | 2026-11-10                || cancellation_requested | requested  # same day
        renewal              | 2026-11-11 | 2026-11-10                || renewed                | agreed
        contact_tier_upgrade | 2026-11-10 | 2026-11-10                || cancellation_requested | requested
        contact_tier_upgrade | 2026-11-11 | 2026-11-10                || confirmed              | agreed
        email_overage        | 2026-11-10 | 2026-11-11                || cancellation_requested | requested
        """,
        *STATUS,
    )


def test_an_agreement_of_tomorrow_does_not_exist_yet():
    assert_rule(
        CHANGE,
        """
        contract_type        | agreed_on  | renewal_deadline || status    | status_basis
        renewal              | 2026-11-23 | 2026-12-17       || renewed   | agreed
        renewal              | 2026-11-24 | 2026-12-17       || pending   | awaiting
        # silence had renewed it already
        renewal              | 2026-11-24 | 2026-11-10       || renewed   | auto_renewed
        contact_tier_upgrade | 2026-11-23 | 2026-12-17       || confirmed | agreed
        contact_tier_upgrade | 2026-11-24 | 2026-12-17       || pending   | awaiting
        """,
        *STATUS,
    )


def test_a_cancellation_of_tomorrow_does_not_exist_yet():
    assert_rule(
        CHANGE,
        """
        agreed_on  | cancellation_requested_on | renewal_deadline || status                 | status_basis
                   | 2026-11-23                | 2026-12-17       || cancellation_requested | requested
                   | 2026-11-24                | 2026-12-17       || pending                | awaiting
                   | 2026-11-24                | 2026-11-10       || renewed                | auto_renewed
        2026-11-10 | 2026-11-24                | 2026-12-17       || renewed                | agreed
        # the agreement is not known yet
        2026-11-24 | 2026-11-10                | 2026-12-17       || cancellation_requested | requested
        2026-11-24 | 2026-11-24                | 2026-12-17       || pending                | awaiting
        """,
        *STATUS,
    )


def test_a_cancellation_after_silence_had_renewed_the_contract_is_too_late():
    # Ours: the deadline is the last day on which the terms can be altered; the day after it, silence has renewed.
    assert_rule(
        CHANGE,
        """
        cancellation_requested_on | renewal_deadline || status                 | status_basis
        2026-11-09                | 2026-11-10       || cancellation_requested | requested
        # on the deadline itself: in time
        2026-11-10                | 2026-11-10       || cancellation_requested | requested
        2026-11-11                | 2026-11-10       || cancellation_requested | requested_late  # the label is the same
        2026-11-23                | 2026-11-22       || cancellation_requested | requested_late
        """,
        *STATUS,
    )


def test_silence_cannot_have_renewed_a_contract_whose_deadline_lay_before_its_term():
    # Monthly contracts with 45 days' notice: nobody could have cancelled in time, so a cancellation is never too late.
    assert_rule(
        CHANGE,
        """
        term_start_date | renewal_deadline | agreed_on  | cancellation_requested_on || status_basis
        2026-11-01      | 2026-10-17       |            | 2026-11-20                || requested
        2026-10-18      | 2026-10-17       |            | 2026-11-20                || requested
        # one day of the term to act on: enough
        2026-10-17      | 2026-10-17       |            | 2026-11-20                || requested_late
        # agreed terms are settled all the same
        2026-11-01      | 2026-10-17       | 2026-11-02 | 2026-11-20                || requested_late
        """,
        *STATUS,
    )


def test_without_automatic_renewal_a_cancellation_is_too_late_only_after_an_agreement():
    # Nothing had renewed the contract, so there is nothing that the cancellation comes too late for.
    assert_rule(
        CHANGE,
        """
        auto_renews | agreed_on  | cancellation_requested_on | renewal_deadline || status_basis
        false       |            | 2026-11-11                | 2026-11-10       || requested
        false       | 2026-11-01 | 2026-11-10                | 2026-11-10       || requested
        false       | 2026-11-01 | 2026-11-11                | 2026-11-10       || requested_late
        # agreed after the deadline, but agreed
        false       | 2026-11-12 | 2026-11-15                | 2026-11-10       || requested_late
        # same day: the cancellation wins, too late
        false       | 2026-11-15 | 2026-11-15                | 2026-11-10       || requested_late
        # the agreement is of tomorrow
        false       | 2026-11-24 | 2026-11-15                | 2026-11-10       || requested
        """,
        *STATUS,
    )


def test_silence_settles_no_upgrade_or_overage_so_only_an_agreed_one_can_be_cancelled_too_late():
    assert_rule(
        CHANGE,
        """
        contract_type        | agreed_on  | cancellation_requested_on | renewal_deadline || status_basis
        contact_tier_upgrade |            | 2026-11-11                | 2026-11-10       || requested
        contact_tier_upgrade | 2026-11-01 | 2026-11-10                | 2026-11-10       || requested
        contact_tier_upgrade | 2026-11-01 | 2026-11-11                | 2026-11-10       || requested_late
        contact_tier_upgrade | 2026-11-23 | 2026-11-23                | 2026-11-10       || requested_late
        # the agreement is of tomorrow
        contact_tier_upgrade | 2026-11-24 | 2026-11-23                | 2026-11-10       || requested
        email_overage        |            | 2026-11-11                | 2026-11-10       || requested
        email_overage        | 2026-11-01 | 2026-11-11                | 2026-11-10       || requested_late
        """,
        *STATUS,
    )


def test_an_agreement_after_a_late_cancellation_wins_again():
    assert_rule(
        CHANGE,
        """
        cancellation_requested_on | agreed_on  | renewal_deadline || status  | status_basis
        2026-11-11                | 2026-11-12 | 2026-11-10       || renewed | agreed
        """,
        *STATUS,
    )


def test_a_contract_that_does_not_say_renews_automatically():
    # All three deadlines passed yesterday: 45 days before 6 January is 22 November.
    got = transform.build(
        export(
            contracts="""
            contract_id | renewal_start_date | auto_renews
            silent      | 2027-01-06         |
            yes         | 2027-01-06         | true
            no          | 2027-01-06         | false
            """
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        contract_id | status  | status_basis
        silent      | renewed | auto_renewed
        yes         | renewed | auto_renewed
        no          | pending | lapsing
        """,
    )


def test_the_facts_of_a_renewals_own_row_reach_its_status():
    # 45 days before 31 January is 17 December: the cancellation of 20 November is in time, agreed or not.
    got = transform.build(
        export(
            contract_changes="""
            change_id | contract_id | contract_type | agreed_on  | cancellation_requested_on
            kept      | a           | renewal       | 2026-11-20 | 2026-11-01
            dropped   | b           | renewal       | 2026-11-01 | 2026-11-20
            """
        ),
        as_of=AS_OF,
    )
    assert_shows(
        got["upcoming_renewals"],
        """
        change_id | status                 | status_basis
        kept      | renewed                | agreed
        dropped   | cancellation_requested | requested
        """,
    )


def test_the_status_table_of_the_rules_is_complete():
    # What each label can rest on. Silence and agreement share "Renewed" and are told apart by the basis only.
    assert rules.STATUS_BASES == {
        "pending": ("awaiting", "lapsing"),
        "renewed": ("agreed", "auto_renewed"),
        "confirmed": ("agreed",),
        "cancellation_requested": ("requested", "requested_late"),
    }
    assert tuple(rules.STATUS_BASES) == rules.STATUSES
