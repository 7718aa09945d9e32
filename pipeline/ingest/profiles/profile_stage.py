"""The stage with a source profile: raw files in, the contract's tables out, every raw row accounted for."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from pipeline.errors import InputError
from pipeline.ingest.contract import load, quarantine, row_counts
from pipeline.ingest.contract.corrections import Corrections
from pipeline.ingest.contract.source_rows import Source
from pipeline.ingest.folder import check_folder, unchanged, unused_files
from pipeline.ingest.formats.sources import open_raw, remarks_on, sha256
from pipeline.ingest.outcome import FileCounts, IngestReport, TableCounts
from pipeline.ingest.profiles.mapping import Mapped, ProfileSandbox, RawSource
from pipeline.ingest.profiles.profile import Profile, RawFile
from pipeline.ingest.profiles.questions import questions_of
from pipeline.ingest.profiles.unused_columns import lost_columns, unused_columns
from pipeline.settings import DEFAULT_LIMITS, FileFormat, ReadLimits
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.warehouse.connection import connect

_DUPLICATE: Final = 1
_LOADED: Final = 2
_QUARANTINED: Final = 3
_FED: Final = "CREATE OR REPLACE TEMP TABLE fed (source BIGINT, state TINYINT)"
_LOOKUP: Final = "lookup"
"""Reason of rows of a lookup file that no table needed."""


def ingest_by_profile(
    con: duckdb.DuckDBPyConnection,
    exports: Path,
    profile: Profile,
    as_of: date,
    known: Corrections,
    progress: Callable[[str], None],
    work: Path,
    limits: ReadLimits = DEFAULT_LIMITS,
) -> IngestReport:
    """As `ingest`, through the SELECTs of a profile, whose results are in the folder `work` meanwhile.

    Every raw row ends as loaded, quarantined, duplicate or left out. Raises InputError also for a raw row that is
    neither mapped nor left out, or both.
    """
    check_folder(exports)
    con.execute(_FED)
    raw = read_raw(exports, profile, work, progress, limits)
    with closing(ProfileSandbox(profile, raw, work, as_of)) as sandbox:
        counts: dict[str, TableCounts] = {}
        unknown: dict[str, tuple[str, ...]] = {}
        for table in EXPORTS.values():
            if table.name not in profile.statements:
                known.confirm(con, table, None)
                counts[table.name] = load.create_empty(con, table)
                continue
            progress(f"mapping {table.name}")
            mapped = sandbox.map(table)
            counts[table.name] = _load(con, table, mapped, profile, as_of, known)
            if extra := tuple(label for label in mapped.header if label not in table.column_names):
                unknown[table.name] = extra
        left_out = sandbox.left_out()
        lost = tuple(lost_columns(profile, sandbox.view_columns()))
    counts |= _quarantine_misfits(con, raw)
    left_out_reasons = _account_left_out(con, raw, left_out)
    files = (*(_account(con, exports, one) for one in raw), *known.account())
    row_counts.write(con, files)
    return IngestReport(
        files=files,
        tables=counts,
        unknown_columns=unknown,
        left_out=left_out_reasons,
        profile=profile.name,
        quarantine_limit_percent=profile.quarantine_limit_percent,
        corrections=known.entries,
        unused_columns=unused_columns(profile, raw),
        notes=(
            *(remark for one in raw for remark in remarks_on(one.raw, one.source, exports / one.raw.path, work)),
            *(
                f"{name}: not named in {profile.called}/profile.toml, not read"
                for name in unused_files(exports, {one.raw.path for one in raw})
            ),
            *_open(profile),
        ),
        lost_columns=lost,
    )


def _open(profile: Profile) -> list[str]:
    """A line that says which questions of the profile that can change money nobody has answered yet."""
    found = [question for question in questions_of(profile) if question.changes_money]
    if not found:
        return []
    matters = ", ".join(dict.fromkeys(question.matter or question.text[:40] for question in found))
    number = "1 question is" if len(found) == 1 else f"{len(found)} questions are"
    return [
        f"warning: {number} open in the profile {profile.called} that can change money ({matters}): the figures "
        f"follow guesses; "
        f"'renewals profile check {profile.called} --exports DIR' shows by how much"
    ]


def read_raw(
    exports: Path,
    profile: Profile,
    folder: Path,
    progress: Callable[[str], None] = lambda _: None,
    limits: ReadLimits = DEFAULT_LIMITS,
) -> list[RawSource]:
    """The raw files of a profile as text; `folder` takes what must be unpacked. Raises InputError."""
    found: list[RawSource] = []
    base = 0
    for declared in profile.files:
        raw = _located(declared, exports, profile)
        path = exports / raw.path
        progress(f"reading {raw.path}")
        with unchanged([(raw.path, path)]):
            source = open_raw(raw, path, folder, limits)
            found.append(RawSource(raw, source, base, _rows(source)))
        base += found[-1].rows
    return found


def _rows(source: Source) -> int:
    with connect() as con:
        return load.count(con, f"FROM {source.relation}")


def _located(raw: RawFile, exports: Path, profile: Profile) -> RawFile:
    """The file with the name it has in these exports."""
    if "*" not in raw.path:
        if not os.path.lexists(exports / raw.path):
            raise InputError(f"{raw.path}: the source profile {profile.called} needs this file; it is not in {exports}")
        return raw
    found = sorted(str(path.relative_to(exports)) for path in exports.glob(raw.path) if path.is_file())
    if len(found) != 1:
        there = f"{' and '.join(found)} are; keep one" if found else f"none is in {exports}"
        raise InputError(f"{raw.path}: the source profile {profile.called} needs one such file; {there}")
    return replace(raw, path=found[0])


def _load(
    con: duckdb.DuckDBPyConnection, table: Table, mapped: Mapped, profile: Profile, as_of: date, known: Corrections
) -> TableCounts:
    rows = load.create(con, table, known.correct(table, mapped), FileFormat())
    known.confirm(con, table, mapped)
    if table.required and not rows:
        why = "".join(_without_rows(con, one) for one in mapped.raw)
        raise InputError(f"{profile.called}/{table.name}.sql: gives no rows, but {table.name} is a required table{why}")
    counts, refusals = quarantine.quarantine_rows(con, table, mapped, rows, as_of)
    for name, records in (("refused_records", refusals.refused), ("duplicate_records", refusals.duplicate)):
        con.register(name, pa.table({"record": pa.array(sorted(records), pa.int64())}))
    con.execute(
        "INSERT INTO fed SELECT source, max(state) FROM (SELECT unnest(sources) AS source, CASE "
        f"WHEN record IN (SELECT record FROM refused_records) THEN {_QUARANTINED} "
        f"WHEN record IN (SELECT record FROM duplicate_records) THEN {_DUPLICATE} ELSE {_LOADED} END AS state "
        f"FROM {mapped.sources}) GROUP BY source"
    )
    con.unregister("refused_records")
    con.unregister("duplicate_records")
    return counts


def _without_rows(con: duckdb.DuckDBPyConnection, raw: RawSource) -> str:
    """Why that file gives a SELECT nothing to read, to be put behind a message; "" when it does."""
    if not raw.rows:
        return f"; {raw.raw.path} has no rows"
    if raw.source.has_structure and not load.count(con, f"FROM {raw.source.relation} WHERE structure IS NULL"):
        where = f"[files.{raw.raw.name}]"
        return f"; no row of {raw.raw.path} has as many cells as its header: see header_row and delimiter under {where}"
    return ""


def _quarantine_misfits(con: duckdb.DuckDBPyConnection, raw: Sequence[RawSource]) -> dict[str, TableCounts]:
    """Raw records that cannot be laid over their header go to the quarantine under the raw table's name."""
    found: dict[str, TableCounts] = {}
    for one in raw:
        if not one.source.has_structure:
            continue
        misfits = dict(
            con.execute(
                f"SELECT record, structure FROM {one.source.relation} WHERE structure IS NOT NULL ORDER BY record"
            ).fetchall()
        )
        for original in one.source.originals(list(misfits)):
            con.execute(
                "INSERT INTO main.quarantine VALUES (?, ?, ?, ?, ?)",
                [original.file, original.line, one.raw.name, misfits[original.record], original.cells],
            )
            con.execute("INSERT INTO fed VALUES (?, ?)", [one.base + original.record, _QUARANTINED])
        if misfits:
            loaded = one.rows - len(misfits)
            found[one.raw.name] = TableCounts(one.raw.name, one.rows, loaded, len(misfits), 0, 0)
    return found


def _account_left_out(con: duckdb.DuckDBPyConnection, raw: Sequence[RawSource], left_out: pa.Table) -> dict[str, int]:
    """Notes the rows left out, and why; gives how many by reason. Raises InputError for rows without an end."""
    con.register("left_out_rows", left_out)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE left_out AS "
        "SELECT source, coalesce(min(reason), '') AS reason FROM left_out_rows GROUP BY source"
    )
    con.unregister("left_out_rows")
    con.execute("CREATE OR REPLACE TEMP TABLE ended AS SELECT source, max(state) AS state FROM fed GROUP BY source")
    for one in raw:
        rows = f"(SELECT {one.base} + range AS source FROM range({one.rows})) AS rows"
        _refuse(con, one, f"FROM {rows} JOIN ended USING (source) JOIN left_out USING (source)", _BOTH)
        forgotten = f"FROM {rows} ANTI JOIN ended USING (source) ANTI JOIN left_out USING (source)"
        if one.raw.lookup:
            con.execute(f"INSERT INTO left_out SELECT source, '{_LOOKUP}' {forgotten}")
        else:
            _refuse(con, one, forgotten, _NEITHER)
    return dict(con.execute("SELECT reason, count(*) FROM left_out GROUP BY reason ORDER BY reason").fetchall())


_BOTH: Final = "is both mapped and left out by the source profile; let left_out.sql name only rows that no table uses"
_NEITHER: Final = "is neither mapped nor left out by the source profile; map it or name it in left_out.sql"


def _refuse(con: duckdb.DuckDBPyConnection, raw: RawSource, rows: str, what: str) -> None:
    [(source, number)] = con.execute(f"SELECT min(source), count(*) {rows}").fetchall()
    if not number:
        return
    first = next(iter(raw.source.originals([source - raw.base])))
    more = f" (and {number - 1} more)" if number > 1 else ""
    raise InputError(f"{first.file}: line {first.line}{more} {what}")


def _account(con: duckdb.DuckDBPyConnection, exports: Path, raw: RawSource) -> FileCounts:
    inside = f"WHERE source >= {raw.base} AND source < {raw.base + raw.rows}"
    states: dict[int, int] = dict(con.execute(f"SELECT state, count(*) FROM ended {inside} GROUP BY state").fetchall())
    return FileCounts(
        path=raw.raw.path,
        table=raw.raw.name,
        sha256=sha256(exports / raw.raw.path),
        rows_read=raw.rows,
        rows_loaded=states.get(_LOADED, 0),
        rows_quarantined=states.get(_QUARANTINED, 0),
        rows_duplicate=states.get(_DUPLICATE, 0),
        rows_left_out=load.count(con, f"FROM left_out {inside}"),
    )
