"""The PDF as a reader, a screen reader and an archive see it: pages, text, tags, language, equal bytes."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pdfua
import pikepdf
import polars as pl
import pytest
from weasyprint.urls import FatalURLFetchingError

from pipeline import rules
from pipeline.brand import as_address
from pipeline.render.bulk_pdf import bulk_pdf
from pipeline.render.environment import templates_folder
from pipeline.render.layout import MARGIN_MM, PAGES, POINTS_PER_MM, table_layout
from pipeline.render.pdf import BundledFonts, report_pdf
from pipeline.render.xlsx import report_xlsx
from pipeline.settings import shown_columns
from pipeline.views.changes_since import Previous
from pipeline.views.document import Brand
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data
from tests.test_brand import png

needs_pdftotext = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")


def view_of(changes, columns=rules.DEFAULT_COLUMNS, **partner):
    return partner_report(
        data.tables(changes, [data.figures()]),
        partner=data.PARTNER | partner,
        run=data.RUN,
        choices=SettledChoices(shown_columns(columns)),
    )


def opened(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))


def text_of(pdf: bytes) -> str:
    """The text in reading order, with line breaks and runs of spaces as one space."""
    done = subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True)
    return re.sub(r"\s+", " ", done.stdout.decode())


@pytest.fixture(scope="module")
def long_report() -> bytes:
    return report_pdf(view_of(data.varied(60)))


def test_title_language_and_tags(long_report):
    with opened(long_report) as pdf:
        assert pdf.Root.Lang == "en"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.docinfo["/Title"] == "Upcoming client renewals · Northlight Partners · Nov 23, 2026"
        metadata = pdf.open_metadata()
        assert (metadata["pdfuaid:part"], metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("1", "3", "A")


def test_the_workbook_is_inside():
    view = view_of(data.varied(5))
    with opened(report_pdf(view)) as pdf:
        assert pdf.attachments["report.xlsx"].get_file().read_bytes() == report_xlsx(view)
        assert pdf.attachments["report.xlsx"].get_file().mime_type.endswith("spreadsheetml.sheet")
        assert len(pdf.Root.AF) == 1


def full_report() -> bytes:
    """Every part that a report can have: what changed, cards, a logo, groups of columns, and a mirrored page."""
    findings = [{"client_name": "C", "currency": "USD", "what": "new", "before": None, "after": "pending (awaiting)"}]
    return report_pdf(
        partner_report(
            data.tables(data.varied(6), [data.figures()], **data.details("h0000")),
            partner=data.PARTNER,
            run=data.RUN,
            previous=Previous(pl.DataFrame(findings), data.AS_OF),
            choices=SettledChoices(
                shown_columns(rules.ADDABLE_COLUMNS),
                locale="ar",
                cards=True,
                brand=Brand(colour="#16a34a", logo=as_address(png())),
            ),
        )
    )


def test_the_checks_that_exist_as_a_package_find_nothing(tmp_path, long_report):
    # A smoke test: pdfua knows 16 of the 106 rules of PDF/UA-1 that a machine can check.
    for name, content in (("long", long_report), ("full", full_report())):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(content)
        assert [finding for outcome in pdfua.validate(str(path)).outcomes for finding in outcome.findings] == [], name


def test_bookmarks_name_the_parts(long_report):
    with opened(long_report) as pdf, pdf.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Northlight Partners"]
        assert [item.title for item in outline.root[0].children] == ["Key figures", "Upcoming changes", "Definitions"]


def test_every_header_cell_says_that_it_heads_a_column(long_report):
    with opened(long_report) as pdf:
        heads = [o for o in pdf.objects if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/TH"]
        assert len(heads) >= 6
        assert {str(head.A.Scope) for head in heads} == {"/Column"}


@needs_pdftotext
def test_every_page_repeats_the_header_and_counts_itself(long_report):
    text = text_of(long_report)
    with opened(long_report) as pdf:
        pages = len(pdf.pages)
    assert 3 <= pages <= 5
    assert all(f"Page {page} of {pages}" in text for page in range(1, pages + 1))
    assert text.count("Primary client contact") >= pages - 1


@needs_pdftotext
def test_all_values_of_the_view_are_on_the_pages(long_report):
    text = text_of(long_report).replace(" ", "")
    for row in view_of(data.varied(60)).table.rows:
        for cell in row.cells[1:]:
            assert cell.text.replace(" ", "") in text


def test_equal_views_give_equal_bytes_and_other_views_do_not():
    changes = data.varied(4)
    assert report_pdf(view_of(changes)) == report_pdf(view_of(changes))
    assert report_pdf(view_of(changes)) != report_pdf(view_of(changes[:3]))


def test_every_glyph_comes_from_a_bundled_font():
    with opened(report_pdf(view_of(data.varied(24)))) as pdf:
        fonts = {
            str(o.BaseFont).split("+")[-1]
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"
        }
    assert fonts
    assert all(font.startswith("Renewals") for font in fonts)


@needs_pdftotext
@pytest.mark.parametrize("columns", [rules.DEFAULT_COLUMNS, rules.ADDABLE_COLUMNS[:10], rules.ADDABLE_COLUMNS])
def test_no_word_leaves_the_page_however_many_columns(columns):
    pdf = report_pdf(view_of(data.varied(6), columns))
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    for page in re.split(r"<page ", done)[1:]:
        width = float(page.partition('width="')[2].partition('"')[0])
        ends = [float(end) for end in re.findall(r'xMax="([0-9.]+)"', page)]
        assert max(ends) <= width - 12 * 72 / 25.4 + 1


def test_a_status_in_ideographs_stays_on_one_line():
    # A line may break between any two ideographs, but nobody reads a status in two halves.
    view = partner_report(
        data.tables(data.varied(12), [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(rules.ADDABLE_COLUMNS[:15]), locale="ja"),
    )
    place = [column.name for column in view.table.columns].index("status")
    longest = max((row.cells[place].text for row in view.table.rows), key=len)
    layout = table_layout(view.table)
    group = next(group for group in layout.groups if place in group.places)
    width_mm = next(width for page, width, _ in PAGES if page == layout.page) - 2 * MARGIN_MM
    width = group.widths[group.places.index(place)] / 100 * width_mm * POINTS_PER_MM
    assert longest == "解約申請済み（期限後）"
    assert width >= len(longest) * layout.type_size


def test_the_first_page_stands_upright_and_a_wide_table_lies():
    def upright(columns):
        with opened(report_pdf(view_of([data.change()], columns))) as pdf:
            sizes = [[float(side) for side in page.mediabox[2:]] for page in pdf.pages]
        return [width < height for width, height in sizes]

    assert all(upright(rules.DEFAULT_COLUMNS))
    wide = upright(rules.ADDABLE_COLUMNS)
    assert wide[0]
    assert not any(wide[1:])


@needs_pdftotext
def test_no_page_is_left_almost_empty():
    # Few lines on a page of their own: of what changed before a table that lies, or of the definitions at the end.
    for rows, columns in ((10, rules.ADDABLE_COLUMNS[:3]), (24, rules.ADDABLE_COLUMNS), (11, rules.DEFAULT_COLUMNS)):
        findings = [
            {"client_name": "C", "currency": "USD", "what": "new", "before": None, "after": "pending (awaiting)"}
        ]
        view = partner_report(
            data.tables([row | {"currency": "USD"} for row in data.varied(rows)], [data.figures()]),
            partner=data.PARTNER,
            run=data.RUN,
            previous=Previous(pl.DataFrame(findings * 12), data.AS_OF),
            choices=SettledChoices(shown_columns(columns)),
        )
        text = subprocess.run(
            ["pdftotext", "-layout", "-", "-"], input=report_pdf(view), capture_output=True, check=True
        ).stdout.decode()
        lines = [len([line for line in page.splitlines() if line.strip()]) for page in text.split("\f")[:-1]]
        assert min(lines) >= 9, lines


@needs_pdftotext
def test_a_page_for_readers_from_right_to_left_is_mirrored():
    view = partner_report(
        data.tables(data.varied(4), [data.figures()]),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(rules.DEFAULT_COLUMNS), locale="ar"),
    )
    assert (view.document.direction, view.document.language, view.document.title) == (
        "rtl",
        "en",
        "Upcoming client renewals",
    )
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=report_pdf(view), capture_output=True, check=True)
    # Of the second column and of the third one.
    places = {word: float(x) for x, word in re.findall(r'xMin="([0-9.]+)"[^>]*>(\w+)<', done.stdout.decode())}
    assert places["HubSpot"] > places["Maximilian"]


def test_the_shorter_style_of_a_page_changes_no_byte(monkeypatch):
    # It overrides something that WeasyPrint does not promise to keep.
    from weasyprint import HTML

    from pipeline.render import pdf

    view = partner_report(
        data.tables(data.varied(6), [data.figures()], **data.details("h0000")),
        partner=data.PARTNER,
        run=data.RUN,
        choices=SettledChoices(shown_columns(rules.DEFAULT_COLUMNS), cards=True),
    )
    shorter = report_pdf(view)
    monkeypatch.setattr(pdf, "_ReportPage", HTML)
    assert report_pdf(view) == shorter


@needs_pdftotext
def test_nothing_upcoming_is_one_page_that_says_so():
    pdf = report_pdf(view_of([]))
    with opened(pdf) as document:
        assert len(document.pages) == 1
    assert "Nothing upcoming. No contract of your clients changes" in text_of(pdf)


def words_of(pdf: bytes) -> list[list[tuple[str, float, float]]]:
    """Each page's words with the upper and the lower edge of their line, in points from the top."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
    found = re.compile(r'yMin="([0-9.]+)" xMax="[0-9.]+" yMax="([0-9.]+)">(.*?)</word>')
    pages = done.stdout.decode().split("<page ")[1:]
    return [[(word, float(top), float(foot)) for top, foot, word in found.findall(page)] for page in pages]


@needs_pdftotext
@pytest.mark.parametrize("make", [report_pdf, bulk_pdf])
@pytest.mark.parametrize(
    "name",
    [
        "Title " * 12,  # two lines
        "Title " * 30,
        "Title " * 500,
        "株式会社東京マーケティング研究所・大阪デジタルコミュニケーション事業本部西日本統括営業部 Title",
        "Title\u2028Title\x0bTitle",
    ],
)
def test_a_title_of_several_lines_does_not_run_into_the_subtitle(make, name):
    first = words_of(make(view_of([data.change()], partner_name=name)))[0]
    subtitle = min(top for word, top, _ in first if word == "Changes")
    key_figures = min(top for word, top, _ in first if word == "figures")
    title = [foot for word, top, foot in first if "Title" in word and top < key_figures]
    assert title
    assert max(title) <= subtitle + 3  # lines of type overlap by their empty edges only


@needs_pdftotext
@pytest.mark.parametrize(
    "name",
    ["A very long name " * 250, "x" * 4000, "株式会社東京" * 500, "\U0001f680" * 700],
    ids=["words", "word", "cjk", "codes"],
)
def test_the_head_stands_on_every_page_also_beside_a_row_taller_than_a_page(name):
    view = view_of([data.change(1), data.change(2, client_name=name), *(data.change(n) for n in range(3, 20))])
    pages = words_of(report_pdf(view))
    last = max(number for number, words in enumerate(pages) if any(word == "Client" for word, *_ in words))
    assert last >= 2
    with_table = pages[1 : last + 1]
    assert all({"Communication", "Renewal"} <= {word for word, *_ in words} for words in with_table)
    # And no page before holds a heading alone.
    assert all(len(words) > 40 for words in pages[: last + 1])


@needs_pdftotext
def test_endless_names_wrap_and_nothing_is_lost():
    name = "word " * 300 + "x" * 300
    changes = [data.change(n, client_name=f"{n} {name}") for n in range(3)]
    pdf = report_pdf(view_of(changes, partner_name=name))
    assert text_of(pdf).replace(" ", "").count("word" * 20) >= 4


@needs_pdftotext
def test_hostile_text_is_text(tmp_path: Path):
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET-CONTENT")
    attacks = [
        f'<img src="{secret.as_uri()}">',
        f'<link rel=attachment href="{secret.as_uri()}">',
        "<style>@import url(http://attacker.example/x.css)</style>",
        "{{ 7 * 7 }} {% raw %}",
        '"><svg><image href="http://attacker.example/"/></svg>',
    ]
    changes = [
        data.change(n, client_name=attack, renewal_deadline=data.AS_OF + timedelta(days=n))
        for n, attack in enumerate(attacks)
    ]
    pdf = report_pdf(view_of(changes, partner_name=attacks[0]))
    text = text_of(pdf).replace(" ", "")
    assert all(attack.replace(" ", "") in text for attack in attacks[2:])
    assert "TOP-SECRET" not in text
    with opened(pdf) as document:
        assert list(document.attachments) == ["report.xlsx"]


def test_only_bundled_fonts_are_served():
    fetch = BundledFonts()
    assert fetch("bundled:sans-regular.otf").read()[:4] == b"OTTO"
    for url in ("file:///etc/passwd", "http://attacker.example/", "bundled:../OFL.txt", "data:text/plain,x"):
        with pytest.raises(ValueError, match="not bundled"):
            fetch(url)


def test_a_page_that_asks_for_something_else_is_never_made():
    from weasyprint import HTML

    with pytest.raises(FatalURLFetchingError):
        HTML(string="<img src='http://attacker.example/x.png'>", url_fetcher=BundledFonts()).write_pdf()


def test_fonts_have_private_names_and_their_licences_beside_them():
    from fontTools.ttLib import TTFont

    fonts = [path for path in (templates_folder() / "fonts").iterdir() if path.suffix in (".otf", ".ttf")]
    for path in fonts:
        with TTFont(path, lazy=True) as font:
            assert font["name"].getDebugName(1).startswith("Renewals ")
    assert sum(path.stat().st_size for path in fonts) < 6_000_000
    assert {"OFL.txt", "DEJAVU.txt"} <= {path.name for path in (templates_folder() / "fonts").iterdir()}
