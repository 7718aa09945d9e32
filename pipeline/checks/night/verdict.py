"""The gate of rule 14: what is compared with what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import polars as pl

from pipeline.checks.results import CheckResult
from pipeline.settings import Settings


@dataclass(frozen=True, slots=True)
class NightsBefore:
    """The run files that tonight's candidate is compared with; the yardstick was made with the same source profile.

    `yardstick`: the last run published by itself or accepted, and not rolled back since; None = a first run.
    `published`: the run readers see (its `as_of` may not lie after tonight's, and the same rows make tonight stale).
    `older`: earlier published runs, newest first. `unreadable`: why the yardstick could not be read, or "".
    """

    yardstick: Path | None
    published: Path | None
    older: tuple[Path, ...] = ()
    unreadable: str = ""


@dataclass(frozen=True, slots=True)
class PartnerHold:
    """A partner whose surfaces stay as they are while everybody else's go out.

    `finding` is a code (`partner_clients_fell`, `partner_contracts_fell`, `partner_mrr_fell`, `partner_gained_clients`,
    `address_of_another_partner`), `reason` one sentence with the figures that led to it.
    """

    partner_id: str
    finding: str
    reason: str


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
    """Rule 14: compare the candidate run file, which must not be open in this process, with the nights before.

    `decisions`: those that exist on `as_of`. `exported_at`: what the export's manifest says, in UTC; None = no
    manifest. All connections are closed on return.
    """
    return NightVerdict()
