"""What stands on paper for characters that the bundled fonts lack, for marks, controls and turned directions."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import unicodedata

import pikepdf
import pytest

from pipeline import rules
from pipeline.render import characters
from pipeline.render.characters import home, on_paper
from pipeline.render.environment import bundled_text
from pipeline.render.html import report_html
from pipeline.render.pdf import report_page, report_pdf
from pipeline.settings import shown_columns
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.conftest import CASES
from tests.render import report_data as data

ROCKET, BENGALI, NONCHARACTER = "\U0001f680", "\u09a6", "\uffff"


def view_of(names, locale="en", **partner):
    return partner_report(
        data.tables([data.change(n, client_name=name) for n, name in enumerate(names)], [data.figures()]),
        partner=data.PARTNER | partner,
        run=data.RUN,
        choices=SettledChoices(shown_columns(rules.DEFAULT_COLUMNS), locale=locale),
    )


@pytest.mark.parametrize(
    ("text", "written"),
    [
        # No bundled font has it: its code, apart from its neighbours.
        (f"Acme {ROCKET} Ltd", "Acme U+1F680 Ltd"),
        (f"x{ROCKET}y", "x U+1F680 y"),
        (f"<td>{ROCKET}{ROCKET}</td>", "<td>U+1F680 U+1F680</td>"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "U+1F468 U+1F469 U+1F467"),
        ("\U0001f3f4\U000e0067\U000e0062\U000e007f", "U+1F3F4"),
        ("\u1230\u120b\u121d", "U+1230 U+120B U+121D"),
        ("\U0001d4d0cme \U0001d538cme", "U+1D4D0 cme \U0001d538cme"),
        (f"\ue000 {NONCHARACTER}", "U+E000 U+FFFF"),
        # What a bundled font has stays, also beside a selector that asks for a coloured picture.
        ("Żółć Ellen Øre Σίγμα Ёлка Việt", "Żółć Ellen Øre Σίγμα Ёлка Việt"),
        ("株式会社 한국전자 შპს Հայ ไทย עברית شركة", "株式会社 한국전자 შპს Հայ ไทย עברית شركة"),
        ("❤\ufe0f ☎\ufe0e", "❤ ☎"),
        # Controls are blanks; a page's own lines stay.
        ("a\x00b\x0bc\x1fd\x7fe\x85f\tg\nh", "a b c d e f g\nh"),
        ("line\u2028paragraph\u2029end", "line paragraph end"),
        # Nothing turns its neighbours, and nothing hides.
        ("invoice\u202efdp.exe\u202c", "invoicefdp.exe"),
        ("\u2066isolated\u2069 \u202bembedded\u202c", "isolated embedded"),
        ("zero\ufeffwidth\u2060join\u200der", "zerowidthjoiner"),
        # Letters that join keep their joiners.
        ("क्\u200dष", "क्\u200dष"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        # Marks: composed where Unicode has the letter, kept where the font says how they stand.
        ("e\u0301 E\u0323\u0302 \u304b\u3099", "é Ệ が"),
        ("q\u0307 \u0430\u0301", "q\u0307 \u0430\u0301"),
        ("กี้ ปู่", "กี้ ปู่"),
        ("क्षत्रिय श्री हूँ फ़ोन", "क्षत्रिय श्री हूँ फ़ोन"),
        ("שָׁלוֹם مُحَمَّد", "שָׁלוֹם مُحَمَّد"),
        # A mark without a letter of its own, or on one of another font, would cover the letter beside it.
        ("\u0301lone", "lone"),
        ("<td>\u0e34x", "<td>x"),
        ("A\u0e34 ก\u0301 A\u05b0", "A ก A"),
        ("a \u0301b", "a b"),
        (f"{ROCKET}\u0301", "U+1F680"),
        # Marks piled up reach into the lines above and below.
        ("ก" + "\u0e47" * 20, "ก\u0e47"),
        ("o" + "\u0302\u0303\u0304\u0305" * 5, "ỗ"),
    ],
)
def test_what_is_written(text, written):
    assert on_paper(text)[0] == written


def test_a_letter_carries_at_most_two_marks_besides_its_own():
    zalgo = "T\u0334\u0322\u031b\u0349\u0317o\u0338\u034e\u034c i\u0331n\u0337v\u0334oke"
    written, unshown = on_paper(zalgo)
    assert "".join(each for each in written if not unicodedata.category(each).startswith("M")) == "To invoke"
    marks = re.findall(r"\w([\u0300-\u036f]*)", unicodedata.normalize("NFD", written))
    assert max(map(len, marks)) <= 2
    assert unshown.left_out
    assert not unshown.spelled


def test_what_is_taken_for_ordinary_is_in_the_first_font_and_no_mark():
    # The shortcut for most pages must let nothing through that needs a look.
    ordinary = [chr(code) for code in range(0x20, 0x11000) if not characters._ORDINARY.search(chr(code))]
    assert len(ordinary) > 300
    for character in ordinary:
        assert home(character) == characters.LATIN, f"U+{ord(character):04X}"
        assert unicodedata.category(character)[0] not in "MC"


def test_the_fonts_are_looked_through_in_the_order_of_the_style():
    # A character is judged by the font that will write it.
    style = bundled_text("report.pdf.css")
    faces = re.findall(r'font-family: "([^"]+)"; src: url\("bundled:([^"]+)"\); }', style)
    families = {file: family for family, file in faces}
    named = re.findall(r'"([^"]+)"', re.search(r"font: 9pt/1.4 ([^;]+);", style)[1])
    assert [families[file] for file in characters.FONT_FILES] == named


def test_bold_and_regular_have_the_same_characters():
    for script in ("sans-{}.otf", "arabic-{}.ttf"):
        regular, bold = (set(characters._cmap(script.format(weight))) for weight in ("regular", "bold"))
        assert regular == bold, script


def test_nothing_on_the_page_is_outside_the_bundled_fonts():
    # One of every kind that Unicode knows, in every plane, as a client's name each.
    names = [
        f"a{chr(code)}b"
        for code in range(1, 0x110000, 977)
        if not 0xD800 <= code < 0xE000 and unicodedata.category(chr(code)) != "Cc"
    ]
    page = report_page(view_of(names))
    strange = {each for each in page if home(each) is None and each != "\n"}
    assert strange == set()


def test_every_glyph_of_hostile_names_comes_from_a_bundled_font():
    names = [f"{ROCKET} Ltd", "\u0301lone", "A\u0e34", "\x01control", "ኢትዮጵያ", "தமிழ்", "\u202eabc", "🏴 1\ufe0f\u20e3"]
    with pikepdf.open(io.BytesIO(report_pdf(view_of(names, partner_name=f"Partner {ROCKET}\x0b")))) as pdf:
        fonts = {
            str(o.BaseFont).split("+")[-1]
            for o in pdf.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/Font"
        }
    assert fonts
    assert all(font.startswith("Renewals") for font in fonts)


NOTES = {
    "en": ("1 character of this report is missing", "2 characters of this report are missing"),
    "de": ("1 Zeichen dieses Berichts ist in keiner", "2 Zeichen dieses Berichts sind in keiner"),
    "es": ("1 carácter de este informe no está", "2 caracteres de este informe no están"),
    "fr": ("1 caractère de ce rapport ne figure", "2 caractères de ce rapport ne figurent"),
    "ja": ("1種類の文字", "2種類の文字"),
    "pt-BR": ("1 caractere deste relatório não existe", "2 caracteres deste relatório não existem"),
}


@pytest.mark.parametrize("locale", NOTES)
@pytest.mark.parametrize("make", [report_page, report_html])
def test_a_note_counts_them_in_the_reports_language(locale, make):
    one, two = NOTES[locale]
    assert one in make(view_of([f"{ROCKET}{ROCKET}"], locale))
    page = make(view_of([f"{ROCKET}{BENGALI}", ROCKET], locale))
    assert two in page
    (note,) = re.findall(r'<p class="characters">(.*?)</p>', page)
    assert re.findall(r"U\+\w+", note) == ["U+1F680", "U+09A6"]
    assert 'class="characters"' not in make(view_of(["Żółć", "株式会社", "ไทย"], locale))


def test_the_pdf_alone_says_which_marks_it_leaves_out():
    view = view_of(["\u0301lone"])
    assert "1 kind of mark would cover other letters" in report_page(view)
    assert "U+0301" in report_page(view)
    # A browser shows them, so a page that said otherwise would be wrong.
    assert 'class="characters"' not in report_html(view)


def test_a_note_lists_no_more_than_fits():
    page = report_page(view_of(["".join(chr(0x1F680 + n) for n in range(60))]))
    (note,) = re.findall(r'<p class="characters">(.*?)</p>', page)
    assert note.startswith("60 characters")
    assert len(re.findall(r"U\+\w+", note)) == characters.MOST_CODES


CASE = CASES / "field" / "render-characters"


@pytest.mark.skipif(not CASE.is_dir(), reason="the published cases are not here")
@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_every_name_of_the_published_case_can_be_read():
    names = (CASE / "clients.csv").read_bytes().decode()
    names = [line.split(",")[1] for line in names.split("\n")[1:] if line]
    done = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=report_pdf(view_of(names)), capture_output=True, check=True, timeout=60
    )
    text = re.sub(r"\s+", "", done.stdout.decode())
    # Thai's sara am is drawn as two glyphs, and WeasyPrint gives a text for one of them.
    text = text.replace("า", "าำ")
    told = set(re.findall(r"U\+\w+", text.partition("ofthisreportaremissingfromitsfonts")[2]))
    for name in names:
        for character in name:
            shown = character in text or home(character) is None or character.isspace()
            assert shown or unicodedata.category(character) in ("Cc", "Cf", "Zl"), name
            if home(character) is None and unicodedata.category(character) not in ("Cc", "Cf", "Zl"):
                assert f"U+{ord(character):04X}" in told
