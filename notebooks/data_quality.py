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
# # Data quality
#
# What the exports bring and what is refused, over the last runs: sources, quarantine, checks. Reads only; imports rules
# and never defines one.

# %%
import altair as alt
import polars as pl

from pipeline import open_run, runs
from pipeline.analysis import notebook_display

notebook_display.prepare()
run = open_run()
last = runs().head(10)
print(f"{run.run_id} as of {run.as_of}; {last.height} runs looked at")

# %% [markdown]
# ## Sources of the current run
#
# Always, per file: rows read = loaded + quarantined + duplicate + left out.

# %%
files = run.table("source_files")
counts = ["rows_loaded", "rows_quarantined", "rows_duplicate", "rows_left_out"]
assert files["rows_read"].equals(files.select(pl.sum_horizontal(counts))[counts[0]], check_names=False)
notebook_display.set_table(
    files.select("path", "table_name", "rows_read", *counts).sort("rows_read", descending=True),
    title=f"{files['rows_read'].sum():,} rows read from {files.height} files",
    subtitle=f"{files['rows_quarantined'].sum():,} of them quarantined",
)

# %% [markdown]
# ## The same over the last runs

# %%
history = pl.concat(
    open_run(run_id)
    .table("source_files")
    .select("table_name", *counts)
    .with_columns(run=pl.lit(run_id[4:20]), day=pl.lit(as_of))
    for run_id, as_of in last.select("run_id", "as_of").iter_rows()
)
by_run = history.group_by("run", "day", "table_name").agg(pl.col(counts).sum())
long = by_run.unpivot(counts, index=["run", "day", "table_name"], variable_name="what", value_name="rows")
alt.Chart(long).mark_bar().encode(
    x=alt.X("run:O", title=None, axis=alt.Axis(labels=last.height <= 4, labelAngle=0)),
    y=alt.Y("rows:Q", title=None, axis=alt.Axis(tickCount=3)),
    color=alt.Color(
        "what:N",
        title=None,
        scale=alt.Scale(domain=counts, range=["#94a3b8", "#b91c1c", "#b45309", "#7e22ce"]),
    ),
    tooltip=["run", "day:T", "table_name", "what", "rows"],
    facet=alt.Facet("table_name:N", columns=4, title=None),
).resolve_scale(y="independent").properties(width=150, height=90, title="Rows per table and run")

# %% [markdown]
# ## The quarantine
#
# Refused rows with their reasons and original cells. People, and columns that the contract does not know, are masked.

# %%
quarantine = run.table("quarantine")
reasons = (
    quarantine.select("table_name", reason=pl.col("reason_codes").str.split(";"))
    .explode("reason")
    .group_by("table_name", "reason")
    .agg(rows=pl.len())
    .sort("rows", descending=True)
)
notebook_display.set_table(reasons, title=f"{quarantine.height} refused rows by reason", subtitle=f"{run.run_id}")

# %%
notebook_display.browse(quarantine)

# %% [markdown]
# ## What the checks found

# %%
checks = run.table("check_results")
findings = checks.filter(~pl.col("success")).sort("level", "gate", "table_name")
print(f"{checks.height} checks, {findings.height} findings")
notebook_display.browse(
    findings.select("level", "gate", "name", "table_name", "observed", "examples"), hidden=["examples", "gate"], rows=20
)

# %% [markdown]
# ## Findings over the last runs

# %%
found = pl.concat(
    open_run(run_id)
    .table("check_results")
    .filter(~pl.col("success"))
    .group_by("level", "name")
    .agg(findings=pl.len())
    .with_columns(run=pl.lit(run_id[4:20]))
    for run_id in last["run_id"]
)
alt.Chart(found).mark_rect(stroke="white").encode(
    x=alt.X("run:O", title=None, axis=alt.Axis(labelAngle=0, labels=last.height <= 4)),
    y=alt.Y("name:N", title=None),
    color=alt.Color("level:N", title=None, scale=alt.Scale(domain=["stop", "warning"], range=["#b91c1c", "#fbbf24"])),
    tooltip=["run", "name", "level", "findings"],
).properties(width=320, title="Checks with findings, by run")

# %% [markdown]
# ## Contracts that finance must look at

# %%
to_look_at = run.table("findings")
by_finding = to_look_at.group_by("finding", "currency").agg(contracts=pl.len(), mrr=pl.col("mrr").sum())
notebook_display.set_table(
    notebook_display.money(by_finding.sort("finding", "currency"), "mrr").drop("currency"),
    title="Findings with their MRR",
    subtitle="They change no figure",
)
