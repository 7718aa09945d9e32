"""What a test kills: light modules of its own, because worker processes load them anew."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

from pipeline.render import workers
from pipeline.warehouse.leftovers import marked
from pipeline.whole_files import whole_file


def make(folder: Path) -> None:
    """A report that is never finished: says which process makes it, and waits."""
    with whole_file(folder / "report.html") as unfinished:
        unfinished.write_text("half")
        print(os.getpid(), flush=True)
        threading.Event().wait()


def main(reports: Path) -> None:
    """Two workers make reports until this process is killed."""
    tasks = {name: reports / name for name in ("P-01", "P-02")}
    with marked(reports):
        for _ in workers.all_done(tasks, make, workers=2):
            pass


if __name__ == "__main__":
    main(Path(sys.argv[1]))
