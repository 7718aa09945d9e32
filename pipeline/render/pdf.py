"""A partner's report as a tagged PDF, by WeasyPrint on its measured fast path.

Fonts and style are parsed once per process and shared by all reports. No address is ever fetched: the only files
served are the bundled fonts. Equal views give equal bytes: dates come from the run, never from the clock.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcherResponse

from pipeline.render.environment import bundled_text, environment, templates_folder
from pipeline.render.layout import MARGIN_MM, table_layout

BUNDLED: Final = "bundled:"
FONT_TYPES: Final = {".otf": "font/otf", ".ttf": "font/ttf"}


class BundledFonts:
    """A WeasyPrint fetcher that serves the bundled fonts by name; any other address ends the rendering."""

    # WeasyPrint 70 asks a fetcher for this name once a fetch has failed: a page without its font must not be made.
    _fail_on_errors = True

    def __init__(self) -> None:
        folder = templates_folder() / "fonts"
        self._files = {f"{BUNDLED}{path.name}": path for path in folder.iterdir() if path.suffix in FONT_TYPES}

    def __call__(self, url: str) -> URLFetcherResponse:
        """The font of that address. Raises ValueError for everything else."""
        path = self._files.get(url)
        if path is None:
            raise ValueError(f"a report asked for {url[:80]!r}, which is not bundled")
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": FONT_TYPES[path.suffix]})


def report_pdf(view: dict[str, Any]) -> bytes:
    """The report of `views.partner_report` as PDF/UA-1: title, language, bookmarks, repeated header, page n of m."""
    page = report_page(view)
    fonts, style, fetcher = _style()
    document = HTML(string=page, base_url=None, url_fetcher=fetcher)
    pdf: bytes = document.write_pdf(
        stylesheets=[style], font_config=fonts, pdf_variant="pdf/ua-1", finisher=_scope_headers
    )
    return pdf


def report_page(view: dict[str, Any], *, untagged: bool = False) -> str:
    """The HTML that becomes the PDF. `untagged`: the report says that its PDF has no tags."""
    layout = table_layout(view)
    template = environment().get_template("report.pdf.j2")
    return template.render(view=view, layout=layout, margin_mm=MARGIN_MM, untagged=untagged)


def warm_up() -> None:
    """Load fonts and style before the first report."""
    _style()


@cache
def _style() -> tuple[FontConfiguration, CSS, BundledFonts]:
    fetcher = BundledFonts()
    fonts = FontConfiguration()
    style = CSS(string=bundled_text("report.pdf.css"), base_url=None, font_config=fonts, url_fetcher=fetcher)
    return fonts, style, fetcher


def _scope_headers(_document: Any, pdf: Any) -> None:
    """Say of every header cell that it heads its column: WeasyPrint 70 leaves that out (its issue 2508)."""
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH":
            element["A"] = type(element)({"O": "/Table", "Scope": "/Column"})
