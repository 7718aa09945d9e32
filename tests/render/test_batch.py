"""Many reports: equal content is kept with its bytes, and whatever happens to one report, the others are made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pikepdf
import pytest

from pipeline.errors import RenewalsError
from pipeline.render import workers
from pipeline.render.environment import bundled_text
from pipeline.render.limits import Limits, ReportLimitError, within
from pipeline.render.report_manifest import kept_files, run_named, write_manifest
from pipeline.render.workers import WorkerDiedError, all_done
from pipeline.settings import parse_settings
from tests.reading import write_reports
from tests.render import deaths
from tests.render import report_data as data
from tests.render.conftest import make_run_file

IDS = ["p1", "P1", "quiet"]
FILES = ("html", "csv")


def bytes_of(batch):
    return {str(path): path.read_bytes() for path in batch.paths}


def later_run(tmp_path: Path, **changed):
    """The same content in a run of another name and time; `changed` are values of p1's first change."""
    run = data.RUN | {"run_id": "run-later", "created_at": "2026-11-23T23:00:00Z"}
    return make_run_file(tmp_path / "later.duckdb", run=run, first_change=changed)


def test_a_second_time_nothing_is_made_again(run_file, tmp_path):
    first = write_reports(run_file, IDS, tmp_path, formats=FILES)
    times = {path: path.stat().st_mtime_ns for path in first.paths}
    again = write_reports(run_file, IDS, tmp_path, formats=FILES)
    assert (first.kept, again.kept) == ([], IDS)
    assert again.paths == first.paths
    assert {path: path.stat().st_mtime_ns for path in again.paths} == times


def everything_said(folder: Path) -> str:
    """All texts of a partner's files, whether a reader or a program finds them."""
    with pikepdf.open(folder / "report.pdf") as pdf:
        inside = f"{pdf.docinfo} {pdf.Root.Metadata.read_bytes()!r}"
    pages = subprocess.run(["pdftotext", folder / "report.pdf", "-"], capture_output=True, check=True, timeout=60)
    with zipfile.ZipFile(folder / "report.xlsx") as book:
        sheets = " ".join(book.read(name).decode() for name in book.namelist())
    plain = [(folder / name).read_text() for name in ("report.html", "report.csv", "report.json")]
    return " ".join([*plain, inside, pages.stdout.decode(), sheets])


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_no_file_in_a_runs_folder_names_another_run_or_time_of_making(run_file, tmp_path):
    # Kept bytes are those of an earlier run of the day: they must be true in the later run's folder as well.
    runs = {"run-20261123T180000Z-1a2b3c": run_file}
    for name, time in (("run-20261123T231500Z-4d5e6f", "23:15:00"), ("run-20261124T010000Z-7a8b9c", "01:00:00")):
        run = data.RUN | {"run_id": name, "created_at": f"2026-11-24T{time}Z"}
        runs[name] = make_run_file(tmp_path / f"{name}.duckdb", run=run)
    (tmp_path / "run-20261123T180000Z-1a2b3c.duckdb").symlink_to(run_file)
    earlier: list[Path] = []
    for number, name in enumerate(runs):
        path = tmp_path / f"{name}.duckdb"
        batch = write_reports(path, ["p1"], tmp_path / "reports" / name, earlier=earlier)
        assert batch.kept == (["p1"] if number else [])
        earlier.insert(0, tmp_path / "reports" / name)
    for name in runs:
        said = everything_said(tmp_path / "reports" / name / "p1")
        assert name in (tmp_path / "reports" / name / "p1" / "report.html").read_text()
        assert set(re.findall(r"run-\d{8}T\d{6}Z-\w+", said)) == {name}
        assert json.loads((tmp_path / "reports" / name / "p1" / "report.json").read_text())["run"] == name
        assert "Nov 23, 2026" in said
        # The times inside the files say the day, and no minute in which some run made the bytes.
        times = re.findall(r"\d{4}-\d\d-\d\dT[\d:]+|D:\d{14}", said)
        assert set(times) == {"2026-11-23T12:00:00", "D:20261123120000"}


def test_an_equal_report_of_a_later_run_keeps_its_bytes(run_file, tmp_path):
    first = write_reports(run_file, IDS, tmp_path / "first", formats=FILES)
    second = write_reports(later_run(tmp_path), IDS, tmp_path / "second", formats=FILES, earlier=[tmp_path / "first"])
    assert second.kept == IDS
    for before, after in zip(first.paths, second.paths, strict=True):
        # The page names its run, so it is a file of its own; everything else is the same file.
        assert (before.stat().st_ino == after.stat().st_ino) == (before.suffix != ".html")
        assert before.read_text().replace(run_named(data.RUN["run_id"]), run_named("run-later")) == after.read_text()


LOOKS = {"brand_colour": "#16a34a", "cards": True, "partners": {"quiet": {"brand_colour": "#b91c1c"}}}


def test_looks_come_from_the_settings_that_are_given_and_only_who_looks_otherwise_is_made_again(run_file, tmp_path):
    write_reports(run_file, IDS, tmp_path, formats=FILES)
    chosen = parse_settings(LOOKS)
    batch = write_reports(run_file, IDS, tmp_path, formats=FILES, chosen=chosen)
    assert batch.kept == []
    pages = {name: (tmp_path / name / "report.html").read_text() for name in ("%501", "quiet")}
    plain = re.findall(r"--accent: (#\w+);", bundled_text("page.css"))
    accents = {name: re.findall(r"--accent: (#\w+);", page)[len(plain) :] for name, page in pages.items()}
    assert accents["%501"]
    assert accents["quiet"]
    assert accents["%501"] != accents["quiet"]
    # Only P1's own look differs from now on.
    other = parse_settings(LOOKS | {"partners": {"quiet": {"brand_colour": "#b91c1c"}, "P1": {"cards": False}}})
    assert write_reports(run_file, IDS, tmp_path, formats=FILES, chosen=other).kept == ["p1", "quiet"]


def test_the_default_language_comes_from_the_settings_that_are_given(run_file, tmp_path):
    write_reports(run_file, ["quiet"], tmp_path, formats=FILES, chosen=parse_settings({"locale": "de"}))
    assert '<html lang="de"' in (tmp_path / "quiet" / "report.html").read_text()
    write_reports(run_file, ["quiet"], tmp_path, formats=FILES)
    assert '<html lang="en"' in (tmp_path / "quiet" / "report.html").read_text()


def test_only_partners_whose_content_changed_are_made_again(run_file, tmp_path):
    first = write_reports(run_file, IDS, tmp_path / "first", formats=FILES)
    before = bytes_of(first)
    run = later_run(tmp_path, current_mrr=Decimal("4711.0000"))
    second = write_reports(run, IDS, tmp_path / "second", formats=FILES, earlier=[tmp_path / "first"])
    assert second.kept == ["P1", "quiet"]
    assert "4,711.00" in (tmp_path / "second" / "p1" / "report.html").read_text()
    assert bytes_of(first) == before


def test_another_day_is_another_report(run_file, tmp_path):
    # It says as of when it is true, and days to deadline and the window move with the day.
    write_reports(run_file, ["quiet"], tmp_path / "first", formats=FILES)
    run = make_run_file(tmp_path / "next.duckdb", run=data.RUN | {"as_of": date(2026, 11, 24)})
    assert write_reports(run, ["quiet"], tmp_path / "second", formats=FILES, earlier=[tmp_path / "first"]).kept == []


@pytest.mark.parametrize(
    "options",
    [
        {"locale": "de"},
        {"default_columns": ("website",)},
        {"columns": {"quiet": ("website",)}},
        {"formats": ("html",)},
        {"force": True},
        {"pdf_engine": "plutoprint"},
    ],
)
def test_whoever_asks_for_something_else_gets_it(run_file, tmp_path, options):
    write_reports(run_file, ["quiet"], tmp_path, formats=FILES)
    assert write_reports(run_file, ["quiet"], tmp_path, **{"formats": FILES, **options}).kept == []


def test_an_ended_association_makes_the_report_again(run_file, tmp_path):
    write_reports(run_file, ["p1", "quiet"], tmp_path, formats=FILES)
    ended = frozenset({("p1", "h0001")})
    batch = write_reports(run_file, ["p1", "quiet"], tmp_path, formats=FILES, ended=ended)
    assert batch.failures == {}
    assert batch.kept == ["quiet"]


def test_ending_the_association_of_a_client_without_rows_makes_the_report_again_too(run_file, tmp_path):
    # What changed since the report before may still name it.
    write_reports(run_file, ["p1", "quiet"], tmp_path, formats=FILES)
    ended = frozenset({("quiet", "in-no-row")})
    assert write_reports(run_file, ["p1", "quiet"], tmp_path, formats=FILES, ended=ended).kept == ["p1"]


def test_what_changed_is_told_since_the_newest_report_that_the_partner_has(run_file, tmp_path):
    # A night without reports leaves a folder (its checks page) and no report: nothing of its news may be swallowed.
    older, newer = tmp_path / "run-1", tmp_path / "run-2"
    write_reports(run_file, IDS, older, formats=FILES)
    newer.mkdir()
    (newer / "checks.html").write_text("a night without reports")
    batch = write_reports(later_run(tmp_path), IDS, tmp_path / "run-3", formats=FILES, earlier=[newer, older])
    assert batch.kept == IDS


def test_a_file_that_is_no_longer_asked_for_goes(run_file, tmp_path):
    write_reports(run_file, ["quiet"], tmp_path, formats=FILES)
    write_reports(run_file, ["quiet"], tmp_path, formats=("csv",))
    assert sorted(path.name for path in (tmp_path / "quiet").iterdir()) == ["report.csv", "report.json"]


@pytest.mark.parametrize("harm", ["shortened", "missing", "no manifest", "broken manifest", "other content"])
def test_a_report_that_is_not_whole_is_not_kept(tmp_path, harm):
    report = tmp_path / "report.html"
    report.write_text("whole")
    manifest = write_manifest(tmp_path, "key", [report])
    assert kept_files(tmp_path, "key") == [report]
    harms = {
        "shortened": lambda: report.write_text("hal"),
        "missing": report.unlink,
        "no manifest": manifest.unlink,
        "broken manifest": lambda: manifest.write_text("[1"),
        "other content": lambda: write_manifest(tmp_path, "other", [report]),
    }
    harms[harm]()
    assert kept_files(tmp_path, "key") == []


def test_kept_files_outlive_the_folder_they_came_from(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    (old / "report.csv").write_text("rows")
    write_manifest(old, "key", [old / "report.csv"])
    assert kept_files(new, "key", earlier=old) == [new / "report.csv"]
    shutil.rmtree(old)
    assert (new / "report.csv").read_text() == "rows"
    assert json.loads((new / "report.json").read_text())["content"] == "key"


def test_page_and_manifest_of_kept_files_name_the_run_of_their_own_folder(tmp_path):
    folders = [tmp_path / name for name in ("old", "newer", "a-run-with-a-longer-name")]
    folders[0].mkdir()
    # A client named like the run stays what it is.
    (folders[0] / "report.html").write_text(f"{run_named('old')} old Ltd")
    write_manifest(folders[0], "key", [folders[0] / "report.html"], run="old", pdf_engine="weasyprint")
    for earlier, folder in pairwise(folders):
        assert kept_files(folder, "key", earlier=earlier, run=folder.name) == [folder / "report.html"]
    for folder in folders:
        manifest = json.loads((folder / "report.json").read_text())
        assert (manifest["run"], manifest["pdf_engine"]) == (folder.name, "weasyprint")
        assert (folder / "report.html").read_text() == f"{run_named(folder.name)} old Ltd"
        # It is whole for the next run too.
        assert kept_files(folder, "key") == [folder / "report.html"]


def test_a_disk_that_cannot_link_gets_a_copy(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    old = tmp_path / "old"
    old.mkdir()
    (old / "report.csv").write_text("rows")
    write_manifest(old, "key", [old / "report.csv"])
    monkeypatch.setattr(os, "link", refuse)
    (copy,) = kept_files(tmp_path / "new", "key", earlier=old)
    assert copy.read_text() == "rows"


# ---- limits ---------------------------------------------------------------------------------------------------


# The work is ended from outside, wherever it is: also between opening a file and holding it.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_report_that_takes_too_long_is_stopped_and_said(run_file, tmp_path):
    batch = write_reports(run_file, IDS, tmp_path, formats=("pdf",), limits=Limits(seconds=0.001))
    assert set(batch.failures) == set(IDS)
    assert batch.failures["p1"] == "took longer than 0.001 seconds (report_seconds)"
    assert batch.paths == []


# The work is ended from outside, wherever it is: also between opening a file and holding it.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_report_that_needs_too_much_memory_is_stopped_and_said(run_file, tmp_path):
    batch = write_reports(run_file, ["p1"], tmp_path, formats=("pdf",), limits=Limits(mebibytes=1))
    assert batch.failures == {"p1": "needed more than 1 MiB of memory (report_mebibytes)"}


def test_work_within_its_limits_ends_as_it_would():
    with within(Limits()):
        value = sum(range(1000))
    assert value == 499500
    with pytest.raises(ZeroDivisionError), within(Limits()):
        _ = 1 / 0


def test_work_that_goes_on_for_ever_is_stopped():
    def endless():
        with within(Limits(seconds=0.1)):
            while True:
                pass

    with pytest.raises(ReportLimitError, match="longer than 0\\.1 seconds"):
        endless()


# ---- workers that die -----------------------------------------------------------------------------------------


@pytest.fixture
def light_workers(monkeypatch):
    """Workers that load nothing: what reports need takes them longer than these tests."""
    monkeypatch.setattr(workers, "_start_worker", deaths.nothing)


def results(names: list[str], folder: Path) -> Iterator[tuple[str, str | BaseException]]:
    for name, future in all_done({name: (name, folder) for name in names}, deaths.work, workers=2):
        yield name, future.exception() or future.result()


def test_a_killed_worker_costs_no_report(tmp_path, light_workers):
    names = [f"n{number}" for number in range(6)] + ["once"] + [f"m{number}" for number in range(6)]
    assert dict(results(names, tmp_path)) == {name: name.upper() for name in names}
    assert (tmp_path / "once").exists()


def test_a_report_that_kills_its_worker_each_time_fails_alone(tmp_path, light_workers):
    names = ["a", "always", "b", "c", "d", "e", "f"]
    found = dict(results(names, tmp_path))
    assert isinstance(found.pop("always"), WorkerDiedError)
    assert found == {name: name.upper() for name in found}
    assert len(found) == 6


def test_when_every_worker_dies_the_rest_is_not_tried_one_by_one(tmp_path, light_workers):
    (tmp_path / "begun").mkdir()
    found = dict(all_done({str(n): (str(n), tmp_path / "begun") for n in range(40)}, deaths.die, workers=1))
    assert all(isinstance(future.exception(), WorkerDiedError) for future in found.values())
    assert len(found) == 40
    assert len(list((tmp_path / "begun").iterdir())) <= 4


@pytest.mark.timeout(60)
@pytest.mark.parametrize("count", [1, 2])
def test_workers_are_replaced_and_no_task_waits_for_ever(tmp_path, light_workers, monkeypatch, count):
    # With the pool's own max_tasks_per_child a worker that had done its share was not replaced while tasks waited.
    monkeypatch.setattr(workers, "REPORTS_PER_WORKER", 3)
    tasks = {str(number): (str(number), tmp_path) for number in range(14)}
    processes = [future.result() for _, future in all_done(tasks, deaths.process_of, workers=count)]
    assert len(processes) == 14
    assert max(Counter(processes).values()) <= 3 * count
    assert len(set(processes)) >= 14 / (3 * count)


def test_how_many_workers():
    assert workers.worker_count(3, 8) == 3
    assert workers.worker_count(100, 2) == 2
    assert 1 <= workers.worker_count(100) <= workers.MOST_WORKERS


# ---- the engine for bulk --------------------------------------------------------------------------------------


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_bulk_engine_shows_the_same_and_says_that_it_has_no_tags(run_file, tmp_path):
    pytest.importorskip("plutoprint")
    plain = write_reports(run_file, ["p1"], tmp_path / "plain", formats=("pdf",), pdf_engine="plutoprint")
    again = write_reports(run_file, ["p1"], tmp_path / "again", formats=("pdf",), pdf_engine="plutoprint")
    assert plain.failures == {}
    assert plain.paths[0].read_bytes() == again.paths[0].read_bytes()
    shown = subprocess.run(["pdftotext", "-layout", plain.paths[0], "-"], capture_output=True, check=True)
    text = " ".join(shown.stdout.decode().split())
    assert "has no tags for screen readers" in text
    assert "Page 1 of" in text
    assert "Client 0007" in text
    assert json.loads((tmp_path / "plain/p1/report.json").read_text())["pdf_engine"] == "plutoprint"


def test_an_engine_that_is_not_installed_is_one_clear_line(run_file, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "plutoprint", None)
    batch = write_reports(run_file, ["quiet"], tmp_path, formats=("pdf",), pdf_engine="plutoprint")
    assert "upcoming-renewals[bulk]" in batch.failures["quiet"]
    assert "\n" not in batch.failures["quiet"]


def test_a_failure_that_says_nothing_is_named(run_file, tmp_path, monkeypatch):
    def fail(*_, **__):
        raise RenewalsError

    monkeypatch.setattr("pipeline.render.batch.write_partner_report", fail)
    assert write_reports(run_file, ["quiet"], tmp_path).failures == {"quiet": "no message"}


def test_futures_of_a_given_executor_are_used_as_they_come(run_file, tmp_path):
    class Here:
        """An executor that does its task at once."""

        def __enter__(self):
            return self

        def __exit__(self, *_):
            return None

        def submit(self, do, task):
            future: Future[list[Path]] = Future()
            future.set_result(do(task))
            return future

    assert len(write_reports(run_file, IDS, tmp_path, formats=("csv",), executor=Here()).paths) == 3
