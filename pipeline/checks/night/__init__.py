"""Rule 14, "The wrong night": tonight's export against the yardstick, both evaluated on tonight's day.

One engine of few small rules, over both run files attached read-only: keys kept, share of values changed per column,
magnitude per group, table there or not, content seen before. What it finds holds the whole run (level "stop"), warns,
or holds single partners.
"""

from __future__ import annotations

from pipeline.checks.night.partners import PartnerHold
from pipeline.checks.night.verdict import NightsBefore, NightVerdict, night_gate

__all__ = ["NightVerdict", "NightsBefore", "PartnerHold", "night_gate"]
