"""Reports on a real Dask cluster on loopback: a scheduler and two workers, one of which is killed in mid-run."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.render.workers import all_done, cluster
from tests.reading import write_reports
from tests.render.conftest import make_run_file

pytest.importorskip("distributed")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a scheduler with two workers, each watched by a nanny, as `dask worker` starts them."""
    folder = tmp_path_factory.mktemp("cluster")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__SCHEDULER__WORK_STEALING": "True"}

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        with (folder / f"{arguments[0]}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + arguments[0], *arguments[1:]],
                stdout=log,
                stderr=log,
                env=environment,
                cwd=folder,
                start_new_session=True,
            )

    told = folder / "scheduler.json"
    processes = [
        start(
            "dask_scheduler",
            "--host",
            "127.0.0.1",
            "--port",
            "0",
            "--no-dashboard",
            "--scheduler-file",
            str(told),
        )
    ]
    try:
        processes.append(
            start(
                "dask_worker",
                "--scheduler-file",
                str(told),
                "--nworkers",
                "2",
                "--nthreads",
                "1",
                "--no-dashboard",
                "--host",
                "127.0.0.1",
                "--memory-limit",
                "4GiB",
                "--local-directory",
                str(folder),
            )
        )
        yield address_in(told, processes)
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def address_in(told: Path, processes: list[subprocess.Popen[bytes]]) -> str:
    """The scheduler's address, once it and both workers are there."""
    import json

    from distributed import Client

    deadline = time.monotonic() + 60
    while not told.exists() or not told.read_text().strip():
        assert time.monotonic() < deadline, "the scheduler did not start"
        assert all(process.poll() is None for process in processes), "the scheduler ended"
    address: str = json.loads(told.read_text())["address"]
    with Client(address, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
    return address


def killed_once(task: tuple[int, Path]) -> int:
    """The fifth task kills its worker, the first time it is begun."""
    number, mark = task
    if number == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def test_every_task_arrives_though_a_worker_is_killed(scheduler, tmp_path):
    mark = tmp_path / "killed"
    with cluster(scheduler) as executor:
        found = dict(all_done({str(n): (n, mark) for n in range(12)}, killed_once, executor=executor))
    assert mark.exists()
    assert {name: future.result() for name, future in found.items()} == {str(n): n * n for n in range(12)}


def test_reports_of_a_cluster_are_the_same_bytes(run_file, tmp_path, scheduler):
    here = write_reports(run_file, ["p1", "quiet"], tmp_path / "here", formats=("html", "pdf"))
    with cluster(scheduler) as executor:
        there = write_reports(
            run_file, ["p1", "nobody", "quiet"], tmp_path / "there", formats=("html", "pdf"), executor=executor
        )
    assert there.failures == {"nobody": "there is no partner 'nobody' in run"}
    assert [path.read_bytes() for path in there.paths] == [path.read_bytes() for path in here.paths]


def test_every_report_arrives_though_a_worker_is_killed_in_mid_run(tmp_path, scheduler):
    from distributed import Client

    more = {f"many-{number:02}": f"Partner {number}" for number in range(12)}
    run_file = make_run_file(tmp_path / "many.duckdb", more_partners=more)
    with Client(scheduler, set_as_default=False) as client:
        client.wait_for_workers(2, timeout=60)
        processes = list(client.run(os.getpid).values())
    heard: list[str] = []

    def progress(partner_id):
        heard.append(partner_id)
        if len(heard) == 1:
            os.kill(processes[0], signal.SIGKILL)

    with cluster(scheduler) as executor:
        batch = write_reports(
            run_file, list(more), tmp_path / "out", formats=("pdf",), executor=executor, progress=progress
        )
    assert batch.failures == {}
    assert [path.parent.name for path in batch.paths] == list(more)
    assert sorted(heard) == list(more)


def test_nobody_at_that_address_is_one_clear_line(monkeypatch):
    monkeypatch.setattr("pipeline.render.workers.CONNECT_SECONDS", 1)
    with (
        pytest.raises(UsageError, match=r"no Dask scheduler answers at 'tcp://127\.0\.0\.1:9'"),
        cluster("tcp://127.0.0.1:9"),
    ):
        pass


def test_an_address_that_is_none_is_one_clear_line():
    with pytest.raises(UsageError, match="no Dask scheduler answers at 'nonsense://x'"), cluster("nonsense://x"):
        pass


def test_without_dask_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"upcoming-renewals\[cluster\]"), cluster("tcp://127.0.0.1:9"):
        pass
