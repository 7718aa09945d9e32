"""View models → bytes: HTML, PDF, XLSX, CSV. Only this package imports jinja2, weasyprint and xlsxwriter.

`batch.write_reports` makes the reports of many partners, `partner_files.write_partner_report` those of one, and
`checks_page.write_checks_page` the page of a run's checks; the other modules take a view model and give text or
bytes. Nothing here computes a figure, and no page loads anything from outside. A run without reports does not load
WeasyPrint: only `pdf`, `finance_pages` and `fingerprint` import it, and the page of checks needs none of them.
"""

from pipeline.render.checks_page import checks_page, write_checks_page

__all__ = ["checks_page", "write_checks_page"]
