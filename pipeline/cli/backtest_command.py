"""`renewals backtest`: how good the estimates were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import click

from pipeline import rules
from pipeline.cli import options
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import print_json, print_rows
from pipeline.errors import UsageError
from pipeline.runtime import home_folder

if TYPE_CHECKING:
    import polars as pl

    from pipeline.warehouse import Home, Run


@click.command(epilog="Example: renewals backtest --replays 12 --json")
@options.run
@click.option(
    "--replays",
    type=click.IntRange(1, 1000),
    default=8,
    show_default=True,
    help="Past days at most per horizon; they are a horizon apart.",
)
@options.as_json
def command(run_reference: str | None, replays: int, as_json: bool) -> None:
    """Compare what was projected 120, 90, 60 and 45 days ahead with what happened: bias, error, coverage.

    \b
    Two sources: past days replayed from the export's renewal_history ("history"), and the runs before this one that
    are still kept ("runs"). Bias is projected too much (+) or too little (-), in percent of what was kept; coverage
    is how often the interval held what happened.
    """
    from pipeline.transform.projection.backtest import summary
    from pipeline.warehouse import Finance, find_run, open_run

    home = home_folder()
    run = find_run(home, run_reference)
    with open_run(home, run, reader=Finance()) as reader:
        settings, as_of = reader.settings, reader.as_of
    compared = _compared(home, run, as_of, settings.renewal_probability, replays)
    judged = summary(compared)
    if as_json:
        print_json(
            {
                "run": run.run_id,
                "as_of": as_of,
                "interval_percent": rules.INTERVAL_PERCENT,
                "summary": judged.to_dicts(),
                "replays": compared.to_dicts(),
            }
        )
        return
    print_rows(judged.columns, judged.rows())
    held = compared["covered"].sum()
    say(
        f"as of {as_of} ({run.run_id}): the interval claims to hold {rules.INTERVAL_PERCENT} % of what happens; "
        f"it held {held} of {compared.height} replays, {100 * held // compared.height} %"
    )


def _compared(home: Home, run: Run, as_of: date, renewal_probability: Decimal, replays: int) -> pl.DataFrame:
    """Every replay, of both sources. Raises UsageError when there is none, with what would make one."""
    import polars as pl

    from pipeline.transform.projection.backtest import HORIZONS, backtest, backtest_of_runs, days_apart, replayable
    from pipeline.warehouse import list_runs
    from pipeline.warehouse.backtest_inputs import history, past_runs

    known = history(run.path)
    before = {earlier.as_of(): earlier for earlier in reversed(list_runs(home)) if earlier.run_id < run.run_id}
    tables = []
    for horizon in HORIZONS:
        days = replayable(known, horizon, as_of=as_of)[:replays]
        tables.append(
            backtest(known, as_of=as_of, days=days, horizons=(horizon,), renewal_probability=renewal_probability)
        )
        over = [day for day in before if (as_of - day).days >= horizon]
        said = past_runs(before[day] for day in days_apart(over, horizon, most=replays))
        tables.append(backtest_of_runs(said, known, as_of=as_of, horizons=(horizon,)))
    compared = pl.concat(tables).sort("source", "replayed_on", "horizon_days", "currency")
    if compared.is_empty():
        dates = known["renewal_start_date"].sort().to_list()
        history_says = f"the first row is of {dates[0]}" if dates else "there is no row"
        raise UsageError(
            f"nothing to compare: a replay needs past renewals of {min(HORIZONS)} days and one known before them. "
            f"{run.run_id} is as of {as_of}; in its renewal_history {history_says}; and no earlier run of "
            f"{min(HORIZONS)} days ago is kept"
        )
    return compared
