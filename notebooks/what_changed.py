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
# # What changed
#
# Two runs compared: which changes are new or gone, whose status, deadline or MRR moved, and what that does to MRR.
# Reads only; imports rules and never defines one.

# %%
import altair as alt
import ipywidgets as widgets
import polars as pl
from IPython.display import display

from pipeline import compare, open_run, runs
from pipeline.analysis import notebook_display

notebook_display.prepare()
listed = runs()
names = listed["run_id"].to_list()
after_name = listed.filter("is_current")["run_id"][0]
older = [name for name in names if name < after_name]
before_name = older[0] if older else after_name
if not older:
    print("there is one run only: it is compared with itself, and nothing has changed")
before, after = open_run(before_name), open_run(after_name)
changes = compare(before, after)
print(f"from {before} to {after}: {changes.height} findings")

# %% [markdown]
# ## In short

# %%
words = {
    "new": "upcoming now, not before",
    "gone": "upcoming before, not now",
    "status": "another status",
    "renewal_deadline": "another deadline",
    "current_mrr": "another current MRR",
    "estimated_new_mrr": "another estimated new MRR",
}
counted = changes.group_by("what").agg(findings=pl.len(), partners=pl.col("partner_id").n_unique())
in_short = pl.DataFrame({"what": list(words), "meaning": list(words.values())}).join(counted, on="what", how="left")
notebook_display.set_table(
    in_short.fill_null(0), title=f"{before.as_of} → {after.as_of}", subtitle="Changes of all partners"
)

# %% [markdown]
# ## Every finding

# %%
notebook_display.browse(changes, hidden=["change_id"], rows=12)

# %% [markdown]
# ## Status: from what to what

# %%
moved = changes.filter(pl.col("what") == "status").group_by("before", "after").agg(changes=pl.len())
alt.Chart(moved).mark_rect(cornerRadius=3).encode(
    x=alt.X("after:N", title="after", axis=alt.Axis(labelAngle=0)),
    y=alt.Y("before:N", title="before"),
    color=alt.Color("changes:Q", title=None, scale=alt.Scale(scheme="blues"), legend=None),
    tooltip=["before", "after", "changes"],
).properties(width=420, height=140, title="Changes of status")

# %% [markdown]
# ## MRR in force, contract by contract

# %%
mrr = after.sql(
    """
    SELECT currency,
        sum(b.current_mrr) AS before,
        sum(CASE WHEN b.contract_id IS NULL THEN a.current_mrr END) AS new_contracts,
        -sum(CASE WHEN a.contract_id IS NULL THEN b.current_mrr END) AS ended_contracts,
        sum(a.current_mrr - b.current_mrr) AS changed_contracts,
        sum(a.current_mrr) AS after
    FROM contract_mrr a FULL JOIN earlier b USING (contract_id, currency)
    GROUP BY currency ORDER BY currency
    """,
    frames={"earlier": before.table("contract_mrr")},
)
steps = ["before", "new_contracts", "ended_contracts", "changed_contracts", "after"]
mrr = mrr.with_columns(pl.col(steps).fill_null(0))
moves = pl.sum_horizontal(pl.col(steps[:-1]))
assert mrr.select((moves - pl.col("after")).abs().sum()).item() == 0
notebook_display.set_table(
    notebook_display.money(mrr, *steps).drop("currency"),
    title="From MRR to MRR",
    subtitle="before + new + ended + changed = after, to the last digit",
)

# %% [markdown]
# ## Two other runs
#
# Choose any two runs, and a partner.

# %%
partners = after.table("exports.partners")["partner_id"].to_list()


@widgets.interact(
    earlier=widgets.Dropdown(options=names, value=before_name, description="from"),
    later=widgets.Dropdown(options=names, value=after_name, description="to"),
    partner=widgets.Dropdown(options=[("all partners", ""), *((name, name) for name in partners)], description="of"),
)
def compared(earlier: str, later: str, partner: str) -> None:
    chosen = compare(earlier, later, partner=partner or None)
    display(
        notebook_display.set_table(
            chosen.group_by("partner_id", "what").agg(findings=pl.len()).sort("partner_id", "what"),
            title=f"{chosen.height} findings",
        )
    )
