"""The pictures: every bar has its label and its total, none runs into the next one, in HTML as on paper."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from pipeline import rules
from pipeline.render.chart_shapes import HALF, WIDE, LabelShape, pictures
from pipeline.render.html import report_html
from pipeline.render.pdf import report_page
from pipeline.settings import shown_columns
from pipeline.views.partner_charts import MOST_MONTHS
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data

LETTER, LINE = 3.3, 6.0
"""The least that a letter or digit of size 7 takes along its line and across it, in points."""


def month_after(number: int) -> date:
    return date(2026 + (11 + number) // 12, (11 + number) % 12 + 1, 15)


def view_of(months: int, currencies: tuple[str, ...] = ("USD",), locale: str = "en", amount: str = "1234567.0000"):
    changes = [
        data.change(
            number,
            currency=currency,
            renewal_start_date=month_after(number),
            mrr_before=Decimal(amount) * (number + 1),
        )
        for currency in currencies
        for number in range(months)
    ]
    return partner_report(
        data.tables(changes, [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(rules.DEFAULT_COLUMNS), locale=locale),
    )


def extent(label: LabelShape) -> tuple[float, float]:
    """From where to where a label reaches from left to right."""
    x, length = float(label.x), LETTER * len(label.text)
    return (x - LINE, x) if label.turn else (x - length / 2, x + length / 2)


@pytest.mark.parametrize("locale", ["en", "de", "fr", "ja", "pt-BR"])
@pytest.mark.parametrize("currencies", [("USD",), ("USD", "EUR", "JPY")])
@pytest.mark.parametrize("months", [1, 4, 5, 12, 24, 25, 36, MOST_MONTHS])
def test_every_bar_has_its_label_and_none_runs_into_the_next(months, currencies, locale):
    view = view_of(months, currencies, locale)
    for chart, shapes in zip(view.charts, pictures(view).charts, strict=True):
        assert [bar.label.text for bar in shapes.bars] == [bar.label for bar in chart.bars]
        assert [bar.total.text for bar in shapes.bars] == [bar.total for bar in chart.bars]
        assert len(shapes.bars) == months
        assert all(bar.label.text and bar.total.text for bar in shapes.bars)
        for kind in ("label", "total"):
            places = [extent(getattr(bar, kind)) for bar in shapes.bars]
            scale = float(shapes.size) / 7
            assert all(start - end > -LINE * (1 - scale) - 0.2 for (_, end), (start, _) in pairwise(places)), (
                kind,
                places,
            )


def test_labels_stay_inside_their_picture():
    view = view_of(36, ("USD", "EUR"), amount="99999999999.0000")
    for shapes in pictures(view).charts:
        for bar in shapes.bars:
            label, total = bar.label, bar.total
            assert float(total.y) - LETTER * len(total.text) >= 0
            assert float(label.y) + LETTER * len(label.text) <= float(shapes.height)


def test_few_bars_stand_two_pictures_beside_each_other_and_many_take_the_width():
    widths = [float(shapes.width) for shapes in pictures(view_of(12, ("USD", "EUR"))).charts]
    assert widths == [HALF, HALF]
    widths = [float(shapes.width) for shapes in pictures(view_of(30, ("USD", "EUR"))).charts]
    assert widths == [WIDE, WIDE]


def test_very_many_months_are_summed_by_quarter():
    view = view_of(MOST_MONTHS + 1, amount="100.0000")
    (chart,) = view.charts
    # December 2026 alone is the first quarter's bar; then whole quarters of 2 + 3 + 4, 5 + 6 + 7, … hundred.
    assert [bar.label for bar in chart.bars][:3] == ["Q4 2026", "Q1 2027", "Q2 2027"]
    assert [bar.total for bar in chart.bars][:3] == ["100.00", "900.00", "1,800.00"]
    assert len(chart.bars) == 21
    assert "by quarter" in chart.title
    assert "by month" in view_of(MOST_MONTHS, amount="100.0000").charts[0].title


@pytest.mark.parametrize("make", [report_html, report_page])
def test_page_and_paper_write_every_label(make):
    view = view_of(14)
    page = make(view)
    written = re.findall(r'<text class="(axis|total)"[^>]*font-size[^>]*>([^<]*)</text>', page)
    assert [text for kind, text in written if kind == "axis"] == [bar.label for bar in view.charts[0].bars]
    assert [text for kind, text in written if kind == "total"] == [bar.total for bar in view.charts[0].bars]
