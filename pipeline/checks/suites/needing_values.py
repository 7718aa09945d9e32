"""Checks that need values from outside the run's tables: what this machine knows."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.checks.declare_check import Check, OneOf


def usable_in_reports(locales: Iterable[str], time_zones: Iterable[str]) -> tuple[Check, ...]:
    """Warnings about partners whose locale or time zone is not among those that can be used."""
    usable = (
        ("usable_locale", "locale", "locales", locales),
        ("usable_time_zone", "time_zone", "time zones", time_zones),
    )
    return tuple(
        Check(
            name, "warning", "exports.partners", f"{fault} that nothing is known about", (OneOf(column, tuple(values)),)
        )
        for name, column, fault, values in usable
    )
