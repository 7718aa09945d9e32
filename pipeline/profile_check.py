"""A source profile checked: exports in, what maps, what is refused and the key figures out; nothing is published."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from pipeline import checks, ingest, transform
from pipeline.ingest.contract import reasons
from pipeline.nightly import run_metadata
from pipeline.settings import Settings
from pipeline.tables.exports import EXPORTS
from pipeline.warehouse import Connection
from pipeline.warehouse.connection import connect

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProfileCheck:
    """What the check of a profile found. Units: rows; money in the currency beside it.

    `tables`: per contract table rows mapped, loaded, refused, following, duplicate, and the first row loaded.
    `quarantine`: per table and reason the rows, what to do about it, and examples with file, line and original cells.
    `figures`: per currency. `questions`: the profile's open ones, most money first, with the MRR as it stands and under
    each other reading (null where that cannot be worked out). `stopped`: why a run of these exports would publish
    nothing, one line each.
    """

    profile: str
    as_of: date
    ingested: ingest.IngestReport
    tables: list[Row]
    quarantine: list[Row]
    figures: list[Row]
    stopped: list[str]
    questions: list[Row] = field(default_factory=list)

    def to_plain(self) -> Row:
        """As a program may read it."""
        return {
            "profile": self.profile,
            "as_of": self.as_of.isoformat(),
            "files": [
                {
                    "path": file.path,
                    "rows_read": file.rows_read,
                    "rows_loaded": file.rows_loaded,
                    "rows_quarantined": file.rows_quarantined,
                    "rows_duplicate": file.rows_duplicate,
                    "rows_left_out": file.rows_left_out,
                }
                for file in self.ingested.files
            ],
            "left_out": self.ingested.left_out,
            "corrections": [asdict(each) for each in self.ingested.corrections],
            "unused_columns": {path: list(names) for path, names in self.ingested.unused_columns.items()},
            "lost_columns": [asdict(each) for each in self.ingested.lost_columns],
            "unknown_columns": {name: list(extra) for name, extra in self.ingested.unknown_columns.items()},
            "tables": self.tables,
            "quarantine": self.quarantine,
            "figures": self.figures,
            "questions": self.questions,
            "notes": list(self.ingested.notes),
            "stopped": self.stopped,
        }


def check_profile(
    exports: Path,
    profile: Path,
    *,
    settings: Settings,
    as_of: date,
    examples: int = 3,
    questions: bool = True,
    progress: Callable[[str], None] = lambda _: None,
) -> ProfileCheck:
    """Map, check and reckon without publishing; `examples`: refused rows shown per table and reason.

    Without `questions` the effect of the profile's open questions is not worked out, which reads the files once more.

    Raises what `ingest` raises.
    """
    with connect() as con:
        found = ingest.ingest(con, exports, settings=settings, as_of=as_of, profile=profile, progress=progress)
        progress("computing MRR and renewals")
        limit = run_metadata.quarantine_limit(found, settings)
        gate = checks.export_gate(run_metadata.counts_for_the_gate(con, found), limit_percent=limit)
        return ProfileCheck(
            profile=found.profile,
            as_of=as_of,
            ingested=found,
            tables=[_table(con, counts) for counts in found.tables.values() if counts.rows_read],
            quarantine=_quarantine(con, examples),
            figures=_figures(con, settings, as_of),
            questions=_questions(exports, profile, as_of) if questions else [],
            stopped=[f"{result.table_name}: {result.observed}" for result in checks.stopping(gate)],
        )


def _questions(exports: Path, profile: Path, as_of: date) -> list[Row]:
    return [_question(one) for one in ingest.answers_to_open_questions(exports, profile, as_of=as_of)]


def _question(answers: ingest.Answers) -> Row:
    asked = answers.question
    return {
        "file": asked.file,
        "line": asked.line,
        "matter": asked.matter,
        "question": asked.text,
        "changes_money": asked.changes_money,
        "mrr": answers.now and answers.now.to_plain(),
        "in_words": answers.now and answers.now.in_words,
        "readings": [
            {"reading": label, "mrr": other and other.to_plain(), "in_words": other and other.in_words}
            for label, other in answers.others
        ],
    }


def _table(con: Connection, counts: ingest.TableCounts) -> Row:
    first: Row = {}
    if counts.table in EXPORTS:
        rows = con.sql(f'SELECT * FROM exports."{counts.table}" LIMIT 1').pl().to_dicts()  # noqa: S608
        first = {name: str(value) for row in rows for name, value in row.items() if value is not None}
    return {
        "table": counts.table,
        "rows_mapped": counts.rows_read,
        "rows_loaded": counts.rows_loaded,
        "rows_refused": counts.rows_refused,
        "rows_following": counts.rows_following,
        "rows_duplicate": counts.rows_duplicate,
        "first_row": first,
    }


def _quarantine(con: Connection, examples: int) -> list[Row]:
    found = con.execute(
        "SELECT table_name, reason_codes, count(*) AS n, "
        "list({'file': source_file, 'line': line_number, 'cells': cells} ORDER BY source_file, line_number)[1:?] "
        "FROM main.quarantine GROUP BY table_name, reason_codes "
        "ORDER BY reason_codes = 'parent_quarantined', table_name, n DESC, reason_codes",
        [examples],
    ).fetchall()
    return [
        {
            "table": table,
            "reasons": codes.split(";"),
            "advice": [reasons.advice_for(code, table) for code in codes.split(";")],
            "rows": rows,
            "examples": [{**one, "cells": json.loads(one["cells"])} for one in shown],
        }
        for table, codes, rows, shown in found
    ]


def _figures(con: Connection, settings: Settings, as_of: date) -> list[Row]:
    exports = {name: con.sql(f'SELECT * FROM exports."{name}"').pl() for name in EXPORTS}  # noqa: S608
    built = transform.build(exports, as_of=as_of, **settings.rule_values())
    contracts = exports["contracts"]
    # A client without a partner has renewals too: they are counted from the contracts, not from the partners' rows.
    ahead = pl.col("renewal_start_date").is_between(
        as_of, pl.lit(as_of) + pl.duration(days=settings.window_days), closed="right"
    )
    in_force = built["contract_mrr"].join(contracts.select("contract_id", "renewal_start_date"), on="contract_id")
    upcoming = in_force.filter(ahead)
    lines = exports["contract_lines"].join(contracts.select("contract_id", "currency"), on="contract_id")
    rows = []
    for (currency,) in contracts.select("currency").unique().sort("currency").iter_rows():
        of = pl.col("currency") == currency
        rows.append(
            {
                "currency": currency,
                "contracts": contracts.filter(of).height,
                "not_yet_begun": contracts.filter(of & (pl.col("term_start_date") > as_of)).height,
                "ended": contracts.filter(of & (pl.col("renewal_start_date") <= as_of)).height,
                "in_force": in_force.filter(of).height,
                "mrr": _sum(in_force.filter(of)["current_mrr"]),
                "arr": _sum(in_force.filter(of)["current_mrr"] * 12),
                "renewals_in_window": upcoming.filter(of).height,
                "mrr_in_window": _sum(upcoming.filter(of)["current_mrr"]),
                "sum_of_lines": _lines(lines.filter(of)),
            }
        )
    return rows


def _lines(lines: pl.DataFrame) -> str:
    pairs = lines.select("quantity", "unit_price").iter_rows()
    return _plain(sum((quantity * price for quantity, price in pairs), Decimal(0)))


def _sum(amounts: pl.Series) -> str:
    return _plain(sum(amounts, Decimal(0)))


def _plain(amount: Decimal) -> str:
    """Without the zeros of its type, with at least two decimals."""
    text = f"{amount.normalize():f}"
    whole, _, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"
