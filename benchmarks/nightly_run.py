"""How long the nightly run takes beside a plain typed load of the same CSV files by DuckDB, and how it grows.

Usage: python benchmarks/nightly_run.py [--clients 100000 1000000]  (`make bench`)

For each size an export is generated once into benchmarks/out, then measured as whole processes, alternating:
`load`: DuckDB reads every CSV into typed tables of a database file; `run`: `renewals run --no-reports --no-finance`;
`with_finance`: `renewals run --no-reports`, which projects MRR too.
The bars: run <= 4 × load + 10 s, peak memory <= 4 GB, time grows at most 11-fold from 100 k to 1 M clients (issue 2);
the projection adds at most half of the time of the run without it (issue 5).
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

OUT = Path(__file__).parent / "out"
LOAD = """
import sys, duckdb
from pathlib import Path
from pipeline.tables.exports import EXPORTS
con = duckdb.connect(sys.argv[2])
for name, table in EXPORTS.items():
    file = Path(sys.argv[1]) / f"{name}.csv"
    columns = {c.name: c.sql_type for c in table.columns}
    con.execute(f"CREATE TABLE {name} AS FROM read_csv('{file}', auto_detect=false, header=true, delim=',', "
                f"quote='\\"', escape='\\"', columns={columns})")
con.close()
"""


def measured(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Wall seconds and peak memory (GB) of a whole process."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command} ended with {status}")
    return time.perf_counter() - started, usage.ru_maxrss / (1024**2 if sys.platform != "darwin" else 1024**3)


def measure(clients: int, rounds: int) -> dict[str, float]:
    """The medians of `rounds` paired measurements."""
    exports = OUT / f"exports-{clients}"
    if not exports.is_dir():
        subprocess.run(
            [sys.executable, "-m", "pipeline", "sample", "--clients", str(clients), "--seed", "1", "--out", exports],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    rows = sum(sum(1 for _ in file.open("rb")) - 1 for file in exports.glob("*.csv"))
    loads, runs, projecting, memory = [], [], [], []
    for _ in range(rounds):
        database = OUT / "load.duckdb"
        database.unlink(missing_ok=True)
        loads.append(measured([sys.executable, "-c", LOAD, str(exports), str(database)])[0])
        database.unlink()
        for seconds, options in ((runs, ["--no-finance"]), (projecting, [])):
            wall, peak = nightly_run(exports, options)
            seconds.append(wall)
            memory.append(peak)
    middle = rounds // 2
    load, run, with_finance = (sorted(seconds)[middle] for seconds in (loads, runs, projecting))
    return {
        "clients": clients,
        "rows": rows,
        "load_s": round(load, 2),
        "run_s": round(run, 2),
        "allowed_s": round(4 * load + 10, 2),
        "with_finance_s": round(with_finance, 2),
        "finance_adds_percent": round(100 * (with_finance / run - 1)),
        "peak_gb": round(max(memory), 2),
    }


def nightly_run(exports: Path, options: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory (GB) of a first run in a home of its own."""
    home = OUT / "home"
    shutil.rmtree(home, ignore_errors=True)
    command = ["run", "--exports", str(exports), "--as-of", "2026-11-23", "--no-reports", "--quiet", *options]
    found = measured([sys.executable, "-m", "pipeline", *command], {"RENEWALS_HOME": str(home)})
    shutil.rmtree(home)
    return found


def main() -> None:
    """Measure every size and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    OUT.mkdir(exist_ok=True)
    results = [measure(clients, arguments.rounds) for clients in arguments.clients]
    print("|" + "|".join(results[0]) + "|")
    print("|" + "---|" * len(results[0]))
    for result in results:
        print("|" + "|".join(str(value) for value in result.values()) + "|")
    if len(results) > 1:
        print(f"growth: {results[-1]['run_s'] / results[0]['run_s']:.1f}-fold in time")
    (OUT / "nightly_run.json").write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
