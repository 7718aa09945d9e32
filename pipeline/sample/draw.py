"""Chance as a pure function: the same seed, purpose and row number always draw the same value.

Every draw is a 64-bit hash (SplitMix64) of the row's number and of a salt made from seed and purpose. So a sample does
not depend on the size of the batches it is written in, on the order of the columns, or on a library's generator.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from pipeline.tables.exports import EXPORTS

_GOLDEN: Final = 0x9E3779B97F4A7C15
_FIRST_FACTOR: Final = 0xBF58476D1CE4E5B9
_SECOND_FACTOR: Final = 0x94D049BB133111EB
_PER_MILLE: Final = 1000


@dataclass(frozen=True, slots=True)
class Draw:
    """Draws for the rows of one frame: `key` is the column (UInt64, unique in its table) that numbers the rows."""

    seed: int
    key: str

    def bits(self, purpose: str) -> pl.Expr:
        """64 evenly distributed bits."""
        mixed = pl.col(self.key) * _whole(_GOLDEN) + _whole(self._salt(purpose))
        mixed = (mixed ^ (mixed // _whole(1 << 30))) * _whole(_FIRST_FACTOR)
        mixed = (mixed ^ (mixed // _whole(1 << 27))) * _whole(_SECOND_FACTOR)
        return mixed ^ (mixed // _whole(1 << 31))

    def below(self, purpose: str, limit: int | pl.Expr) -> pl.Expr:
        """A whole number from 0 to limit - 1 (Int64)."""
        divisor = _whole(limit) if isinstance(limit, int) else limit.cast(pl.UInt64)
        return (self.bits(purpose) % divisor).cast(pl.Int64)

    def chance(self, purpose: str, per_mille: int | pl.Expr) -> pl.Expr:
        """True for that many of a thousand rows."""
        return self.below(purpose, _PER_MILLE) < per_mille

    def pick(self, purpose: str, choices: Sequence[object]) -> pl.Expr:
        """One of the choices (null may be one), each as likely."""
        return take(choices, self.below(purpose, len(choices)))

    def weighted(self, purpose: str, weights: Mapping[Any, int]) -> pl.Expr:
        """One of the keys, as likely as its whole-number weight says."""
        return self.pick(purpose, [choice for choice, weight in weights.items() for _ in range(weight)])

    def _salt(self, purpose: str) -> int:
        text = f"{self.seed}:{self.key}:{purpose}"
        return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big")


def take(choices: Sequence[object], position: pl.Expr) -> pl.Expr:
    """The choice at that position (from 0)."""
    return pl.lit(pl.Series(choices)).gather(position)


def as_exported(frame: pl.DataFrame, table: str) -> pl.DataFrame:
    """The columns of that export table, in order. A column that the sample says nothing in is empty."""
    columns = EXPORTS[table].columns
    empty = [
        pl.lit(None, dtype=each.polars_type).alias(each.name) for each in columns if each.name not in frame.columns
    ]
    return frame.with_columns(empty).select(EXPORTS[table].column_names)


def _whole(value: int) -> pl.Expr:
    return pl.lit(value, dtype=pl.UInt64)
