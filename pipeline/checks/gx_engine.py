"""Great Expectations on DuckDB: a dialect of ours, and a run of declared checks on one file.

Great Expectations has no DuckDB of its own. The dialect below (over duckdb-engine, both pinned) buffers every result
before Great Expectations gives the connection back, and calls itself postgresql, whose SQL DuckDB understands.
"""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb_engine
import great_expectations as gx
from great_expectations.data_context.data_context.context_factory import project_manager
from sqlalchemy.dialects import registry
from sqlalchemy.engine.cursor import FullyBufferedCursorFetchStrategy

from pipeline.checks.declare_check import Check, declared_table
from pipeline.checks.gx_questions import CheckBrokenError, Outcome, Place, answers, in_gx, questions

__all__ = ["CheckBrokenError", "Outcome", "run_checks"]


class _Buffered(duckdb_engine.Dialect.execution_ctx_cls):  # type: ignore[misc]
    def post_exec(self) -> None:
        super().post_exec()
        if self.cursor is not None and self.cursor.description:
            # Names of types instead of DuckDB's type objects: SQLAlchemy keeps them, and DuckDB complains at exit.
            described = [(column[0], str(column[1]), *column[2:]) for column in self.cursor.description]
            self.cursor_fetch_strategy = FullyBufferedCursorFetchStrategy(
                self.cursor, alternate_description=described, initial_buffer=deque(self.cursor.fetchall())
            )


class Dialect(duckdb_engine.Dialect):  # type: ignore[misc]
    """DuckDB as Great Expectations can use it."""

    execution_ctx_cls = _Buffered
    supports_statement_cache = False
    name = "postgresql"

    def connect(self, *arguments: Any, **keywords: Any) -> Any:
        """A connection that does not depend on the machine's time zone (as `warehouse.connection`)."""
        connection = super().connect(*arguments, **keywords)
        connection.cursor().execute("SET GLOBAL TimeZone = 'UTC'")
        return connection


registry.register("duckdb.gx", __name__, "Dialect")


def run_checks(run_file: Path, checks: Sequence[Check], words: dict[str, str]) -> list[list[Outcome]]:
    """The outcomes of the expectations of each check, in the order of `checks`; the file is opened read-only.

    Every connection is closed on return, so that the file can be opened for writing again. Raises CheckBrokenError
    when an expectation could not be evaluated.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    # The path is an argument and no part of the address, in which `$`, `%` or `?` would mean something.
    opened = {"database": str(run_file.resolve()), "read_only": True}
    source = context.data_sources.add_sql(
        "run_file", connection_string="duckdb+gx:///run_file", kwargs={"connect_args": opened}
    )
    try:
        return _outcomes(source, checks, words)
    finally:
        source.get_execution_engine().engine.dispose()
        source.get_engine().dispose()
        # The context lives on in a global of Great Expectations, and would keep the connections with it.
        project_manager.set_project(None)
        del context, source
        gc.collect()


def _outcomes(source: Any, checks: Sequence[Check], words: dict[str, str]) -> list[list[Outcome]]:
    found: dict[Place, Outcome] = {}
    for table in dict.fromkeys(check.table for check in checks):
        asked = questions(checks, table)
        suite = gx.ExpectationSuite(
            name=table, expectations=[in_gx(one, words, meta={"question": number}) for number, one in enumerate(asked)]
        )
        batch = source.add_table_asset(table, table_name=table).add_batch_definition_whole_table("all").get_batch()
        result_format: dict[str, Any] = {"result_format": "COMPLETE"}
        if key := declared_table(table).primary_key:
            result_format["unexpected_index_column_names"] = list(key)
        for result in batch.validate(suite, result_format=result_format).results:
            found.update(answers(asked[result.expectation_config.meta["question"]], result))
    return [[found[place, part] for part in range(len(check.expectations))] for place, check in enumerate(checks)]
