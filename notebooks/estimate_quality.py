# ---
# jupyter:
#   jupytext:
#     formats: py:percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Estimate quality
#
# How good the projection was: past days are replayed with what was known then, and compared with what happened
# (`pipeline.transform.projection.backtest`). The replay knows less than a run of that day knew, so it is an honest
# lower bound. Imports rules and never defines one.

# %%
from datetime import timedelta

import altair as alt
import polars as pl

from pipeline import open_run, rules
from pipeline.analysis import notebook_display
from pipeline.transform.projection.backtest import HORIZONS, backtest, summary

notebook_display.prepare()
run = open_run()
history = run.table("exports.renewal_history")
print(f"{run}: {history.height} past renewals")

# %% [markdown]
# ## The past renewals

# %%
rates = run.table("renewal_rates")
notebook_display.browse(rates, rows=8)

# %% [markdown]
# ## Replayed
#
# Days a longest horizon apart, so that no renewal is seen twice by the same horizon.

# %%
days = [run.as_of - timedelta(days=back * max(HORIZONS)) for back in range(1, 13)]
known = [day for day in days if history["renewal_start_date"].min() < day] if history.height else []
replays = (
    backtest(
        history,
        as_of=run.as_of,
        days=known,
        renewal_probability=run.settings.renewal_probability,
    )
    if known
    else None
)
print(f"{0 if replays is None else replays.height} replays of {len(known)} days at horizons of {HORIZONS} days")

# %%
if replays is not None and replays.height:
    quality = summary(replays)
    table = notebook_display.set_table(
        quality,
        title="Bias, error and coverage",
        subtitle=f"Percent of what was kept; the interval is meant to cover {rules.INTERVAL_PERCENT} %",
    )
else:
    table = "no past renewal is far enough back to be replayed"
table

# %% [markdown]
# ## Projected and kept, at the longest horizon

# %%
chart = None
if replays is not None and replays.height:
    main = replays["currency"].value_counts(sort=True)["currency"][0]
    longest = replays.filter((pl.col("currency") == main) & (pl.col("horizon_days") == max(HORIZONS)))
    base = alt.Chart(notebook_display.for_charts(longest)).encode(x=alt.X("replayed_on:T", title="replayed day"))
    span = base.mark_rule(strokeWidth=7, opacity=0.25, color=notebook_display.ACCENT).encode(
        y=alt.Y("projected_low:Q", title=f"MRR, {main}"), y2="projected_high:Q"
    )
    guess = base.mark_tick(thickness=2.5, size=16, color=notebook_display.ACCENT).encode(y="projected:Q")
    happened = base.mark_point(filled=True, size=70).encode(
        y="kept:Q",
        color=alt.Color(
            "covered:N",
            title="inside the interval",
            scale=alt.Scale(domain=[True, False], range=["#15803d", "#b91c1c"]),
        ),
        tooltip=["replayed_on", "renewals", "projected", "projected_low", "projected_high", "kept"],
    )
    chart = (span + guess + happened).properties(
        width=640, height=260, title=f"Projected (bar: interval) and kept (dot), {max(HORIZONS)} days ahead"
    )
chart

# %% [markdown]
# ## Every replay

# %%
if replays is not None:
    notebook_display.browse(replays, hidden=["price_change"], rows=12)
