"""The nightly job as a library: `run` calls every stage once, in order.

`hold_or_publish` publishes a checked run, holds it or accepts it (rule 14); `run_metadata` is what a run keeps of
itself and shows.
"""
