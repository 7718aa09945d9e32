"""A process with everything imported that does each task in a copy of itself, on a disk that fails as it is told.

Run with the library of `failing_disk.c` preloaded. A line of JSON in, a line of JSON out; see `Disk.does`.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
import traceback
from pathlib import Path

from pipeline import checks
from tests.faults.tasks import TASKS


def do(order: dict[str, object], failing: ctypes.CDLL) -> int:
    """The task, in this process; its exit code, and 1 with a traceback for a bug."""
    # A copy that hangs is ended by the system: nobody waits for ever.
    signal.alarm(int(str(order["seconds"])))
    out, err, log = (os.open(str(order[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC) for name in ("out", "err", "log"))
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.environ["RENEWALS_HOME"] = os.environ["TMPDIR"] = str(order["home"])
    if order["size"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(str(order["size"])), resource.RLIM_INFINITY))
    numbers = [int(str(order[name])) for name in ("kinds", "first", "last", "error", "shorter")]
    failing.disk_fails(str(order["home"]).encode(), *numbers, log)
    try:
        return TASKS[str(order["task"])](str(order["home"]), *order["arguments"])  # type: ignore[misc]
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        calls = failing.disk_calls()
        failing.disk_fails(b"", 0, 0, 0, 0, 0, -1)
        sys.stdout.flush()
        sys.stderr.flush()
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        Path(f"{order['err']}.calls").write_text(str(calls))


def main() -> None:
    """Serve until nobody asks any more."""
    failing = ctypes.CDLL(None)
    if "gate" in sys.argv:
        checks.warm_up()
    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(do(order, failing))
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


if __name__ == "__main__":
    main()
