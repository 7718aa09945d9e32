"""The views behind panel, cards, charts, news and totals, by value: each expectation is worked out here by hand."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import polars as pl
import pytest

from pipeline import rules
from pipeline.render.chart_shapes import pictures
from pipeline.render.layout import REPEATED, table_layout
from pipeline.settings import shown_columns
from pipeline.views.changes_since import Previous
from pipeline.views.document import Fact
from pipeline.views.locale_formats import Formats
from pipeline.views.page_data import MoneyShape, money_shape
from pipeline.views.partner_charts import BarPart, nice_ticks
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data


def view_of(changes, columns=rules.DEFAULT_COLUMNS, *, locale="en", previous=None, details=None):
    return partner_report(
        data.tables(changes, [data.figures()], **(details or {})),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(columns), locale=locale),
        previous=previous,
    )


def test_a_clients_panel_shows_its_own_rows_and_no_others():
    details = data.details()
    for name, rows in data.details("h0002").items():
        details[name] += [
            row | {"contact_id": "k9", "line_id": "l9"} if name != "client_consumption" else row for row in rows
        ]
    first, second = view_of([data.change(1, primary_contact_id="k2"), data.change(2)], details=details).clients
    assert (first.hub, second.hub) == ("h0001", "h0002")
    assert first.contacts == (
        ("Ada Park", "ada@client1.example", "–", "–"),
        ("Bo <i>Ek</i> (primary contact)", "–", "Head of Sales", "Nov 20, 2026"),
    )
    assert first.products == (
        ("Marketing Hub Professional", "2", "USD\xa07,200.00", "12.5% before Jan 20, 2027", "c0001"),
    )
    assert first.usage == (("Campaigns", "1,204", "Nov 21, 2026", "Nov 22, 2026"),)


@pytest.mark.parametrize(
    ("used", "share", "over"),
    [(1990, "100%", False), (2000, "100%", False), (2001, "100%", True), (0, "0%", False)],
)
def test_above_the_limit_is_said_from_the_first_unit_on(used, share, over):
    own = [{"partner_id": "p1", "hub_id": "h0001", "measured_on": data.AS_OF, "contacts_used": used}]
    (limit,) = view_of([data.change()], details={"client_consumption": own}).clients[0].limits
    assert (limit.share, limit.over, limit.limit) == (share, over, "2,000")


def test_an_estimate_is_explained_by_its_parts_that_are_not_zero():
    change = data.change(
        mrr_change_price=Decimal("70.50"), mrr_change_discount=Decimal("-20.00"), estimate_basis="price_book"
    )
    (shown,) = view_of([change]).clients[0].changes
    assert shown.before == Fact("MRR before the change", "USD\xa01,200.00")
    assert shown.parts == (Fact("Price", "+USD\xa070.50"), Fact("Ending discounts", "-USD\xa020.00"))
    assert shown.after == Fact("Estimated new MRR", "USD\xa01,250.50")
    assert shown.basis == "Priced from the price list."


def test_all_changes_of_a_client_are_in_its_panel():
    changes = [
        data.change(1),
        data.change(2, hub_id="h0001", contract_type="contact_tier_upgrade", new_contact_max=5000),
    ]
    (client,) = view_of(changes).clients
    assert [change.title for change in client.changes] == [
        "Renewal · Jan 20, 2027",
        "Contact tier upgrade · Jan 20, 2027",
    ]
    assert Fact("New contact max", "5,000") in client.changes[1].facts


def test_totals_keep_currencies_apart_and_count_each_figure_as_rule_10_says():
    changes = [
        data.change(1, mrr_before=Decimal(100), mrr_change=Decimal(1)),
        data.change(
            2, mrr_before=Decimal(200), mrr_change=Decimal(2), status_basis="requested", status="cancellation_requested"
        ),
        data.change(
            3,
            mrr_before=Decimal(400),
            mrr_change=Decimal(4),
            status_basis="requested_late",
            status="cancellation_requested",
        ),
        data.change(4, mrr_before=Decimal(800), mrr_change=Decimal(8), contract_type="contact_tier_upgrade"),
        data.change(5, currency="JPY", mrr_before=Decimal(7), mrr_change=Decimal(-7)),
    ]
    lines = view_of(changes).totals.lines
    assert [line.texts for line in lines] == [
        ("1", "JPY\xa07", "JPY\xa07", "-JPY\xa07"),
        ("4", "USD\xa0700.00", "USD\xa0300.00", "+USD\xa015.00"),
    ]


def test_a_chart_has_a_bar_for_every_month_and_a_part_for_every_status():
    day = date(2026, 12, 15)
    changes = [
        data.change(1, renewal_start_date=day, mrr_before=Decimal(300)),
        data.change(2, renewal_start_date=day, mrr_before=Decimal(100), status="renewed", status_basis="agreed"),
        data.change(
            3,
            renewal_start_date=date(2027, 2, 1),
            mrr_before=Decimal(50),
            status="renewed",
            status_basis="auto_renewed",
        ),
        data.change(4, renewal_start_date=day, mrr_before=Decimal(999), contract_type="email_overage"),
    ]
    (chart,) = view_of(changes).charts
    assert [bar.label for bar in chart.bars] == ["Dec 2026", "Jan 2027", "Feb 2027"]
    assert [tick.text for tick in chart.ticks] == ["0", "100", "200", "300", "400"]
    assert chart.bars[0].parts == (BarPart("agreed", 0.25), BarPart("pending", 0.75))
    assert chart.bars[1].parts == ()
    assert [entry.label for entry in chart.legend] == ["Agreed", "Auto-renewed", "Pending"]
    assert "Dec 2026 USD\xa0400.00 (Agreed USD\xa0100.00, Pending USD\xa0300.00)" in chart.alt


def test_each_currency_has_its_own_chart_and_nothing_to_show_has_none():
    charts = view_of([data.change(1, currency="JPY"), data.change(2), data.change(3)]).charts
    assert [chart.currency for chart in charts] == ["USD", "JPY"]
    assert view_of([data.change(contract_type="email_overage")]).charts == ()
    assert view_of([data.change(mrr_before=Decimal(0))]).charts == ()


@pytest.mark.parametrize(
    ("highest", "ticks"),
    [
        ("0", []),
        ("400", [0, 100, 200, 300, 400]),
        ("401", [0, 200, 400, 600]),
        ("0.37", ["0.0", "0.1", "0.2", "0.3", "0.4"]),
        ("10800", [0, 5000, 10000, 15000]),
    ],
)
def test_ticks_are_round_and_reach_the_highest_bar(highest, ticks):
    found = nice_ticks(Decimal(highest))
    assert found == [Decimal(tick) for tick in ticks]
    assert not found or found[-1] >= Decimal(highest)


def test_no_bar_leaves_the_picture():
    for chart in pictures(view_of(data.varied(60))).charts:
        for bar in chart.bars:
            assert all(float(part.y) >= 0 for part in bar.parts)
            assert all(float(part.x) + float(part.width) <= float(chart.width) for part in bar.parts)


def test_the_timeline_counts_pending_deadlines_from_today_on():
    days = {0: "pending", 6: "pending", 7: "pending", 30: "pending", -1: "pending", 3: "renewed"}
    changes = [
        data.change(number, status=status, renewal_deadline=data.AS_OF + timedelta(days=day))
        for number, (day, status) in enumerate(days.items())
    ]
    timeline = view_of(changes).timeline
    assert [step.count for step in timeline.steps] == [2, 1, 0, 0, 1]
    # Today and the next 14 days, of five weeks.
    assert timeline.soon == 15 / 35
    assert view_of([data.change(status="renewed")]).timeline is None


def test_what_changed_is_said_in_the_reports_words():
    columns = ("client_name", "what", "before", "after")
    found = [
        ("A", "new", None, "pending (awaiting)"),
        ("B", "gone", "renewed (auto_renewed)", None),
        ("C", "renewal_deadline", "2026-12-01", "2026-12-24"),
        ("D", "estimated_new_mrr", "100.0000", "95.5000"),
    ]
    frame = pl.DataFrame(found, schema=columns, orient="row").with_columns(currency=pl.lit("USD"))
    news = view_of([data.change()], previous=Previous(frame, date(2026, 11, 22))).changes_since
    assert news.title == "Changed since Nov 22, 2026"
    assert news.lines == (
        ("A", "New", "–", "Pending"),
        ("B", "No longer listed", "Renewed (automatic)", "–"),
        ("C", "Renewal deadline", "Dec 1, 2026", "Dec 24, 2026"),
        ("D", "Estimated new MRR", "USD\xa0100.00", "USD\xa095.50"),
    )
    assert [count.text for count in news.counts] == ["1", "1", "1", "1"]
    many = view_of([], previous=Previous(pl.concat([frame] * 20), date(2026, 11, 22))).changes_since
    assert (len(many.lines), many.more) == (40, "And 40 more.")
    assert (
        view_of([], previous=Previous(frame.clear(), date(2026, 11, 22))).changes_since.none
        == "Nothing changed since then."
    )
    assert view_of([]).changes_since is None


def test_sums_in_the_browser_are_written_like_amounts():
    assert money_shape(Formats("en"), "USD").minus == ("-USD\xa0", "")
    assert money_shape(Formats("de"), "KWD") == MoneyShape(
        plain=("", "\xa0KWD"), negative=("-", "\xa0KWD"), plus=("+", "\xa0KWD"), minus=("-", "\xa0KWD"), decimals=3
    )


def test_very_many_columns_stand_in_groups_that_begin_alike():
    view = view_of(data.varied(8), rules.ADDABLE_COLUMNS, locale="de")
    groups = table_layout(view.table).groups
    assert len(groups) > 1
    names = [[view.table.columns[place].name for place in group.places] for group in groups]
    assert all(set(REPEATED) <= set(group) for group in names)
    assert {name for group in names for name in group} == {column.name for column in view.table.columns}
    assert all(abs(sum(group.widths) - 100) < 0.1 for group in groups)
    assert len(table_layout(view_of(data.varied(8)).table).groups) == 1
