"""View models → bytes: HTML, PDF, CSV. The only importers of jinja2, weasyprint and xlsxwriter.

`batch.write_reports` makes the reports of many partners, `partner_files.write_partner_report` those of one, and
`checks_page.write_checks_page` the page of a run's checks; the other modules take a view model and give text or
bytes. Nothing here computes a figure, and no page asks for anything outside itself. WeasyPrint is loaded by
`batch` and `partner_files` only, because a run without reports has no need of it.
"""

from pipeline.render.checks_page import checks_page, write_checks_page

__all__ = ["checks_page", "write_checks_page"]
