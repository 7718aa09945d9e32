"""The columns of a partner's report: those that are always shown, and those that are chosen."""

from __future__ import annotations

from pipeline import rules
from pipeline.errors import UsageError
from pipeline.settings.validate import did_you_mean


def shown_columns(chosen: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The columns a report shows for a choice: all locked ones in their order, the added ones in the chosen order.

    The primary contact stands after the communication owner, as in the article. A choice may name the added columns
    only; one that names some locked columns but not all is an attempt to remove one.

    Raises UsageError for an unknown column, a column named twice, or a locked column left out.
    """
    known = (*rules.LOCKED_COLUMNS, *rules.ADDABLE_COLUMNS)
    for name in chosen:
        if name not in known:
            raise UsageError(f"unknown column {name!r}{did_you_mean(name, known)}. Known: {', '.join(known)}")
    for name in chosen:
        if chosen.count(name) > 1:
            raise UsageError(f"column {name!r} appears twice: name it once")
    locked = [name for name in chosen if name in rules.LOCKED_COLUMNS]
    missing = [name for name in rules.LOCKED_COLUMNS if name not in locked]
    if locked and missing:
        raise UsageError(
            f"{', '.join(missing)} cannot be removed: locked columns are always shown. "
            "Name all of them, or only the columns to add"
        )
    shown = list(rules.LOCKED_COLUMNS)
    added = [name for name in chosen if name not in rules.LOCKED_COLUMNS]
    if "primary_contact_name" in added:
        added.remove("primary_contact_name")
        shown.insert(shown.index("communication_owner") + 1, "primary_contact_name")
    return (*shown, *added)
