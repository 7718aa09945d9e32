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
# # Explore renewals
#
# The upcoming changes of every partner: when their deadlines fall, what they are worth, and one partner taken apart as
# in its report. This notebook reads the current run (`make lab` opens that of `make demo` where there is no other) and
# changes nothing. It imports rules and never defines one. People are masked; `unmask=True` shows them and leaves a line
# in the home's `unmasked.jsonl`.

# %%
import altair as alt
import polars as pl

from pipeline import open_run
from pipeline.analysis import notebook_display

notebook_display.prepare()
run = open_run()
renewals = run.table("upcoming_renewals")
print(f"{run.run_id}: {renewals.height} upcoming changes as of {run.as_of}")

# %% [markdown]
# ## Where we stand, per currency

# %%
summary = run.table("partner_summary")
figures = ["current_mrr", "mrr_up_for_renewal", "mrr_at_risk", "estimated_change"]
by_currency = (
    summary.group_by("currency")
    .agg(pl.col("clients", "upcoming_changes", "pending").sum(), pl.col(figures).sum())
    .sort("upcoming_changes", descending=True)
)
notebook_display.set_table(
    notebook_display.money(by_currency, *figures).drop("currency"),
    title=f"Key figures as of {run.as_of}",
    subtitle="All partners; currencies are never added up",
)

# %% [markdown]
# ## What needs somebody's attention first
#
# Search in every column, sort by a click, choose the columns with the button.

# %%
pending = renewals.filter(pl.col("status") == "pending").select(
    "renewal_deadline",
    "days_to_deadline",
    "client_name",
    "partner_id",
    "contract_type",
    "status_basis",
    "mrr_before",
    "mrr_change",
    "currency",
    "communication_owner",
    "renewal_start_date",
    "products",
    "change_id",
)
notebook_display.browse(
    pending, hidden=["status_basis", "communication_owner", "renewal_start_date", "products", "change_id"]
)

# %% [markdown]
# ## MRR up for renewal by month and status

# %%
by_month = (
    renewals.filter(pl.col("contract_type") == "renewal")
    .group_by("currency", pl.col("renewal_start_date").dt.truncate("1mo").alias("month"), "status")
    .agg(pl.col("mrr_before").sum())
    .sort("currency", "month", "status")
)
alt.Chart(notebook_display.for_charts(by_month)).mark_bar(cornerRadiusEnd=2).encode(
    x=alt.X("yearmonth(month):O", title=None, axis=alt.Axis(format="%b %Y", labelAngle=0)),
    y=alt.Y("mrr_before:Q", title=None, axis=alt.Axis(tickCount=3, format="~s")),
    color=alt.Color(
        "status:N",
        title=None,
        scale=alt.Scale(
            domain=list(notebook_display.STATUS_COLOURS), range=list(notebook_display.STATUS_COLOURS.values())
        ),
    ),
    tooltip=["currency", "yearmonth(month)", "status", alt.Tooltip("mrr_before", format=",.2f")],
    row=alt.Row("currency:N", title=None, header=alt.Header(labelAngle=0, labelAlign="left")),
).resolve_scale(y="independent").properties(width=520, height=70, title="MRR of the renewals ahead, per currency")

# %% [markdown]
# ## The deadlines ahead

# %%
alt.Chart(notebook_display.for_charts(pending)).mark_circle(opacity=0.75, stroke="white").encode(
    x=alt.X("renewal_deadline:T", title="last day on which the terms can be altered"),
    y=alt.Y("partner_id:N", title=None),
    color=alt.Color("contract_type:N", title=None),
    size=alt.value(90),
    tooltip=["client_name", "contract_type", "renewal_deadline", "days_to_deadline", "currency", "mrr_before"],
).properties(width=640, title="Pending changes by deadline and partner")

# %% [markdown]
# ## One partner, taken apart as in its report

# %%
partners = renewals["partner_id"].value_counts(sort=True)["partner_id"].to_list()
PARTNER = "P-DAYS" if "P-DAYS" in partners else partners[0]
run.report(PARTNER, columns=["primary_contact_name", "current_mrr", "estimated_new_mrr", "mrr_change"], height=620)

# %% [markdown]
# Every figure in it is a sum of rows. The rows of this partner, and what its report says of them:

# %%
own = run.table("upcoming_renewals", partner=PARTNER)
parts = [name for name in own.columns if name.startswith("mrr_change_")]
taken_apart = own.group_by("currency").agg(pl.len().alias("changes"), pl.col("mrr_change", *parts).sum())
told = summary.filter(pl.col("partner_id") == PARTNER).select("currency", "estimated_change")
taken_apart = taken_apart.join(told, on="currency").sort("currency")
assert taken_apart["mrr_change"].equals(taken_apart["estimated_change"], check_names=False)
notebook_display.set_table(
    notebook_display.money(taken_apart, "mrr_change", "estimated_change", *parts).drop("currency"),
    title=f"What the estimated change of {PARTNER} is made of",
    subtitle="Parts add up to the change of each row, and the rows to the report's key figure",
    labels={name: name.removeprefix("mrr_change_").capitalize() for name in parts},
)

# %% [markdown]
# The change that moves most, step by step, with the export rows it came from:

# %%
largest = own.sort(pl.col("mrr_change").abs(), "change_id", descending=[True, False])["change_id"][0]
run.explain(largest)

# %% [markdown]
# ## Partner totals tie to the contracts

# %%
contracts = run.table("contract_mrr").filter(pl.col("partner_id").is_not_null())
totals = contracts.group_by("partner_id", "currency").agg(contract_total=pl.col("current_mrr").sum())
tied = summary.join(totals, on=["partner_id", "currency"], how="full")
difference = (tied["current_mrr"] - tied["contract_total"]).abs().sum()
print(f"difference between partner totals and contract totals: {difference}")
