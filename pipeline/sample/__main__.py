"""`python -m pipeline.sample [FOLDER]` writes the committed sample again (default: data/sample)."""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline.sample.demo import write_demo_sample

if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "data/sample")
    for table, rows in write_demo_sample(folder).items():
        print(f"{folder / table}.csv: {rows} rows", file=sys.stderr)
