"""Finance's report as plain values: `finance_report`. `figures` adds up, `tables`, `listings`, `comparisons` and
`pictures` write it down, `excerpts` cuts it for page and paper, `tie_out` proves it, `workbook` lays out sheets.
"""

from pipeline.views.finance.report import finance_report

__all__ = ["finance_report"]
