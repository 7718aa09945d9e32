"""The gates: what comes from outside is filtered, what we computed is validated.

`export_gate` judges what ingest counted; `output_gate` judges the candidate run file before it is published (Great
Expectations on DuckDB); `night_gate` compares it with previous nights (rule 14); `write` keeps the results of all in
the run file. `stopping` names what forbids publishing. Every check is declared once, in `suites/` and `night/`.

Importing this package is cheap: Great Expectations (5 to 6 s) is imported by the output gate only, or ahead of it, in
a thread of its own, by `warm_up_beside`.
"""

from __future__ import annotations

from pipeline.checks.engine_import import warm_up, warm_up_beside
from pipeline.checks.export_gate import CountedTable, export_gate
from pipeline.checks.hold_reasons import findings_hash, findings_seen, holding
from pipeline.checks.night import NightsBefore, NightVerdict, PartnerHold, night_gate
from pipeline.checks.output_gate import output_gate
from pipeline.checks.results import CheckResult, stopping, write

__all__ = [
    "CheckResult",
    "CountedTable",
    "NightVerdict",
    "NightsBefore",
    "PartnerHold",
    "export_gate",
    "findings_hash",
    "findings_seen",
    "holding",
    "night_gate",
    "output_gate",
    "stopping",
    "warm_up",
    "warm_up_beside",
    "write",
]
