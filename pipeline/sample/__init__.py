"""Invented exports: the committed story sample in `data/sample`, and generated ones of any size.

`write_demo_sample(out)` writes the small one, with every unusual kind of contract on purpose; `write_sample(...)`
writes one of 1 to 10 million clients of the same shape. `python -m pipeline.sample [FOLDER]` writes `data/sample`
again.
"""

from __future__ import annotations

from pipeline.sample.catalogue import true_renewal_rate
from pipeline.sample.demo import DEMO_DAY, write_demo_sample
from pipeline.sample.export_files import write_sample

__all__ = ["DEMO_DAY", "true_renewal_rate", "write_demo_sample", "write_sample"]
