"""The nightly job as a library: `run` calls every stage once, in order; `reports` makes the reports of a published run.

`hold_or_publish` publishes a checked run, holds it or accepts it (rule 14); `run_book` reads and adds the records of
that; `run_metadata` is what a run keeps of itself and shows. Everything gives values; commands print them.
"""
