"""`renewals run --no-reports` on a disk that fails at points drawn from all its calls.

12 points; RENEWALS_ALL_FAULTS=1 tries 40.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from pipeline.warehouse.runs import why_damaged
from tests.conftest import SAMPLE, SAMPLE_DAY
from tests.faults.disk import ERRORS, FOR_EVER, KINDS, Disk, Fault

POINTS = 40 if os.environ.get("RENEWALS_ALL_FAULTS") else 12
SEED = 20261123
RUN = ("run", "--exports", SAMPLE, "--as-of", SAMPLE_DAY, "--no-reports", "--quiet")


def drawn(count: int, all_calls: int) -> list[Fault]:
    """Points spread over all calls: one in each of `count` equal parts. A disk fails once, or from then on."""
    draw = random.Random(SEED)
    faults = []
    for part in range(count):
        first = draw.randint(1 + all_calls * part // count, all_calls * (part + 1) // count)
        last = draw.choice([first, FOR_EVER])
        error = ERRORS[draw.choice(sorted(ERRORS))]
        faults.append(Fault(kinds=sum(KINDS.values()), first=first, last=last, error=error))
    return faults


@pytest.mark.timeout(900)
def test_a_run_is_published_whole_or_says_in_one_line_that_the_machine_failed(library: Path, tmp_path: Path):
    home = tmp_path / "home"
    (tmp_path / "work").mkdir()
    with Disk(library, tmp_path / "work", with_gate=True) as disk:
        first = disk.does("command", home, *RUN)
        assert first.code == 0, first.err
        current = (home / "current").readlink()
        # One home for all points: each run is also the next one after the failure before.
        for fault in drawn(POINTS, first.calls):
            done = disk.does("command", home, *RUN, fault=fault)
            assert done.code in (0, 7), (fault, done)
            assert ((home / "current").readlink() != current) == (done.code == 0), (fault, done)
            assert why_damaged((home / "current").resolve()) == ""
            if done.code == 7:
                assert len(done.err.splitlines()) == 1, (fault, done.err)
                assert done.err.startswith("renewals: "), (fault, done.err)
                assert done.out == ""
            current = (home / "current").readlink()
        last = disk.does("command", home, *RUN)
        assert last.code == 0, last.err
        assert (home / "current").readlink() != current
