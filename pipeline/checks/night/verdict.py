"""The gate of rule 14: what is compared with what, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from pipeline.checks.declare_check import sql_words
from pipeline.checks.night import (
    associations,
    column_changes,
    expected,
    export_content,
    facts,
    keys,
    magnitudes,
    prices,
)
from pipeline.checks.night.night_results import result
from pipeline.checks.night.partners import PartnerHold, single_partners
from pipeline.checks.night.side_by_side import Nights, side_by_side
from pipeline.checks.output_gate import evaluated
from pipeline.checks.results import CheckResult
from pipeline.settings import Settings
from pipeline.warehouse import create_run_file


@dataclass(frozen=True, slots=True)
class NightsBefore:
    """The run files that tonight's candidate is compared with; the yardstick was made with the same source profile.

    `yardstick`: the last run published by itself or accepted, and not rolled back since; None = a first run.
    `published`: the run readers see (its `as_of` may not lie after tonight's, and the same rows make tonight stale).
    `older`: earlier published runs, newest first. `unreadable`: why the yardstick could not be read, or "".
    `of_partners`: the last run that was not held, of partners that are held now: each one's own yardstick.
    """

    yardstick: Path | None
    published: Path | None
    older: tuple[Path, ...] = ()
    unreadable: str = ""
    of_partners: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NightVerdict:
    """What rule 14 says of a candidate: results of gate "night", where "stop" holds the run, and partners held."""

    results: list[CheckResult] = field(default_factory=list)
    partners: list[PartnerHold] = field(default_factory=list)


def night_gate(
    candidate: Path,
    before: NightsBefore,
    *,
    settings: Settings,
    as_of: date,
    decisions: pl.DataFrame,
    exported_at: datetime | None = None,
) -> NightVerdict:
    """Rule 14: compare the candidate run file, which must not be open in this process, with previous nights.

    Both exports are evaluated on `as_of` with `settings` and `decisions` (those that exist on that day), whatever the
    yardstick was made with. `exported_at`: what the export's manifest says, in UTC; None = no manifest. Writes
    `export_content` into the candidate; nothing else is written anywhere. All connections are closed on return.
    """
    results = [_compared_with(before), *_expectations(candidate, before, settings=settings, as_of=as_of)]
    held: list[PartnerHold] = []
    with create_run_file(candidate) as con:
        results += _content(con, before, settings=settings, as_of=as_of, exported_at=exported_at)
        if before.yardstick is not None:
            nights = side_by_side(con, before.yardstick, settings=settings, as_of=as_of, decisions=decisions)
            results += _whole_run(nights)
            held = [hold for hold in single_partners(nights) if hold.partner_id not in before.of_partners]
        for path in sorted(set(before.of_partners.values())):
            own = {partner for partner, yardstick in before.of_partners.items() if yardstick == path}
            nights = side_by_side(con, path, settings=settings, as_of=as_of, decisions=decisions)
            held += [hold for hold in single_partners(nights) if hold.partner_id in own]
    return NightVerdict([*results, _partners_held(held)], held)


def _compared_with(before: NightsBefore) -> CheckResult:
    said = []
    if before.unreadable:
        instead = before.yardstick.stem if before.yardstick else "none"
        said = [f"the run before cannot be read, so tonight is compared with {instead} ({before.unreadable})"]
    fine = "no run before this one to compare with: this is the first run"
    if before.yardstick is not None:
        fine = f"compared with {before.yardstick.stem}"
    elif before.published is not None:
        fine = f"not compared: {before.published.stem} was made with another source profile"
    return result("yardstick", "run_info", said, fine=fine, level="warning")


def _expectations(candidate: Path, before: NightsBefore, *, settings: Settings, as_of: date) -> list[CheckResult]:
    asked = expected.expected_of_candidate(before.yardstick, before.published, as_of=as_of)
    if not asked:
        return []
    words = sql_words(as_of, settings, with_decisions=False)
    successes = evaluated(candidate, [each.check for each in asked], words)
    return [each.found(success=success) for each, success in zip(asked, successes, strict=True)]


def _content(
    con: duckdb.DuckDBPyConnection,
    before: NightsBefore,
    *,
    settings: Settings,
    as_of: date,
    exported_at: datetime | None,
) -> list[CheckResult]:
    last = export_content.content_of(before.published) if before.published else None
    tonight = export_content.content_tonight(con, as_of=as_of, last=last, exported_at=exported_at)
    export_content.keep_content(con, tonight)
    found = export_content.same_rows_as_last(tonight, last, stale_after_days=settings.stale_after_days)
    older = before.older if settings.stale_after_days else ()
    return [*found, export_content.same_rows_as_older(tonight, last, older)]


def _whole_run(nights: Nights) -> list[CheckResult]:
    leaving = associations.leaving_partner(nights)
    return [
        *magnitudes.magnitudes(nights),
        *keys.keys_kept(nights),
        *facts.contract_facts_kept(nights),
        *associations.partner_kept(nights, leaving),
        *prices.prices_kept(nights),
        *column_changes.columns_kept(nights),
        *prices.rates_kept(nights),
    ]


def _partners_held(held: list[PartnerHold]) -> CheckResult:
    partners = list(dict.fromkeys(hold.partner_id for hold in held))
    shown = ", ".join(partners[:5]) + (", …" if len(partners) > 5 else "")
    said = [f"partners held, whose reports stay as they are: {len(partners):,} ({shown})"] if held else []
    examples = [asdict(hold) for hold in held]
    return result(
        "partners_held", "partners", said, fine="no single partner is held", level="warning", examples=examples
    )
