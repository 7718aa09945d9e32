"""Publishing on disks of growing sizes. Run by `unshare -Urm`, which lets it mount them: sizes in KiB as arguments.

A line of JSON for each: `[exit code, the current run, why it is damaged, what was said]`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from pipeline.warehouse.runs import why_damaged
from tests.faults.tasks import publish


def main(published: Path, place: Path, run_id: str, sizes: list[str]) -> None:
    """Publish on each disk in a process of its own."""
    for size in sizes:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}k", "none", place], check=True, timeout=30)
        try:
            home = place / "home"
            shutil.copytree(published, home, symlinks=True)
            said = place.with_name("said")
            child = os.fork()
            if child == 0:
                os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
                os._exit(publish(str(home), run_id))
            _, status = os.waitpid(child, 0)
            run = (home / "current").resolve(strict=True)
            print(json.dumps([os.waitstatus_to_exitcode(status), run.stem, why_damaged(run), said.read_text()]))
        finally:
            subprocess.run(["umount", place], check=True, timeout=30)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:])
