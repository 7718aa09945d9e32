"""Rules 9 and 10 once more, from the exports alone: MRR and estimates as somebody else would work them out.

In floating point, and so to within half of the currency's smallest amount: what this finds is a wrong figure, not a
wrong way of rounding (`shape.minor_units` and the tests of the rules see to that). The parts of an estimate add up to
it (`estimates.parts_add_up`), so that each part but one is asked here, and the price takes the rest.
"""

from __future__ import annotations

from typing import Final

from pipeline.checks.declare_check import Check, NoRowWhere, no_change_where, no_row_where, with_words

_OTHER_THAN: Final = (
    "abs(CAST($figure AS DOUBLE) - $expected) > CAST($minor_step AS DOUBLE) / 2 + abs($expected) * 1e-9 + 1e-9"
)


def other_than(figure: str, expected: str) -> str:
    """SQL: the figure is not the expected amount rounded to the minor unit of the row's `currency`."""
    return with_words(_OTHER_THAN, figure=figure, expected=expected)


def _of_renewals(name: str, fault: str, columns: str, condition: str) -> Check:
    shown = ("partner_id", "change_id", *columns.split(", "))
    return Check(name, "stop", "upcoming_renewals", fault, (NoRowWhere("renewals_priced", shown, condition),))


def _of_limits(name: str, fault: str, columns: str, condition: str) -> Check:
    shown = ("partner_id", "change_id", *columns.split(", "))
    return Check(name, "stop", "upcoming_renewals", fault, (NoRowWhere("limits_priced", shown, condition),))


def _only_with(part: str, bases: str) -> Check:
    return no_change_where(
        part,
        f"rows with {part} although their estimate does not rest on it",
        f"contract_type estimate_basis {part}",
        f"{part} <> 0 AND NOT ({bases})",
    )


CHECKS: Final[tuple[Check, ...]] = (
    no_row_where(
        "contract_mrr",
        "mrr_of_lines",
        "contracts whose MRR is not that of their lines",
        "contract_id currency current_mrr mrr_of_lines",
        f"is_there AND is_explained AND {other_than('current_mrr', 'mrr_of_lines')}",
    ),
    _of_renewals(
        "estimate_of_renewal",
        "renewals whose estimate is not that of their lines at the new prices",
        "currency, estimate_basis, estimated_new_mrr, amount, raised",
        other_than("estimated_new_mrr", "greatest(0, amount + raised)"),
    ),
    _of_renewals(
        "basis_of_renewal",
        "renewals that are not priced from what their basis says",
        "estimate_basis, basis",
        "estimate_basis <> basis",
    ),
    _of_renewals(
        "discount_of_renewal",
        "renewals whose change for ending discounts is not that of their lines",
        "currency, mrr_change_discount, discount_amount",
        other_than("mrr_change_discount", "discount_amount"),
    ),
    _of_limits(
        "estimate_of_limits",
        "contact tier upgrades and email overages whose change is not the price of their blocks",
        "currency, mrr_before, estimated_new_mrr, price",
        f"estimate_basis = 'price_book' AND in_book AND {other_than('mrr_change', 'price')}",
    ),
    _of_limits(
        "basis_of_limits",
        "contact tier upgrades and email overages whose basis disagrees with whether the price book prices them",
        "estimate_basis, in_book",
        "(estimate_basis = 'price_book' AND NOT in_book) OR (estimate_basis = 'unpriced' AND in_book)",
    ),
    no_change_where(
        "unpriced_estimate",
        "rows that nothing prices whose MRR changes",
        "contract_type mrr_before estimated_new_mrr",
        "estimate_basis = 'unpriced' AND (contract_type = 'renewal' OR estimated_new_mrr <> mrr_before)",
    ),
    no_change_where(
        "estimate_of_quote",
        "rows whose estimate is not their quote",
        "currency estimated_new_mrr quoted_mrr",
        f"estimate_basis = 'quote' AND {other_than('estimated_new_mrr', 'CAST(quoted_mrr AS DOUBLE)')}",
    ),
    _only_with("mrr_change_limits", "estimate_basis = 'price_book' AND contract_type <> 'renewal'"),
    _only_with("mrr_change_cancellation", "estimate_basis = 'cancelled'"),
    _only_with(
        "mrr_change_quote",
        "estimate_basis = 'quote' OR contract_type = 'renewal' AND estimate_basis IN ('price_book', 'uplift', 'same')",
    ),
    _of_renewals(
        "quote_of_renewal",
        "renewals that do not undo the quotes below the MRR before them",
        "currency, mrr_change_quote, quoted_down",
        "mrr_change_quote <> quoted_down",
    ),
    _only_with("mrr_change_price", "contract_type = 'renewal' AND estimate_basis IN ('price_book', 'uplift', 'same')"),
    _only_with(
        "mrr_change_discount", "contract_type = 'renewal' AND estimate_basis IN ('price_book', 'uplift', 'same')"
    ),
)
