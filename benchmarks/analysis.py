"""How fast analysts get at their rows: from the import to the first table, and one partner's rows of a million.

`.venv/bin/python benchmarks/analysis.py [--home FOLDER] [--rounds N]`. Bars: first table of the sample in under 1 s,
one partner's rows of 1 million in under 0.5 s. The home (default: a temporary one) needs a published run.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROWS = 1_000_000
PARTNERS = 2_000

FIRST_TABLE = """
import time
start = time.perf_counter()
from pipeline import open_run
rows = open_run().table("upcoming_renewals").height
print(time.perf_counter() - start, time.process_time(), rows)
"""


def publish_sample(home: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "pipeline", "run", "--exports", "data/sample", "--as-of", "2026-11-23", "--no-reports"],
        cwd=ROOT,
        env={**os.environ, "RENEWALS_HOME": str(home)},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def first_table(home: Path) -> tuple[float, float]:
    """Seconds by the clock and of processor time in a fresh process."""
    said = subprocess.run(
        [sys.executable, "-c", FIRST_TABLE],
        cwd=ROOT,
        env={**os.environ, "RENEWALS_HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    clock, processor, _ = said.stdout.split()
    return float(clock), float(processor)


def widen(home: Path) -> None:
    """Publish the sample's upcoming changes again and again until there are a million, of many partners."""
    from pipeline.warehouse import Home, create_run_file, current_run, publish

    place = Home(home)
    run_id = "run-20991231T000000Z-ffffff"
    candidate = place.candidate(run_id)
    shutil.copy(current_run(place).path, candidate)
    candidate.chmod(0o644)
    with create_run_file(candidate) as con:
        con.execute(
            f"""CREATE TABLE wide AS SELECT u.* REPLACE (
                'P-' || (hash(n, u.change_id) % {PARTNERS}) AS partner_id, u.change_id || '-' || n AS change_id)
            FROM upcoming_renewals u, range({ROWS} // (SELECT count(*) FROM upcoming_renewals) + 1) t(n)
            ORDER BY renewal_deadline, client_name, change_id LIMIT {ROWS}"""
        )
        con.execute("DROP TABLE upcoming_renewals")
        con.execute("ALTER TABLE wide RENAME TO upcoming_renewals")
        con.execute(
            f"INSERT INTO exports.partners BY NAME SELECT 'P-' || n AS partner_id, 'P' AS partner_name "
            f"FROM range({PARTNERS}) t(n)"
        )
        con.execute("UPDATE run_info SET run_id = ?", [run_id])
    publish(place, candidate, run_id, keep=5)


def one_partner(home: Path, rounds: int) -> dict[str, float]:
    from pipeline import open_run

    run = open_run(home=home)
    asked = {
        "table(partner=)": lambda n: run.table("upcoming_renewals", partner=f"P-{n}").height,
        "table(lazy).filter": lambda n: (
            run.table("upcoming_renewals", lazy=True).filter(partner_id=f"P-{n}").collect().height
        ),
        "sql": lambda n: run.sql("FROM upcoming_renewals WHERE partner_id = $p", {"p": f"P-{n}"}).height,
    }
    best = {}
    for name, ask in asked.items():
        taken = []
        for n in range(rounds):
            start = time.perf_counter()
            assert ask(n) > 100
            taken.append(time.perf_counter() - start)
        best[name] = sorted(taken)[len(taken) // 2]
    return best


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--home", type=Path)
    arguments.add_argument("--rounds", type=int, default=5)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = asked.home or Path(folder)
        if asked.home is None:
            publish_sample(home)
        clock, processor = min(first_table(home) for _ in range(asked.rounds))
        print(json.dumps({"first table": {"seconds": round(clock, 3), "processor seconds": round(processor, 3)}}))
        if asked.home is None:
            widen(home)
        medians = {name: round(seconds, 3) for name, seconds in one_partner(home, asked.rounds).items()}
        print(json.dumps({f"one partner of {PARTNERS}, {ROWS} rows": medians}))


if __name__ == "__main__":
    main()
