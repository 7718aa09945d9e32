"""How fast reports are made, as ratios paired in one run.

Usage: python benchmarks/reports.py [--partners 1000] [--rounds 7] [--only engines growth workers night]

`engines`: one report of 50 rows, by our tuned WeasyPrint path, by the plain way of using WeasyPrint on the same content
(automatic table layout, new fonts and style per report; both tagged PDF/A-3 with the same attachment), and by
PlutoPrint (untagged); CPU seconds, the ways taking turns, median of the rounds' ratios.
`growth`: CPU seconds per row from 50 to 5,000 rows.
`workers`: all partners' reports (HTML, PDF, XLSX, CSV) with 1 and with 2 worker processes, in four parts, each part
with both, taking turns; seconds of the clock.
`night`: all reports of a first run, then of a later run of the same day in which 3 % of the partners changed: keys,
comparison with the first run and links included; seconds of the clock and of the processors.
A new day is not in that figure: every report then says another day, and is made again.
The bars (issue 3): plain / tuned >= 1.7, plain / plutoprint >= 8, 1 / 2 workers >= 1.6, second night <= 5 %, and time
per row at 5,000 rows not above that at 50.
"""

from __future__ import annotations

import argparse
import gc
import json
import multiprocessing
import re
import resource
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from pipeline import rules
from pipeline.render.batch import write_reports
from pipeline.render.bulk_pdf import bulk_pdf
from pipeline.render.environment import bundled_text
from pipeline.render.pdf import BundledFonts, report_page, report_pdf, warm_up
from pipeline.settings import shown_columns
from pipeline.views.partner_report import PartnerReport, partner_report
from pipeline.views.report_inputs import SettledChoices
from tests.render import report_data as data
from tests.render.conftest import make_run_file

OUT = Path(__file__).parent / "out"
ROWS = 50
COLUMNS = shown_columns((*rules.DEFAULT_COLUMNS, "current_mrr", "estimated_new_mrr", "mrr_change", "website"))
CHANGED_SHARE = 0.03
WORKER_ROUNDS = 4
WORKBOOK = b"the same attachment for each way; making it is not a part of a PDF's time"


def view_of(rows: int) -> PartnerReport:
    """A report of that many rows and ten columns, in Latin letters."""
    changes = [data.change(number) for number in range(rows)]
    tables = data.tables(changes, [data.figures()])
    return partner_report(tables, partner=data.PARTNER, run=data.RUN, choices=SettledChoices(COLUMNS))


def plain(view: PartnerReport) -> bytes:
    """The same content as one would first write it: widths by the engine, fonts and style new for each report."""
    page = re.sub(r"<colgroup>.*?</colgroup>", "", report_page(view), flags=re.S)
    style = bundled_text("report.pdf.css").replace("table-layout: fixed", "table-layout: auto")
    fonts, fetcher = FontConfiguration(), BundledFonts()
    sheet = CSS(string=style, font_config=fonts, url_fetcher=fetcher)
    workbook = Attachment(string=WORKBOOK, name="report.xlsx", relationship="Data", url_fetcher=fetcher)
    pdf: bytes = HTML(string=page, url_fetcher=fetcher).write_pdf(
        stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3a", attachments=[workbook]
    )
    return pdf


def tuned(view: PartnerReport) -> bytes:
    """Our path as a worker runs it: the cyclic collector between reports only."""
    gc.disable()
    try:
        return report_pdf(view, workbook=WORKBOOK)
    finally:
        gc.collect()
        gc.enable()


def cpu(do: Callable[[], object]) -> float:
    """Seconds of this process."""
    started = time.process_time()
    do()
    return time.process_time() - started


def engines(rounds: int) -> dict[str, object]:
    """The three ways, taking turns."""
    view = view_of(ROWS)
    ways = {"plain": plain, "tuned": tuned, "plutoprint": bulk_pdf}
    for make in ways.values():
        make(view)
    gc.collect()
    gc.freeze()
    seconds = [{name: cpu(lambda make=make: make(view)) for name, make in ways.items()} for _ in range(rounds)]
    gc.unfreeze()

    def ratio(slow: str, fast: str) -> float:
        return round(statistics.median(each[slow] / each[fast] for each in seconds), 2)

    medians = {name: round(1000 * statistics.median(each[name] for each in seconds), 1) for name in ways}
    return {
        "rows": ROWS,
        "columns": len(COLUMNS),
        "cpu_ms": medians,
        "plain / tuned": ratio("plain", "tuned"),
        "plain / plutoprint": ratio("plain", "plutoprint"),
        "tuned / plutoprint": ratio("tuned", "plutoprint"),
    }


def growth(sizes: tuple[int, ...]) -> dict[str, object]:
    """CPU milliseconds per row of each size, each in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        per_row = {rows: round(1000 * pool.apply(_size, (rows,)) / rows, 2) for rows in sizes}
    return {"cpu_ms_per_row": per_row, "last / first": round(per_row[sizes[-1]] / per_row[sizes[0]], 2)}


def _size(rows: int) -> float:
    view = view_of(rows)
    warm_up()
    tuned(view_of(5))
    return cpu(lambda: tuned(view))


def night_files(partners: int) -> tuple[list[str], Path, Path]:
    """Two runs of one day with that many partners of 50 rows; in the second one 3 % have another amount."""
    ids = [f"partner-{number:05}" for number in range(partners)]
    changed = frozenset(ids[: max(1, round(partners * CHANGED_SHARE))])
    names = {partner_id: f"Partner {partner_id[-5:]}" for partner_id in ids}
    files = []
    for name, altered in (("run-1", frozenset()), ("run-2", changed)):
        path = OUT / f"{name}.duckdb"
        path.unlink(missing_ok=True)
        run = data.RUN | {"run_id": name, "created_at": f"2026-11-23T1{name[-1]}:00:00Z"}
        make_run_file(path, run=run, more_partners=names, rows=ROWS, altered=altered)
        files.append(path)
    return ids, files[0], files[1]


def clock(do: Callable[[], object]) -> float:
    """Seconds of the clock."""
    return both(do)[0]


def both(do: Callable[[], object]) -> tuple[float, float]:
    """Seconds of the clock, and of the processors in this process and the ended processes it started."""
    started, used = time.perf_counter(), processors()
    do()
    return time.perf_counter() - started, processors() - used


def processors() -> float:
    """Seconds that this process and its ended children have used."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def workers(partners: int) -> dict[str, object]:
    """All reports with one worker process and with two."""
    ids, run_file, _ = night_files(partners)
    folder = OUT / "workers"
    rounds = []
    for part in range(WORKER_ROUNDS):
        seconds = {}
        for count in (1, 2) if part % 2 else (2, 1):
            shutil.rmtree(folder, ignore_errors=True)
            mine = ids[part::WORKER_ROUNDS]
            seconds[count] = clock(lambda c=count, ids=mine: made(run_file, ids, folder, workers=c))
        rounds.append(seconds)
    shutil.rmtree(folder)
    return {
        "reports": partners,
        "seconds": rounded({count: sum(each[count] for each in rounds) for count in (1, 2)}),
        "1 / 2 workers": round(statistics.median(each[1] / each[2] for each in rounds), 2),
    }


def night(partners: int) -> dict[str, object]:
    """All reports of a first run, then of a second one in which few partners changed."""
    ids, first, second = night_files(partners)
    folders = [OUT / "nights" / file.stem for file in (first, second)]
    shutil.rmtree(OUT / "nights", ignore_errors=True)
    folders[1].parent.mkdir()
    # Reports look for the run behind the earlier ones beside their own.
    first_seconds, first_cpu = both(lambda: made(first, ids, folders[0]))
    second_seconds, second_cpu = both(lambda: made(second, ids, folders[1], earlier=[folders[0]]))
    shutil.rmtree(OUT / "nights")
    return {
        "reports": partners,
        "changed": CHANGED_SHARE,
        "seconds": rounded({"first": first_seconds, "second": second_seconds}),
        "second night, percent": round(100 * second_seconds / first_seconds, 1),
        "second night, percent of processor time": round(100 * second_cpu / first_cpu, 1),
    }


def made(run_file: Path, ids: list[str], folder: Path, **how: Any) -> None:
    """Make them all; a failure ends the benchmark."""
    batch = write_reports(run_file, ids, folder, default_columns=COLUMNS, **how)
    if batch.failures:
        sys.exit(str(batch.failures))


def rounded(seconds: dict[Any, float]) -> dict[Any, float]:
    """Tenths of a second."""
    return {name: round(value, 1) for name, value in seconds.items()}


def main() -> None:
    """Measure what is asked for and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--partners", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rows", type=int, nargs="+", default=[50, 500, 5000])
    parser.add_argument("--only", nargs="+", default=["engines", "growth", "workers", "night"])
    arguments = parser.parse_args()
    OUT.mkdir(exist_ok=True)
    parts: dict[str, Callable[[], dict[str, object]]] = {
        "engines": lambda: engines(arguments.rounds),
        "growth": lambda: growth(tuple(arguments.rows)),
        "workers": lambda: workers(arguments.partners),
        "night": lambda: night(arguments.partners),
    }
    results = {}
    for name in arguments.only:
        results[name] = parts[name]()
        print(name, json.dumps(results[name]), flush=True)
    (OUT / "reports.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
