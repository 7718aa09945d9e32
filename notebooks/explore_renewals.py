# ---
# jupyter:
#   jupytext:
#     formats: py:percent
# ---

# %% [markdown]
# # Explore renewals
#
# The published run as frames: the upcoming changes of every partner, when their deadlines fall, and what they are
# worth. Run `make demo` first; this notebook reads the current run of `RENEWALS_HOME` and changes nothing.
# It imports rules and never defines one.

# %%
import os
from pathlib import Path

import altair as alt
import polars as pl

from pipeline.warehouse import Home, find_run
from pipeline.warehouse.tables import read_table

home = Home(Path(os.environ.get("RENEWALS_HOME") or Path("../data/home")))
run = find_run(home, None)
renewals = read_table(run.path, "upcoming_renewals")
print(f"{run.run_id}: {renewals.height} upcoming changes as of {run.as_of()}")

# %% [markdown]
# ## What needs somebody's attention first

# %%
renewals.filter(pl.col("status") == "pending").select(
    "renewal_deadline", "days_to_deadline", "partner_id", "client_name", "contract_type", "mrr_before", "currency"
).head(15)

# %% [markdown]
# ## MRR up for renewal by month and status, one panel per currency

# %%
by_month = (
    renewals.filter(pl.col("contract_type") == "renewal")
    .group_by("currency", pl.col("renewal_start_date").dt.truncate("1mo").alias("month"), "status")
    .agg(pl.col("mrr_before").sum())
    .sort("currency", "month", "status")
)
# A picture needs numbers that a browser knows; the exact decimals stay in `by_month`.
chart = (
    alt.Chart(by_month.with_columns(pl.col("mrr_before").cast(pl.Float64)))
    .mark_bar()
    .encode(x="month:T", y="mrr_before:Q", color="status:N", row="currency:N")
    .resolve_scale(y="independent")
    .properties(height=90)
)
chart

# %% [markdown]
# ## Partner totals tie to the contracts

# %%
contracts = read_table(run.path, "contract_mrr").filter(pl.col("partner_id").is_not_null())
totals = contracts.group_by("partner_id", "currency").agg(contract_total=pl.col("current_mrr").sum())
summary = read_table(run.path, "partner_summary").join(totals, on=["partner_id", "currency"], how="full")
difference = (summary["current_mrr"] - summary["contract_total"]).abs().sum()
print(f"difference between partner totals and contract totals: {difference}")
