"""How a check is declared: a name, a level, a table, what it means, and what is expected of the table.

SQL of a check selects the rows that fail. It writes `$rows` for the rows of the check's own table and may read every
other table of the run file by name (`main` is the default schema, the exports are in `exports`). The other words with
a dollar are those of `sql_words`. Braces and colons are spoken for by the machinery (Great Expectations formats the
SQL, SQLAlchemy looks for `:name`): write them as `quoted` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from string import Template
from typing import Final

from pipeline import rules
from pipeline.checks import estimate_relations, finance_relations, relations
from pipeline.checks.results import Level
from pipeline.settings import Settings
from pipeline.tables.declare import Table
from pipeline.tables.exports import EXPORTS
from pipeline.tables.published import PUBLISHED


@dataclass(frozen=True, slots=True)
class FailingRows:
    """No row may come out of this SQL. With `mrr`, its `currency` and `mrr` columns are summed into the finding."""

    sql: str
    mrr: bool = False


@dataclass(frozen=True, slots=True)
class NoRowWhere:
    """No row of a relation (a word of `sql_words`) is like that. All such checks of a table are one SQL: one pass
    over what is joined once. `columns`: what an example shows, its key first."""

    relation: str
    columns: tuple[str, ...]
    condition: str

    @property
    def sql(self) -> str:
        """The failing rows of this check alone."""
        columns = ", ".join(self.columns)
        return with_words("SELECT $columns FROM $relation WHERE $condition", columns=columns, **self._words)

    @property
    def _words(self) -> dict[str, str]:
        return {"relation": f"${self.relation}", "condition": self.condition}


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value of the column that is not null is one of these."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NotEmpty:
    """The table has rows."""


Expectation = FailingRows | NoRowWhere | OneOf | NotEmpty


@dataclass(frozen=True, slots=True)
class Check:
    """One line of `check_results`. `fault` names what is wrong when it fails, as a phrase that a count can follow;
    `advice` says in sentences what to do then."""

    name: str
    level: Level
    table: str
    fault: str
    expectations: tuple[Expectation, ...]
    advice: str = ""

    @property
    def table_name(self) -> str:
        """The table without its schema, as results name it."""
        return self.table.removeprefix("exports.")


def failing_rows(
    name: str, level: Level, table: str, fault: str, sql: str, *, mrr: bool = False, advice: str = ""
) -> Check:
    """A check that is one SQL."""
    return Check(name, level, table, fault, (FailingRows(sql, mrr),), advice)


def no_change_where(name: str, fault: str, columns: str, condition: str) -> Check:
    """A stop-level check on each upcoming change and what it rests on (`$evidence`); `columns` follow its key."""
    shown = ("partner_id", "change_id", *columns.split())
    return Check(name, "stop", "upcoming_renewals", fault, (NoRowWhere("evidence", shown, condition),))


def no_row_where(table: str, name: str, fault: str, columns: str, condition: str) -> Check:
    """A stop-level check on each row of that table beside what it rests on (`$<table>_evidence`)."""
    return Check(name, "stop", table, fault, (NoRowWhere(f"{table}_evidence", tuple(columns.split()), condition),))


def declared_table(table: str) -> Table:
    """The declaration of `upcoming_renewals` or `exports.contracts`."""
    return EXPORTS[table.removeprefix("exports.")] if table.startswith("exports.") else PUBLISHED[table]


def quoted(text: str) -> str:
    """The text as an SQL expression that passes through the machinery unread."""
    plain = text.replace("'", "''")
    for character in "{}:":
        plain = plain.replace(character, f"' || chr({ord(character)}) || '")
    return f"('{plain}')"


def in_list(values: Iterable[str]) -> str:
    """The values as an SQL list: `('a', 'b')`."""
    return "(" + ", ".join(quoted(value) for value in values) + ")"


def _minor_step() -> str:
    """The smallest amount of a row's currency, as SQL over its column `currency`."""
    steps: dict[int, list[str]] = {}
    for currency, digits in rules.minor_units().items():
        steps.setdefault(digits, []).append(currency)
    cases = " ".join(
        f"WHEN currency IN {in_list(currencies)} THEN CAST('{Decimal(1).scaleb(-digits):f}' AS DECIMAL(5,4))"
        for digits, currencies in sorted(steps.items())
        if digits != _USUAL_DIGITS
    )
    return f"CASE {cases} ELSE CAST('{Decimal(1).scaleb(-_USUAL_DIGITS):f}' AS DECIMAL(5,4)) END"


_USUAL_DIGITS: Final = 2


def sql_words(as_of: date, settings: Settings, *, with_decisions: bool) -> dict[str, str]:
    """The words that the SQL of checks may use.

    `$decisions`: what partners had decided by `as_of`; none with `with_decisions` false, for a run without that
    table. `$associations`: each client with the partner whose it is on `as_of`, or null (rule 7). `$in_force`: the
    contracts in force (rule 2) with `auto_renews` and `notice_days` filled in (a notice in months keeps
    its `notice_months`). `$facts`: the known facts of changes
    still ahead (agreements and cancellations dated after `as_of` do not exist yet). `$evidence` and
    `$<table>_evidence`: the rows of a table beside what they rest on (see `relations`). `$minor_step`: the smallest
    amount of the row's `currency`. `$billing_months`: the months of a billing period of the contract `c` (rule 9).
    `$renewal_pricing`, `$uplift_percent`, `$at_list_prices`, `$renewal_uplift`, `$price_basis`: how a renewal is priced
    (rule 10). `$renewals_priced`, `$limits_priced`: upcoming changes priced once more (see `estimate_relations`).
    `$renewal_probability`: the rate without a history; `$projected_until`: the projection's last day (rule 12).
    """
    numbers = {"as_of": f"DATE '{as_of.isoformat()}'", "notice_days": str(settings.notice_days)}
    words = {
        **numbers,
        **relations.words(**numbers, with_decisions=with_decisions),
        "rows": "(FROM {batch})",
        "window_days": str(settings.window_days),
        "last_day": f"DATE '{(as_of + timedelta(days=settings.window_days)).isoformat()}'",
        "vendor_name": quoted(settings.vendor_name),
        "reporting_currency": quoted(settings.reporting_currency),
        "renewal_pricing": quoted(settings.renewal_pricing),
        "uplift_percent": str(settings.uplift_percent),
        "reporting_digits": str(rules.minor_units()[settings.reporting_currency]),
        "minor_step": _minor_step(),
        "renewal_probability": f"{settings.renewal_probability:f}",
        "projected_until": "CAST(date_trunc('month', {as_of}) + INTERVAL {months} MONTH AS DATE) - 1".format(
            as_of=numbers["as_of"], months=settings.projection_months
        ),
        "billing_months": relations.BILLING_MONTHS,
        "at_list_prices": "true" if settings.renewal_pricing == "list" else "false",
        "renewal_uplift": "0" if settings.renewal_pricing == "same" else f"{settings.uplift_percent:f}",
        "price_basis": "'same'" if settings.renewal_pricing == "same" else "'uplift'",
    }
    priced = {
        "renewals_priced": spelled_out(estimate_relations.RENEWALS_PRICED, words),
        "limits_priced": spelled_out(estimate_relations.LIMITS_PRICED, words),
        "renewal_rates_evidence": spelled_out(finance_relations.RENEWAL_RATES, words),
        "rival_mrr_evidence": spelled_out(finance_relations.RIVAL_MRR, words),
    }
    return words | priced


def spelled_out(sql: str, words: Mapping[str, str]) -> str:
    """The SQL with all its words replaced; KeyError for a word that does not exist."""
    return Template(sql).substitute(words)


def with_words(sql: str, **words: str) -> str:
    """The SQL with these words replaced and the others left for `spelled_out`."""
    return Template(sql).safe_substitute(words)
