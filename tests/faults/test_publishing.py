"""Publishing on a disk that fails at every call there is: the whole new run is current, or the old one stays (exit 7).

Enumerated, not drawn: writes, fsyncs, renames and truncates of building and publishing a small candidate.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.warehouse.runs import why_damaged
from tests.faults.disk import ERRORS, FOR_EVER, KINDS, WRITE, Disk, Done, Fault

OLD, NEW = "run-20261122T020000Z-000001", "run-20261123T020000Z-000002"


@pytest.fixture(scope="module")
def disk(library: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    with Disk(library, tmp_path_factory.mktemp("work")) as failing:
        yield failing


@pytest.fixture(scope="module")
def published(disk: Disk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the old run is current."""
    home = tmp_path_factory.mktemp("published") / "home"
    done = disk.does("publish", home, OLD)
    assert done.code == 0, done.err
    return home


class Homes:
    """The home before the new run, again and again."""

    def __init__(self, published: Path, folder: Path) -> None:
        self._published = published
        self.home = folder / "home"

    def again(self) -> Path:
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self._published, self.home, symlinks=True)
        return self.home


@pytest.fixture
def homes(published: Path, tmp_path: Path) -> Homes:
    return Homes(published, tmp_path)


def current(home: Path) -> str:
    return (home / "current").resolve(strict=True).stem


def refuse_half_measures(done: Done, home: Path) -> None:
    """What must hold after any fault; then the same run without one must come through."""
    assert done.code in (0, 7), done
    assert current(home) == (NEW if done.code == 0 else OLD), done
    assert why_damaged((home / "current").resolve()) == ""
    if done.code == 7:
        assert done.err.startswith("renewals: "), done
        assert len(done.err.splitlines()) == 1, done
        assert len(done.err) < 1_000, done


def refuse_a_lasting_failure(disk: Disk, home: Path, run_id: str = NEW) -> None:
    done = disk.does("publish", home, run_id)
    assert (done.code, current(home)) == (0, run_id), done
    assert why_damaged((home / "current").resolve()) == ""
    litter = [path.name for path in (*home.iterdir(), *(home / "runs").iterdir()) if path.name.startswith(".")]
    assert litter == []


@pytest.mark.parametrize("error", ERRORS)
@pytest.mark.parametrize("kind", KINDS)
def test_each_single_call_that_fails(disk, homes, kind, error):
    count = disk.does("publish", homes.again(), NEW, fault=Fault(kinds=KINDS[kind])).calls
    # DuckDB 1.5 truncates nothing while it writes a new file; should it begin to, its truncates are tried too.
    assert count >= {"write": 15, "fsync": 10, "rename": 4, "truncate": 0}[kind]
    for number in range(1, count + 1):
        home = homes.again()
        fault = Fault(kinds=KINDS[kind], first=number, last=number, error=ERRORS[error])
        done = disk.does("publish", home, NEW, fault=fault)
        refuse_half_measures(done, home)
        if done.code == 7:
            refuse_a_lasting_failure(disk, home)


def test_whoever_builds_a_candidate_is_told_when_a_part_of_it_is_not_in_its_file(disk, homes):
    # DuckDB says nothing when closing cannot put the log into the file: it is told to before.
    every = sum(KINDS.values())
    count = disk.does("build", homes.again(), NEW, fault=Fault(kinds=every)).calls
    codes = []
    for number in range(1, count + 1):
        fault = Fault(kinds=every, first=number, last=FOR_EVER, error=errno.ENOSPC)
        codes.append(disk.does("build", homes.again(), NEW, fault=fault).code)
    assert codes == [7] * count


@pytest.mark.parametrize("error", ERRORS)
def test_a_disk_on_which_everything_fails_from_some_call_on(disk, homes, error):
    # As a full disk does. No link can be put back then either.
    every = sum(KINDS.values())
    count = disk.does("publish", homes.again(), NEW, fault=Fault(kinds=every)).calls
    for number in range(1, count + 1, 1 if error == "ENOSPC" else 3):
        home = homes.again()
        fault = Fault(kinds=every, first=number, last=FOR_EVER, error=ERRORS[error])
        refuse_half_measures(disk.does("publish", home, NEW, fault=fault), home)
    refuse_a_lasting_failure(disk, home, "run-20261124T020000Z-000003")


def test_a_write_that_takes_only_half_of_it_never_makes_a_file_that_is_cut_off(disk, homes):
    count = disk.does("publish", homes.again(), NEW, fault=Fault(kinds=WRITE)).calls
    for number in range(1, count + 1):
        home = homes.again()
        done = disk.does("publish", home, NEW, fault=Fault(kinds=WRITE, first=number, last=number, shorter=1))
        refuse_half_measures(done, home)


def test_a_limit_on_the_size_of_files_in_15_steps_over_the_whole_size(disk, homes, published):
    size = (published / "runs" / f"{OLD}.duckdb").stat().st_size
    codes = []
    for step in range(1, 16):
        home = homes.again()
        done = disk.does("publish", home, NEW, fault=Fault(size=size * step // 15))
        refuse_half_measures(done, home)
        codes.append(done.code)
    assert codes[0] == 7
    assert codes[-1] == 0
    assert codes == sorted(codes, reverse=True)


def paths(done: Done, home: Path) -> list[tuple[str, ...]]:
    """The calls with paths below the home; the process's number is left out of names of unfinished files."""
    short = [tuple(part.replace(f"{home}/", "").replace(str(home), ".") for part in call) for call in done.log]
    return [
        tuple(part.rpartition(".")[0] if part.split(".")[-1].isdigit() else part for part in call) for call in short
    ]


def test_the_file_is_on_the_disk_before_it_has_its_name_and_has_its_name_before_current_moves(disk, homes):
    # The candidate is a copied file: DuckDB, which puts onto the disk what it writes, has no part in it.
    home = homes.again()
    done = disk.does("publish_file", home, NEW)
    assert done.code == 0, done.err
    candidate, run, checksum = f"runs/.tmp-{NEW}.duckdb", f"runs/{NEW}.duckdb", f"checksums/{NEW}.sha256"
    unfinished = f"checksums/.{NEW}.sha256"
    assert [call for call in paths(done, home) if call != ("write", candidate, "")] == [
        ("fsync", candidate, ""),
        ("write", unfinished, ""),
        ("fsync", unfinished, ""),
        ("rename", unfinished, checksum),
        ("fsync", "checksums", ""),
        ("rename", candidate, run),
        ("fsync", "runs", ""),
        ("rename", ".tmp-current", ".tmp-current"),  # the link is made
        ("rename", ".tmp-current", "current"),
        ("fsync", ".", ""),
    ]


def test_what_a_run_writes_is_on_the_disk_before_the_file_has_its_name(disk, homes):
    home = homes.again()
    calls = paths(disk.does("publish", home, NEW), home)
    candidate = f"runs/.tmp-{NEW}.duckdb"
    named = calls.index(("rename", candidate, f"runs/{NEW}.duckdb"))
    last_write = max(place for place, call in enumerate(calls) if call == ("write", candidate, ""))
    assert ("fsync", candidate, "") in calls[last_write:named]
    # Nothing of it is in a log that renaming would leave behind.
    assert max(place for place, call in enumerate(calls) if call[1] == f"{candidate}.wal") < last_write


def test_a_report_file_is_on_the_disk_before_it_has_its_name(disk, tmp_path):
    (tmp_path / "home").mkdir()
    done = disk.does("write", tmp_path / "home", "report.html")
    assert [call for call in paths(done, tmp_path / "home") if call[0] != "write"] == [
        ("fsync", ".report.html", ""),
        ("rename", ".report.html", "report.html"),
        ("fsync", ".", ""),
    ]


@pytest.mark.parametrize("kind", ["write", "fsync", "rename"])
def test_a_report_file_that_cannot_be_written_leaves_the_one_before(disk, tmp_path, kind):
    home = tmp_path / "home"
    home.mkdir()
    count = disk.does("write", home, "report.html", fault=Fault(kinds=KINDS[kind])).calls
    for number in range(1, count + 1):
        (home / "report.html").write_text("the one before")
        fault = Fault(kinds=KINDS[kind], first=number, last=number, error=errno.ENOSPC)
        done = disk.does("write", home, "report.html", fault=fault)
        assert done.code == 1
        assert "MachineError: the machine failed: No space left on device" in done.err
        assert [path.name for path in home.iterdir()] == ["report.html"]
        # The last fsync is the folder's: the new file has its name by then, whole.
        assert (home / "report.html").read_text() in ("the one before", "content" * 10_000)
    done = disk.does("write", home, "report.html", fault=Fault(kinds=WRITE, first=1, last=1, shorter=1))
    assert (done.code, (home / "report.html").read_text()) == (0, "content" * 10_000)


def test_a_backup_of_decisions_is_whole_or_is_not(disk, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    every = sum(KINDS.values())
    assert disk.does("backup", home, "first.sqlite").code == 0  # makes the store too
    whole = disk.does("backup", home, "second.sqlite", fault=Fault(kinds=every))
    assert whole.code == 0, whole.err
    for number in range(1, whole.calls + 1, 2):
        fault = Fault(kinds=every, first=number, last=FOR_EVER, error=errno.ENOSPC)
        done = disk.does("backup", home, f"{number}.sqlite", fault=fault)
        assert done.code in (0, 7), done
        assert (home / f"{number}.sqlite").exists() == (done.code == 0)
        assert len(done.err.splitlines()) == (1 if done.code else 0), done
    calls = paths(whole, home)
    named = next(place for place, call in enumerate(calls) if call[2] == "second.sqlite")
    assert calls[named - 1] == ("fsync", calls[named][1], "")
    assert calls[named + 1] == ("fsync", ".", "")
