"""Tables → plain values for a page: labels, money, dates and definitions, formatted once for every surface.

No input, no output. A value that a view gives reads the same in HTML, PDF and CSV because nothing formats it again.
"""

from pipeline.views.checks import checks_report
from pipeline.views.partner import partner_report

__all__ = ["checks_report", "partner_report"]
