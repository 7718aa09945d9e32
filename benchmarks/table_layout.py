"""What our own column widths (`pipeline/render/layout.py`) save against WeasyPrint's automatic table layout.

Usage: python benchmarks/table_layout.py [--rounds 5] [--rows 50 500]

One report of so many rows and ten columns, made by our path with the widths of `layout`, and by the same path with
the widths left to WeasyPrint (`table-layout: auto`, no `<colgroup>`); processor seconds, the two ways taking turns,
median of the rounds' ratios. Page, type size and groups of columns are ours both times: WeasyPrint does not choose
these.
"""

from __future__ import annotations

import argparse
import gc
import json
import re
import statistics
import sys
import time
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from weasyprint import CSS

from benchmarks.reports import COLUMNS, WORKBOOK
from pipeline.render import pdf
from pipeline.render.environment import bundled_text
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data


def view_of(rows: int) -> PartnerReport:
    """A report of that many rows."""
    changes = [data.change(number) for number in range(rows)]
    tables = data.tables(changes, [data.figures()])
    return partner_report(tables, partner=data.PARTNER, run=data.RUN, choices=SettledChoices(COLUMNS))


def ours(view: PartnerReport) -> bytes:
    """With the widths of `layout`."""
    return pdf.tagged_pdf(pdf.report_page(view), view.document, workbook=WORKBOOK, name="report.xlsx")


def automatic(view: PartnerReport) -> bytes:
    """With WeasyPrint's widths."""
    page = re.sub(r"<colgroup>.*?</colgroup>", "", pdf.report_page(view), flags=re.S)
    return pdf.tagged_pdf(page, view.document, workbook=WORKBOOK, name="report.xlsx", styles=(automatic_widths(),))


@cache
def automatic_widths() -> CSS:
    """The rule that gives the table's widths to WeasyPrint."""
    assert "table-layout: fixed" in bundled_text("report.pdf.css")
    return CSS(string=".changes table { table-layout: auto }")


def processor_seconds(do: Callable[[], object]) -> float:
    """Seconds of this process, without the cyclic collector, as a worker runs it."""
    gc.disable()
    started = time.process_time()
    do()
    spent = time.process_time() - started
    gc.enable()
    gc.collect()
    return spent


def times(rows: int, rounds: int) -> dict[str, object]:
    """Both ways, taking turns."""
    view = view_of(rows)
    ways = {"ours": partial(ours, view), "automatic": partial(automatic, view)}
    for make in ways.values():
        make()
    seconds = [{name: processor_seconds(make) for name, make in ways.items()} for _ in range(rounds)]
    return {
        "milliseconds": {name: round(1000 * statistics.median(each[name] for each in seconds)) for name in ways},
        "automatic / ours": round(statistics.median(each["automatic"] / each["ours"] for each in seconds), 2),
        "of the rounds": [round(each["automatic"] / each["ours"], 2) for each in seconds],
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, nargs="+", default=[50, 500])
    chosen = parser.parse_args()
    print(json.dumps({f"{rows} rows": times(rows, chosen.rounds) for rows in chosen.rows}, indent=2))


if __name__ == "__main__":
    main()
