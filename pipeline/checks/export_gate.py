"""The gate after ingest: how much of each export table was refused, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pipeline.checks.results import EXAMPLES_SHOWN, CheckResult, Level, plain_example
from pipeline.tables.exports import EXPORTS


@dataclass(frozen=True, slots=True)
class CountedTable:
    """What ingest counted for one export table.

    `rows_read`: rows that reached the table. `rows_loaded`: rows it kept. `rows_quarantined_own`: rows refused for
    reasons of their own; those that followed a refused parent are not in it. `rows_by_reason`: refused rows per reason
    code, a row counting once under each of its reasons. `quarantined_examples`: some refused rows (`source_file`,
    `line_number`, `reason_codes`, …). `unknown_columns`: columns that the contract does not know.
    `corrections`: the known errors of the source that were put right. `incomplete_contracts`: contracts that were kept
    although a line of theirs was refused.
    """

    table_name: str
    rows_read: int
    rows_loaded: int
    rows_quarantined: int = 0
    rows_quarantined_own: int = 0
    rows_by_reason: Mapping[str, int] = field(default_factory=dict)
    quarantined_examples: tuple[Mapping[str, Any], ...] = ()
    unknown_columns: tuple[str, ...] = ()
    corrections: tuple[Mapping[str, Any], ...] = ()
    incomplete_contracts: tuple[str, ...] = ()


def export_gate(tables: Iterable[CountedTable], *, limit_percent: Decimal) -> list[CheckResult]:
    """Judge what ingest counted: four checks per table, one more that passes where corrections were applied, and one
    that warns of contracts kept without all their lines, whose MRR may be too low.

    `quarantine_share` (stop): rows refused for reasons of their own, in percent of the rows read, strictly above
    `limit_percent`. `rows_left` (stop): a required table none of whose rows was kept. `quarantined_rows` and
    `unknown_columns` (warning). Source: the data contract, "What is done with rows that break the contract".
    """
    return [
        check
        for table in tables
        for check in (
            _quarantine_share(table, limit_percent),
            _rows_left(table),
            _quarantined_rows(table),
            _unknown_columns(table),
            *_corrections(table),
            *_incomplete_contracts(table),
        )
    ]


def _quarantine_share(table: CountedTable, limit_percent: Decimal) -> CheckResult:
    # Compared as a product: a share of exactly the limit passes, whatever the division would round to.
    above = table.rows_quarantined_own * 100 > limit_percent * table.rows_read
    share = Decimal(table.rows_quarantined_own * 100) / table.rows_read if table.rows_read else Decimal(0)
    observed = (
        f"{table.rows_quarantined_own:,} of {table.rows_read:,} rows quarantined for their own reasons"
        f" ({share:.2f} %, limit {limit_percent.normalize():f} %)"
    )
    return _result("quarantine_share", "stop", table, observed, above, _examples(table))


def _rows_left(table: CountedTable) -> CheckResult:
    # A profile's raw file is not a table of the contract: its ragged rows are counted, nothing of it is required.
    required = table.table_name in EXPORTS and EXPORTS[table.table_name].required
    observed = f"{table.rows_loaded:,} of {table.rows_read:,} rows loaded"
    return _result("rows_left", "stop", table, observed, required and table.rows_loaded == 0, _examples(table))


def _quarantined_rows(table: CountedTable) -> CheckResult:
    reasons = ", ".join(
        f"{reason} {count:,}" for reason, count in sorted(table.rows_by_reason.items(), key=lambda by: (-by[1], by[0]))
    )
    observed = f"quarantined rows: {table.rows_quarantined:,}" + (f" ({reasons})" if reasons else "")
    return _result("quarantined_rows", "warning", table, observed, table.rows_quarantined > 0, _examples(table))


def _unknown_columns(table: CountedTable) -> CheckResult:
    names = table.unknown_columns
    observed = f"columns that the contract does not know: {', '.join(names) if names else 'none'}"
    examples = [{"column": name} for name in names[:EXAMPLES_SHOWN]]
    return _result("unknown_columns", "warning", table, observed, bool(names), examples)


def _corrections(table: CountedTable) -> list[CheckResult]:
    if not table.corrections:
        return []
    observed = f"known errors of the source corrected: {len(table.corrections):,}"
    examples = [plain_example(each) for each in table.corrections[:EXAMPLES_SHOWN]]
    return [CheckResult("corrections", "export", "warning", table.table_name, True, observed, examples)]


def _incomplete_contracts(table: CountedTable) -> list[CheckResult]:
    names = table.incomplete_contracts
    if not names:
        return []
    shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    observed = f"contracts without some of their lines, so that their MRR may be wrong: {len(names):,} ({shown})"
    examples = [{"contract_id": name} for name in names[:EXAMPLES_SHOWN]]
    return [_result("incomplete_contracts", "warning", table, observed, True, examples)]


def _examples(table: CountedTable) -> list[dict[str, Any]]:
    return [plain_example(row) for row in table.quarantined_examples[:EXAMPLES_SHOWN]]


def _result(
    name: str, level: Level, table: CountedTable, observed: str, found: bool, examples: list[dict[str, Any]]
) -> CheckResult:
    return CheckResult(name, "export", level, table.table_name, not found, observed, examples if found else [])
