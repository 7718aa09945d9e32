"""Finance's report as values: `finance_report`.

`currency_figures` adds up; `declared_tables` says how tables are declared; `currency_tables`, `listings`, `comparisons`
and `tie_out` declare them; `pictures` and `sections` show a currency; `truncation` cuts tables for page and paper;
`finance_workbook` lays out sheets.
"""

from pipeline.views.finance_report.finance_cover import FinanceChoices, FinanceScope
from pipeline.views.finance_report.report import FinanceReport, finance_report

__all__ = ["FinanceChoices", "FinanceReport", "FinanceScope", "finance_report"]
