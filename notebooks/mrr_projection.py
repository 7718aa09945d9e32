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
# # MRR projection
#
# What MRR becomes over the next months (rule 12): the three scenarios, the interval, the way from current to projected
# MRR, and assumptions to play with. Finance's figures are reproduced to the cent from the run's exports first. Imports
# rules and never defines one.

# %%
import altair as alt
import ipywidgets as widgets
import polars as pl
from IPython.display import display

from pipeline import open_run, rules, what_if
from pipeline.analysis import notebook_display

notebook_display.prepare()
run = open_run()
published = run.table("mrr_projection")
currencies = published["currency"].value_counts(sort=True)["currency"].to_list()
print(f"{run}: {published['month'].n_unique()} months, {len(currencies)} currencies")

# %% [markdown]
# ## Finance's figures, reproduced

# %%
again = what_if(run)
keys = {"mrr_projection": ["partner_id", "currency", "scenario", "month"], "mrr_bridge": ["contract_id"]}
keys |= {"retention": ["partner_id", "currency", "scenario"], "rival_mrr": ["partner_id", "currency"]}
for name, by in keys.items():
    same = again[name].sort(by).equals(run.table(name).sort(by))
    print(f"{name}: {'reproduced to the cent' if same else 'DIFFERS'}")
    assert same

# %% [markdown]
# ## The three scenarios, all partners
#
# `contracted`: what is settled. `expected`: what is pending at its probability, with its interval. `full`: everything
# pending happens.

# %%
by_scenario = published.group_by("currency", "scenario", "month").agg(pl.col("closing").sum())
interval = run.table("projection_interval").filter(pl.col("scope") == "vendor")
CURRENCY = currencies[0]
colours = alt.Color(
    "scenario:N",
    title=None,
    scale=alt.Scale(
        domain=list(notebook_display.SCENARIO_COLOURS), range=list(notebook_display.SCENARIO_COLOURS.values())
    ),
)
month = alt.X("yearmonth(month):T", title=None, axis=alt.Axis(format="%b %y"))
band = (
    alt.Chart(notebook_display.for_charts(interval.filter(pl.col("currency") == CURRENCY)))
    .mark_area(opacity=0.15, color=notebook_display.ACCENT)
    .encode(x=month, y=alt.Y("closing_low:Q", title=f"MRR, {CURRENCY}"), y2="closing_high:Q")
)
lines = (
    alt.Chart(notebook_display.for_charts(by_scenario.filter(pl.col("currency") == CURRENCY)))
    .mark_line(point=True)
    .encode(
        x=month,
        y=alt.Y("closing:Q", axis=alt.Axis(format="~s")),
        color=colours,
        tooltip=["scenario", "yearmonth(month)", alt.Tooltip("closing", format=",.2f")],
    )
)
(band + lines).properties(
    width=680, height=280, title=f"MRR at each month's end, {CURRENCY} (band: {rules.INTERVAL_PERCENT} % interval)"
)

# %% [markdown]
# ## Movements of the scenario *expected*

# %%
movements = ["new", "expansion", "contraction", "churn"]
losses = ["contraction", "churn"]
expected = published.filter((pl.col("scenario") == "expected") & (pl.col("currency") == CURRENCY))
moving = expected.group_by("month").agg(pl.col(movements).sum()).with_columns(-pl.col(losses))
long = moving.unpivot(movements, index="month", variable_name="movement", value_name="mrr")
alt.Chart(notebook_display.for_charts(long)).mark_bar(cornerRadiusEnd=2).encode(
    x=alt.X("yearmonth(month):O", title=None, axis=alt.Axis(format="%b %y", labelAngle=0)),
    y=alt.Y("mrr:Q", title=CURRENCY, axis=alt.Axis(format="~s")),
    color=alt.Color(
        "movement:N",
        title=None,
        scale=alt.Scale(domain=movements, range=["#1d4ed8", "#15803d", "#f59e0b", "#b91c1c"]),
    ),
    tooltip=["yearmonth(month)", "movement", alt.Tooltip("mrr", format=",.2f")],
).properties(width=680, height=200, title="What MRR gains and loses each month")

# %% [markdown]
# ## From current to projected MRR

# %%
bridge = run.table("mrr_bridge")
causes = [name for name in bridge.columns if name.startswith("change_")]
ends = ["pending_contracted", "pending_expected", "pending_full", "contracted_mrr", "expected_mrr", "full_mrr"]
steps = ["current_mrr", *causes, "settled_mrr", *ends]
summed = bridge.group_by("currency").agg(pl.col(steps).sum())
settled = pl.sum_horizontal(pl.col("current_mrr", *causes))
assert summed.select((settled - pl.col("settled_mrr")).abs().sum()).item() == 0
notebook_display.set_table(
    notebook_display.money(summed.sort("currency"), *steps)
    .drop("currency")
    .transpose(include_header=True, header_name="step"),
    title="The bridge, per currency",
    subtitle="Every contract once; current MRR and the causes add up to settled MRR",
    labels={f"column_{place}": name for place, name in enumerate(summed["currency"].sort())} | {"step": ""},
)

# %% [markdown]
# ## Retention of the clients that opened the period

# %%
kept = run.table("retention").filter(pl.col("scenario") == "expected")
notebook_display.browse(
    kept.select("partner_id", "currency", "opening", "expansion", "contraction", "churn", "grr", "nrr")
)

# %% [markdown]
# ## Play with the assumptions
#
# Renewal probability of every segment, up or down by points; how renewals are priced; the uplift. Grey: the run's own.

# %%
own = by_scenario.with_columns(assumptions=pl.lit("of the run"))


@widgets.interact(
    currency=widgets.Dropdown(options=currencies, value=CURRENCY),
    scenario=widgets.Dropdown(options=list(notebook_display.SCENARIO_COLOURS), value="expected"),
    points=widgets.IntSlider(0, -30, 10, description="renewals, ±%", continuous_update=False),
    pricing=widgets.Dropdown(options=list(rules.RENEWAL_PRICINGS), value=run.settings.renewal_pricing),
    uplift=widgets.IntSlider(
        int(run.settings.uplift_percent), -20, 30, description="uplift, %", continuous_update=False
    ),
)
def assumed(currency: str, scenario: str, points: int, pricing: str, uplift: int) -> None:
    tables = what_if(run, renewal_points=points, renewal_pricing=pricing, uplift_percent=uplift)
    theirs = tables["mrr_projection"].group_by("currency", "scenario", "month").agg(pl.col("closing").sum())
    both = pl.concat([own, theirs.with_columns(assumptions=pl.lit("yours"))]).filter(
        (pl.col("currency") == currency) & (pl.col("scenario") == scenario)
    )
    ends = dict(both.filter(pl.col("month") == pl.col("month").max()).select("assumptions", "closing").iter_rows())
    print(f"{scenario} at the end: {currency} {ends['yours'] - ends['of the run']:+,.2f} against the run's own")
    display(
        alt.Chart(notebook_display.for_charts(both))
        .mark_line(point=True)
        .encode(
            x=month,
            y=alt.Y("closing:Q", title=f"MRR, {currency}", scale=alt.Scale(zero=False), axis=alt.Axis(format="~s")),
            color=alt.Color(
                "assumptions:N",
                title=None,
                scale=alt.Scale(domain=["of the run", "yours"], range=["#94a3b8", "#1d4ed8"]),
            ),
            tooltip=["assumptions", "yearmonth(month)", alt.Tooltip("closing", format=",.2f")],
        )
        .properties(width=680, height=240)
    )
