"""Finance's report as plain values: `finance_report`. `currency_figures` adds up, `currency_tables`, `listings`,
`comparisons` and `pictures` write it down, `truncation` cuts it for page and paper, `tie_out` proves it,
`finance_workbook` lays out sheets.
"""

from pipeline.views.finance_report.report import finance_report

__all__ = ["finance_report"]
