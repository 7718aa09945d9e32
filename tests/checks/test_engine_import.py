"""An error while Great Expectations is still being imported beside the run ends with its own exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

FIFTY = """
import json, os, sys
import duckdb, polars  # imported once, so that each of the processes fails within its first 100 ms
import pipeline.nightly.run
from pipeline.cli.shell import run_command_line

running, codes = set(), []
for number in range(50):
    child = os.fork()
    if child == 0:
        os.environ["RENEWALS_HOME"] = f"{sys.argv[2]}/{number}"
        os.dup2(os.open(f"{sys.argv[2]}/{number}.err", os.O_CREAT | os.O_WRONLY), 2)
        sys.exit(run_command_line(["run", "--exports", sys.argv[1], "--as-of", "2026-11-23", "--quiet"]))
    running.add(child)
    if len(running) == 2:
        ended, status = os.wait()
        running.remove(ended)
        codes.append(os.waitstatus_to_exitcode(status))
while running:
    ended, status = os.wait()
    running.remove(ended)
    codes.append(os.waitstatus_to_exitcode(status))
print(json.dumps(codes))
"""

INTERRUPTED = """
import sys, threading
from pipeline import checks
from pipeline.checks import engine_import

class EndsEarly(engine_import._EndWithProgram):
    imports = 0

    def find_spec(self, name, path, target=None):
        if threading.current_thread() is self._thread:
            EndsEarly.imports += 1
            if EndsEarly.imports == int(sys.argv[1]):
                done.set()  # only now does the main thread come to its end
                threading.main_thread().join()
        return super().find_spec(name, path, target)

engine_import._EndWithProgram = EndsEarly
done = threading.Event()
checks.warm_up_beside()
assert done.wait(120)
sys.exit(6)
"""


def test_fifty_processes_that_fail_at_once_all_end_with_6(tmp_path: Path):
    # A daemon thread in the middle of an import was ended inside C++ code here: SIGABRT, 11 of 12 times.
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "partners.csv").write_text("partner_id,partner_name\n")
    (tmp_path / "homes").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", FIFTY, str(exports), str(tmp_path / "homes")],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert json.loads(done.stdout) == [6] * 50
    for number in range(50):
        said = (tmp_path / "homes" / f"{number}.err").read_text()
        assert said.startswith("renewals: clients: the required table has no file in")


def test_a_program_that_ends_does_not_wait_for_the_import():
    for after in (1, 400):
        done = subprocess.run(
            [sys.executable, "-c", INTERRUPTED, str(after)],
            env=dict(os.environ),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert (done.returncode, done.stderr) == (6, "")
