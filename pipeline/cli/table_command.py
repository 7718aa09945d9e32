"""`renewals table`: a published table, raw."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.cli import options
from pipeline.cli.partners_shown import readable_by_partner
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import print_rows
from pipeline.errors import UsageError
from pipeline.runtime import home_folder
from pipeline.tables.published import PUBLISHED
from pipeline.whole_files import chosen_file

if TYPE_CHECKING:
    import polars as pl

    from pipeline.warehouse import RunReader


@click.command(
    epilog="Example: renewals table upcoming_renewals --partner P-01 --search müller --format csv --output rows.csv"
)
@click.argument("name", type=click.Choice(sorted(PUBLISHED)), metavar="NAME")
@options.run
@options.partner
@click.option(
    "--search",
    metavar="TEXT",
    help="Only rows with these words in client name, website, hub or contract ID, or contact.",
)
@click.option("--columns", metavar="A,B", help="Only these columns, in this order.")
@click.option(
    "--format",
    "file_format",
    type=click.Choice(["table", "csv", "json", "parquet"]),
    default="table",
    show_default=True,
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file instead of stdout.")
def command(
    name: str,
    run_reference: str | None,
    partner_id: str | None,
    search: str | None,
    columns: str | None,
    file_format: str,
    output: Path | None,
) -> None:
    """Print a published table, raw: decimals and dates as exact text, codes instead of labels.

    A partner that is held (see `renewals runs`) is shown its last run that was not; a message on stderr says so.

    \b
    NAME is one of: upcoming_renewals, contract_mrr, partner_summary, client_contacts, client_products,
    client_app_usage, client_consumption, client_changes, quarantine, check_results, source_files, run_info, decisions;
    finance's: mrr_projection, projection_interval, mrr_bridge, retention, renewal_rates, rival_mrr, currency_rates,
    findings.
    """
    from pipeline.tables.finance_tables import FINANCE
    from pipeline.warehouse import Finance, Vendor, find_run, readable_run

    home = home_folder()
    run = find_run(home, run_reference)
    chosen = [column.strip() for column in columns.split(",")] if columns is not None else None
    if partner_id is not None:
        readable = readable_by_partner(home, run, partner_id)
    else:
        readable = readable_run(home, run, reader=Finance() if name in FINANCE else Vendor())
    with readable.open() as reader:
        frame = reader.table(name, columns=chosen, search=search)
        say_lacking(reader, name, chosen)
    if output is not None:
        _write(frame, file_format, output)
    elif file_format == "parquet":
        _print_parquet(frame)
    else:
        _print(frame, file_format, sys.stdout)


def say_lacking(reader: RunReader, name: str, columns: list[str] | None) -> None:
    """Name the columns that are shown empty because an older version made the run."""
    lacking = [column for column in reader.lacking(name) if columns is None or column in columns]
    if lacking:
        say(f"not in this run, which an older version made: {', '.join(lacking)}")


def _print(frame: pl.DataFrame, file_format: str, handle: Any) -> None:
    if file_format == "csv":
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows(frame.iter_rows())
    elif file_format == "json":
        _write_json(frame, handle)
    else:
        print_rows(frame.columns, frame.rows())
        say(f"{frame.height} rows")


def _write(frame: pl.DataFrame, file_format: str, output: Path) -> None:
    if file_format == "table":
        raise UsageError("--output needs --format csv, json or parquet")
    with chosen_file(output) as unfinished:
        if file_format == "parquet":
            with unfinished.open("wb") as binary:
                frame.write_parquet(binary)
        else:
            with unfinished.open("w", encoding="utf-8", newline="") as handle:
                _print(frame, file_format, handle)
    say(f"{frame.height} rows written to {output}")


def _write_json(frame: pl.DataFrame, handle: Any) -> None:
    """A JSON list with one row a line: never whole in memory as text."""
    handle.write("[")
    for number, row in enumerate(frame.iter_rows(named=True)):
        handle.write(",\n " if number else "\n ")
        handle.write(json.dumps(row, default=str, ensure_ascii=False))
    handle.write("\n]\n" if frame.height else "]\n")


def _print_parquet(frame: pl.DataFrame) -> None:
    if sys.stdout.isatty():
        raise UsageError("Parquet is not text: give --output FILE, or send stdout to a file")
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    sys.stdout.buffer.write(buffer.getvalue())
