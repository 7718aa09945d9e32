"""The stage: a folder of exports in, schema `exports`, the quarantine and the accounts out."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb

from pipeline.errors import InputError
from pipeline.ingest import export_manifest
from pipeline.ingest.contract import load, quarantine, row_counts
from pipeline.ingest.contract.corrections import Corrections, read_corrections
from pipeline.ingest.contract.source_rows import Source
from pipeline.ingest.folder import ExportFile, check_folder, find_exports, unchanged, unused_files
from pipeline.ingest.formats.csv_file import PlainCsv
from pipeline.ingest.formats.sources import OpenedFile, open_file, readable, sha256
from pipeline.ingest.outcome import FileCounts, IngestReport, TableCounts
from pipeline.ingest.profiles.profile import find_profile, read_profile
from pipeline.ingest.profiles.profile_stage import ingest_by_profile
from pipeline.settings import FileFormat, Settings
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS


def _silent(message: str) -> None:
    """Reports progress to nobody."""


def ingest(
    con: duckdb.DuckDBPyConnection,
    exports: Path,
    *,
    settings: Settings,
    as_of: date,
    profile: Path | None = None,
    scratch: Path | None = None,
    progress: Callable[[str], None] = _silent,
) -> IngestReport:
    """Reads the exports into `con`: every table of the contract in schema `exports`, in its declared types, and
    `main.quarantine` and `main.source_files`.

    `con` is a read-write connection outside of a transaction. An optional table without a file is empty; unknown
    columns stand behind the declared ones as text. `profile`: the folder of a source profile, or the bare name of a
    shipped one. `scratch`: the folder in which unpacked and decoded files stand meanwhile, below a name that begins
    with `.tmp-`; None = the system's. The quarantine limit is judged later, from the report.

    Raises InputError when a required table or column is missing, a file cannot be used, a profile's SELECT fails or
    the folder's `manifest.json` does not agree with the files;
    UsageError when there is no such profile, SettingsError when its profile.toml says something that cannot be.
    """
    row_counts.prepare(con)
    con.execute(quarantine.REFUSED_KEYS)
    folder = None if profile is None else find_profile(profile)
    check_folder(exports)
    known = read_corrections(exports)
    declared = None if folder is None else read_profile(folder, str(profile))
    with tempfile.TemporaryDirectory(prefix=".tmp-ingest-", dir=scratch) as name:
        work = Path(name).resolve()
        if declared is None:
            report = _ingest_contract(con, exports, settings, as_of, known, progress, work)
        else:
            report = ingest_by_profile(con, exports, declared, as_of, known, progress, work, settings.read_limits)
    return export_manifest.confirmed(report, exports, time_zone=settings.time_zone)


def _ingest_contract(
    con: duckdb.DuckDBPyConnection,
    exports: Path,
    settings: Settings,
    as_of: date,
    known: Corrections,
    progress: Callable[[str], None],
    work: Path,
) -> IngestReport:
    """The identity profile: the files are the tables."""
    files = find_exports(exports)
    counts: dict[str, TableCounts] = {}
    with unchanged((file.name, file.path) for file in files.values()), ThreadPoolExecutor(1) as ahead:
        opened = {
            name: open_file(file, EXPORTS[name], settings.file_format(name), work, settings.read_limits)
            for name, file in files.items()
        }
        # Beside DuckDB, which keeps all cores busy only part of the time: is the next file plain? Then the hashes.
        fast = {name: ahead.submit(opened[name].fast) for name in EXPORTS if name in files}
        hashes = {name: ahead.submit(sha256, file.path) for name, file in files.items()}
        for name, table in EXPORTS.items():
            if name not in files:
                known.confirm(con, table, None)
                counts[name] = load.create_empty(con, table)
                continue
            progress(f"reading {files[name].name}")
            with readable(files[name].name):
                plain = fast[name].result()
            source, rows = _create(con, table, files[name], opened[name], plain, settings.file_format(name), known)
            known.confirm(con, table, source)
            counts[name], _ = quarantine.quarantine_rows(con, table, source, rows, as_of)
    found = (*(_account(files[name], counts[name], hashes[name].result()) for name in files), *known.account())
    row_counts.write(con, found)
    unused = unused_files(exports, {file.name for file in files.values()})
    return IngestReport(
        files=found,
        tables=counts,
        unknown_columns={name: extra for name in files if (extra := _unknown_columns(EXPORTS[name], opened[name]))},
        corrections=known.entries,
        notes=(
            *(remark for one in opened.values() for remark in one.remarks()),
            *(f"{name}: holds no table of the contract, not read" for name in unused),
        ),
    )


def _create(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    file: ExportFile,
    opened: OpenedFile,
    fast: PlainCsv | None,
    file_format: FileFormat,
    known: Corrections,
) -> tuple[Source, int]:
    """Makes the table, by the fast reader where it can be trusted. Gives its source and the number of records."""
    if fast is not None:
        try:
            rows = load.create(con, table, known.correct(table, fast), file_format)
        except (duckdb.InvalidInputException, duckdb.IOException):
            # A ragged record, a byte that is not UTF-8, a very long line: the exact way says which, and where.
            rows = -1
        if fast.read_as_expected(rows):
            return fast, _some(table, file, rows)
    with readable(file.name):
        exact = opened.exact()
    try:
        rows = load.create(con, table, known.correct(table, exact), file_format)
    except (duckdb.Error, UnicodeDecodeError):
        opened.check()
        raise
    return exact, _some(table, file, rows)


def _some(table: Table, file: ExportFile, rows: int) -> int:
    if table.required and not rows:
        raise InputError(f"{file.name}: has no rows, but {table.name} is a required table; export it again")
    return rows


def _account(file: ExportFile, table: TableCounts, hashed: str) -> FileCounts:
    return FileCounts(
        path=file.name,
        table=table.table,
        sha256=hashed,
        rows_read=table.rows_read,
        rows_loaded=table.rows_loaded,
        rows_quarantined=table.rows_refused + table.rows_following,
        rows_duplicate=table.rows_duplicate,
        rows_left_out=0,
    )


def _unknown_columns(table: Table, opened: OpenedFile) -> tuple[str, ...]:
    return tuple(label for label in opened.labels if label not in table.column_names)
