"""Pages as a reader and a browser see them: self-contained, nothing outside, everything escaped."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from pipeline import rules
from pipeline.render.checks_page import checks_page
from pipeline.render.environment import bundled_text, environment
from pipeline.render.html import report_html
from pipeline.settings import shown_columns
from pipeline.views.checks_report import checks_report
from pipeline.views.partner_report import partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data

HOSTILE = Path(__file__).parents[3] / "shared" / "cases" / "hostile"


def page(changes, columns=rules.DEFAULT_COLUMNS, summary=None, **partner):
    return report_html(
        partner_report(
            data.tables(changes, [data.figures()] if summary is None else summary),
            partner=data.PARTNER | partner,
            run=data.RUN,
            choices=SettledChoices(shown_columns(columns)),
        )
    )


class Reader(HTMLParser):
    """What a page is made of: every tag with its attributes, and the text of every cell of the table of changes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self._open = ""
        self._in_rows = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag == "table":
            self._in_rows = ("id", "rows") in attributes
        if tag in ("td", "th") and self._in_rows:
            self._open = tag
            self.cells.append("")

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._open = ""

    def handle_data(self, text):
        if self._open:
            self.cells[-1] += text


def test_a_row_as_it_stands_in_the_page():
    row = re.search(
        r"<tbody>\s*(<tr>.*?</tr>)", page([data.change(status="renewed", status_basis="auto_renewed")]), re.S
    )
    assert row is not None
    assert row[1].split("</td>") == [
        '<tr><td class="text client-name"><bdi>Client 0001</bdi>',
        '<td class="text communication-owner"><bdi>HubSpot</bdi>',
        '<td class="text primary-contact-name"><bdi>Ada Park</bdi>',
        '<td class="text contract-type"><bdi>Renewal</bdi>',
        '<td class="text status renewed auto-renewed"><span class="badge">Renewed (automatic)</span>',
        '<td class="date renewal-deadline">Dec 6, 2026',
        "</tr>",
    ]


def test_the_table_is_one_that_a_screen_reader_can_read():
    tags = Reader(page([data.change()])).tags
    assert [attributes["id"] for tag, attributes in tags if tag == "table"] == ["rows", "totals"]
    assert [attributes["scope"] for tag, attributes in tags if tag == "th"] == ["col"] * 6 + ["col"] * 5 + ["row"]
    assert "caption" in [tag for tag, _ in tags]
    assert ("html", {"lang": "en", "dir": "ltr"}) in tags


def test_the_page_names_partner_day_and_run():
    text = page([data.change()])
    assert "<title>Upcoming client renewals · Northlight Partners · Nov 23, 2026</title>" in text
    assert '<time datetime="2026-11-23">Nov 23, 2026</time>' in text
    assert "run-20261123T180000Z-1a2b3c" in text


def test_nothing_upcoming_reads_well():
    text = page([])
    assert "<b>Nothing upcoming.</b> No contract of your clients changes from" in text
    assert "<table" not in text


@pytest.mark.parametrize("changes", [[], [data.change()], data.varied(8)])
def test_the_page_forbids_everything_but_its_own_style_and_script(changes):
    text = page(changes)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    for kind in ("style", "script"):
        allowed = re.search(rf"{kind}-src ([^;]*);", policy[1])
        inline = re.findall(rf"<{kind}>(.*?)</{kind}>", text, re.S)
        digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in inline]
        # A style may be allowed that a page without foreign letters does not have.
        assert {f"'sha256-{digest}'" for digest in digests} <= set(allowed[1].split() if allowed else [])
        assert inline or (kind == "script" and not changes and not allowed)


def test_the_page_asks_for_nothing_outside_itself():
    text = page(data.varied(8))
    assert not re.search(r"(?:https?:)?//[a-z]", re.sub(r"(base64,|sha256-)[A-Za-z0-9+/=]+", "", text))
    outside = {"link", "img", "iframe", "object", "embed", "base", "form"}
    assert not outside & {tag for tag, _ in Reader(text).tags}
    scripts = [attributes for tag, attributes in Reader(text).tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    assert 'http-equiv="refresh"' not in text
    assert not [a for _, attributes in Reader(text).tags for a in attributes if a.startswith("on") or a == "style"]


def test_scripts_that_a_machine_may_lack_bring_their_letters_and_no_others():
    families = re.findall(r'@font-face \{ font-family: "([^"]+)"', page(data.varied(24)))
    assert families == ["Renewals Arabic", "Renewals Hebrew", "Renewals CJK"]
    assert "@font-face" not in page([data.change(client_name="Žluťoučký Ελλάδα Привет")])


def test_equal_views_give_equal_pages():
    assert page(data.varied(24)) == page(data.varied(24))


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the published cases are not here")
def test_hostile_strings_are_shown_unchanged_and_do_nothing():
    names = [name for name in json.loads((HOSTILE / "naughty_strings.json").read_text()) if name and "\0" not in name]
    changes = [data.change(n, client_name=name, change_id=f"{n:05}") for n, name in enumerate(names)]
    reader = Reader(page(changes, partner_name="<script>alert(1)</script>"))
    assert sorted(reader.cells[6::6]) == sorted(name.replace("\r\n", "\n").replace("\r", "\n") for name in names)
    harmless = Reader(page([data.change(n) for n in range(len(names))]))
    # The letters of foreign scripts bring a style, and a client named "–" an explanation.
    assert {tag for tag, _ in reader.tags} == {tag for tag, _ in harmless.tags}
    assert [tag for tag, _ in reader.tags].count("td") == [tag for tag, _ in harmless.tags].count("td")


def test_the_data_block_holds_every_column_once_and_cannot_end_early():
    name = "</script><script>alert(1)</script><!--"
    text = page([data.change(1, client_name=name), data.change(2, client_name=name)])
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.S)
    assert block is not None
    found = json.loads(block[1])
    assert [cell[0] for cell in found["cells"]].count(name) == 1
    assert [column["name"] for column in found["columns"]][:3] == [
        "client_name",
        "communication_owner",
        "primary_contact_name",
    ]
    assert {column["name"] for column in found["columns"]} == {*rules.LOCKED_COLUMNS, *rules.ADDABLE_COLUMNS}
    # Steps of 10⁻⁴: MRR up for renewal, at risk, estimated change.
    assert found["rows"][0][:5] == [0, "USD", "12000000", "12000000", "505000"]


def test_no_jinja_and_no_end_of_script_hides_in_the_script():
    script = bundled_text("report.js")
    assert not [sign for sign in ("{{", "{%", "{#", "</script", "<!--") if sign in script]
    dangerous = (
        "innerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "Function(",
        "fetch(",
        "XMLHttp",
        "import(",
    )
    assert not [name for name in dangerous if name in script]


def test_a_long_table_stands_in_the_page_up_to_its_500th_row_and_says_so():
    text = page([data.change(n) for n in range(502)])
    assert len(Reader(text).cells) == 6 + 500 * 6
    assert "The first 500 of 502 changes." in text
    assert len(re.findall(r'"rows": \[|"rows":', text)) == 1


def test_templates_cannot_reach_out_or_hide_a_missing_value():
    with pytest.raises(SecurityError):
        environment().from_string("{{ ''.__class__.__mro__ }}").render()
    with pytest.raises(SecurityError):
        environment().from_string("{{ rows.append(1) }}").render(rows=[])
    with pytest.raises(UndefinedError):
        environment().from_string("{{ view.nothing }}").render(view={})
    assert environment().from_string("{{ text }}").render(text="<b>") == "&lt;b&gt;"


def test_the_checks_page_shows_failures_with_examples_and_escapes_them():
    failed = {
        "name": "keys_unique",
        "gate": "output",
        "level": "stop",
        "table_name": "contract_mrr",
        "success": False,
        "observed": "1 row <i>twice</i>",
        "examples": '[{"contract_id": "<script>c1</script>"}]',
    }
    text = checks_page(checks_report([failed], run=data.RUN, source_files=[], quarantine=[]))
    assert "1 check failed at stop level: nothing was published." in text
    assert "1 row &lt;i&gt;twice&lt;/i&gt;" in text
    assert "&lt;script&gt;c1&lt;/script&gt;" in text
    assert "No row was refused." in text
    assert "<script" not in text
