"""What the check of a profile found, as text for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from pipeline.cli.safe_text import tell
from pipeline.cli.terminal import print_rows

if TYPE_CHECKING:
    from pipeline.profile_check import ProfileCheck

_LONGEST_CELL: Final = 40
_LONGEST_ROW: Final = 400
_FIGURES: Final = {
    "contracts": "contracts",
    "not_yet_begun": "  not yet begun",
    "in_force": "  in force",
    "ended": "  ended (renewal date reached)",
    "mrr": "MRR of those in force",
    "arr": "12 x that MRR",
    "renewals_in_window": "in force, renewing in the window",
    "mrr_in_window": "  their MRR",
    "sum_of_lines": "all lines: quantity x unit price",
}


def print_profile_check(checked: ProfileCheck) -> None:
    """Print files, tables, the first row of each, the quarantine and the key figures."""
    tell(f"profile {checked.profile}, as of {checked.as_of}")
    tell()
    _files(checked)
    _tables(checked)
    _quarantine(checked)
    _figures(checked)
    _questions(checked)


def _files(checked: ProfileCheck) -> None:
    print_rows(
        ("source file", "read", "loaded", "quarantined", "duplicate", "left out"),
        [
            (f.path, f.rows_read, f.rows_loaded, f.rows_quarantined, f.rows_duplicate, f.rows_left_out)
            for f in checked.ingested.files
        ],
    )
    for reason, count in checked.ingested.left_out.items():
        tell(f"left out: {count} rows ({reason})")
    for each in checked.ingested.corrections:
        tell(f"corrected: {each.in_words}")
    for path, names in checked.ingested.unused_columns.items():
        tell(f"no statement uses these columns of {path}: {', '.join(names)}")
    for lost in checked.ingested.lost_columns:
        tell(lost.in_words)
    for note in checked.ingested.notes:
        if not note.startswith("warning: "):
            tell(note)
    for table, extra in checked.ingested.unknown_columns.items():
        tell(f"the contract's {table} has no column {', '.join(extra)}: kept, not used")


def _tables(checked: ProfileCheck) -> None:
    tell()
    print_rows(
        ("table", "mapped", "loaded", "refused", "parent refused", "duplicate"),
        [
            (
                t["table"],
                t["rows_mapped"],
                t["rows_loaded"],
                t["rows_refused"],
                t["rows_following"],
                t["rows_duplicate"],
            )
            for t in checked.tables
        ],
    )
    for table in checked.tables:
        if table["first_row"]:
            tell()
            tell(f"first row of {table['table']}: {_row(table['first_row'])}")


def _quarantine(checked: ProfileCheck) -> None:
    tell()
    tell("quarantined: " + ("" if checked.quarantine else "nothing"))
    for found in checked.quarantine:
        tell()
        tell(f"{found['rows']} of {found['table']}: {';'.join(found['reasons'])}")
        for advice in dict.fromkeys(found["advice"]):
            tell(f"  to do: {advice}")
        for example in found["examples"]:
            tell(f"  {example['file']}, line {example['line']}: {_row(example['cells'])}")


def _questions(checked: ProfileCheck) -> None:
    if not checked.questions:
        tell()
        tell("open questions: none")
        return
    tell()
    tell(f"open questions, most money first; a month's MRR on {checked.as_of} under each reading:")
    for asked in checked.questions:
        tell()
        tell(f"{asked['file']}, line {asked['line']}: {asked['question']}")
        if asked["in_words"] is not None:
            tell(f"  as it stands: {asked['in_words']}")
        for other in asked["readings"]:
            tell(f"  {other['reading']}: {other['in_words'] or 'cannot be worked out'}")
    tell()
    tell("to answer one: change the file where the guess is wrong, then delete the question and its If lines")


def _row(cells: dict[str, Any]) -> str:
    text = ", ".join(f"{name} = {cell}" for name, cell in _shown(cells))
    return text if len(text) <= _LONGEST_ROW else text[: _LONGEST_ROW - 1] + "…"


def _shown(cells: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, cell in cells.items():
        text = " ".join(str(cell).split())
        if cell is not None and text:
            yield name, text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _figures(checked: ProfileCheck) -> None:
    tell()
    print_rows(
        ("", *(row["currency"] for row in checked.figures)),
        [(label, *(row[name] for row in checked.figures)) for name, label in _FIGURES.items()],
    )
