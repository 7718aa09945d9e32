"""A notebook's loop as a process: reads the current run until a file appears, and prints the ids of the runs it saw.

`python reader.py STOP_FILE`; the home comes from the environment.
"""

from __future__ import annotations

import sys
from pathlib import Path

from pipeline import open_run

TABLES = ("contract_mrr", "upcoming_renewals", "client_contacts", "exports.contracts")


def main(stop: Path) -> None:
    seen: dict[str, tuple[int, ...]] = {}
    print("ready", flush=True)
    while not stop.exists() or not seen:
        run = open_run()
        told = run.table("run_info")["run_id"][0]
        rows = tuple(run.table(name).height for name in TABLES)
        if (told, rows) != (run.run_id, seen.setdefault(run.run_id, rows)) or 0 in rows:
            sys.exit(f"{run.run_id} is not one complete run: {told}, {rows}, {seen}")
    print(*seen)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
