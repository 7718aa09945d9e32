"""A report inside a notebook's page: neither its style nor its script gets out of its frame."""

from __future__ import annotations

import pytest

from pipeline import open_run
from tests.render.test_browser import CHROMIUM, OFFLINE

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium on this machine")

PAGE = "<!doctype html><meta charset=utf-8><title>Notebook</title><h1 class=tile>A notebook</h1>"
TRY = "<script>try { parent.document.title = 'taken over' } catch (e) { document.title = 'refused' }</script>"


def test_the_page_around_a_report_stays_as_it_is(sample_home, tmp_path):
    shown = open_run(home=sample_home).report("P-HOSTILE", columns=["website"])
    hostile = type(shown)(shown.partner_id, shown.run_id, f"<p>a page</p>{TRY}")
    before, after = tmp_path / "before.html", tmp_path / "after.html"
    before.write_text(PAGE, encoding="utf-8")
    after.write_text(PAGE + shown._repr_html_() + hostile._repr_html_(), encoding="utf-8")
    looks = (
        "() => { const s = getComputedStyle(document.querySelector('h1'));"
        "return [s.font, s.color, s.margin, s.background, document.title, getComputedStyle(document.body).margin] }"
    )
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=[*OFFLINE, "--no-sandbox"])
        page = browser.new_page()
        page.goto(before.as_uri())
        plain = page.evaluate(looks)
        outside: list[str] = []
        page.on("request", lambda request: outside.append(request.url))
        page.goto(after.as_uri())
        report, attempt = page.frames[1:]
        report.wait_for_selector("h1")
        attempt.wait_for_selector("p")
        assert page.evaluate(looks) == plain
        assert attempt.evaluate("document.title") == "refused"
        assert report.locator("table").count() > 0
        assert [url for url in outside if not url.startswith(("file:", "about:", "data:"))] == []
        browser.close()
