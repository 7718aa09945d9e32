"""What every amount of the published tables is: exact, with 4 decimals, in the row's own currency, per month."""

from __future__ import annotations

from typing import Final

MONEY: Final = "decimal(38,4)"
PER_MONTH: Final = "contract currency per month"
