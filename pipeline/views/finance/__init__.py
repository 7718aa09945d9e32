"""Finance's report as plain values: `finance_report`. `figures` adds up, `tables`, `comparisons` and `pictures` write
it down, `tie_out` proves it, `workbook` lays it out for a spreadsheet.
"""

from pipeline.views.finance.report import finance_report

__all__ = ["finance_report"]
