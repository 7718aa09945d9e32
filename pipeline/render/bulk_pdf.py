"""A partner's report as an untagged PDF, by PlutoPrint: many times faster, for bulk (setting `pdf_engine`).

The same template, style and fonts as `pdf`, but: no tags, no bookmarks, no language, no attachment, and no partner's
name at the top of each page. The report says so itself. PlutoPrint comes with the optional dependencies `bulk`.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Any

from pipeline.errors import UsageError
from pipeline.render.environment import bundled_text
from pipeline.render.pdf import BundledFonts, report_page
from pipeline.views.partner_report import PartnerReport

_WHOLE_WORDS = "body { overflow-wrap: break-word; }"
"""PlutoPrint takes `anywhere` as leave to break a word that would fit on the next line."""

_DATES = ("PDF_METADATA_CREATION_DATE", "PDF_METADATA_MODIFICATION_DATE")


def bulk_pdf(report: PartnerReport) -> bytes:
    """A partner's report as a plain PDF; equal reports give equal bytes.

    Raises UsageError when PlutoPrint is not installed.
    """
    plutoprint = _plutoprint()
    book = plutoprint.Book(plutoprint.PAGE_SIZE_A4, plutoprint.PAGE_MARGINS_NONE, plutoprint.MEDIA_TYPE_PRINT)
    book.custom_resource_fetcher = _fetcher()
    book.load_html(report_page(report, untagged=True), user_style=bundled_text("report.pdf.css") + _WHOLE_WORDS)
    book.set_metadata(plutoprint.PDF_METADATA_TITLE, report.document.full_title)
    for name in _DATES:
        book.set_metadata(getattr(plutoprint, name), report.document.created)
    out = io.BytesIO()
    book.write_to_pdf_stream(out)
    return out.getvalue()


def _plutoprint() -> Any:
    try:
        import plutoprint
    except ImportError:
        raise UsageError(
            'pdf_engine "plutoprint" needs PlutoPrint: pip install "upcoming-renewals[bulk]", or choose "weasyprint"'
        ) from None
    return plutoprint


@cache
def _fetcher() -> Any:
    """Serves the bundled fonts and nothing else.

    PlutoPrint itself reads the file: it keeps fonts until the process has ended, and bytes of Python's would be freed
    after Python is gone (0.23 then crashes).
    """
    plutoprint = _plutoprint()
    bundled = BundledFonts()

    def fetch_url(_: Any, url: str) -> Any:
        return plutoprint.default_resource_fetcher.fetch_url(bundled.path(url).as_uri())

    return type("BundledFetcher", (plutoprint.ResourceFetcher,), {"fetch_url": fetch_url})()
