"""Where reports are made: in this process, in worker processes of this machine, or on a Dask cluster.

All three are a `concurrent.futures.Executor`; tasks carry ids and paths, never frames.

Pebble 5.2.3's ProcessPool was tried in place of ours: it passed the tests with a killed worker in the same time, but
when every worker died and the waiting tasks were cancelled, `as_completed` waited for ever. It limits only time, so
that `limits` would have to stay for memory, for reports made in this process and for those on a cluster.
"""

from __future__ import annotations

import atexit
import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final, TypeVar

from pipeline.errors import RenewalsError, UsageError
from pipeline.render.pdf import warm_up

FEW: Final = 6
"""Up to so many reports are made in this process: starting workers would take longer."""

REPORTS_PER_WORKER: Final = 200
"""A pool of workers is replaced after so many reports each: WeasyPrint's memory never comes back whole.

Not by the pool's own `max_tasks_per_child`: with more tasks waiting than that, a worker that ends is not replaced and
the pool waits for ever (CPython issue 115634; measured on 3.11 with one worker and 250 reports).
"""

MOST_WORKERS: Final = 8

CONNECT_SECONDS: Final = 20
RETRIES: Final = 1
"""How often a cluster repeats a report whose worker said that it failed; one whose worker died is repeated anyway."""

Task = TypeVar("Task")
Made = TypeVar("Made")


class WorkerDiedError(RenewalsError):
    """The process that made the report ended in the middle of it."""


def worker_count(reports: int, wished: int | None = None) -> int:
    """Worker processes for so many reports: one per processor, unless wished otherwise."""
    return max(1, min(wished or min(os.cpu_count() or 1, MOST_WORKERS), reports))


def local_workers(reports: int, *, workers: int | None = None) -> Executor:
    """This process for a few reports, worker processes for more."""
    if reports <= FEW and workers is None:
        return ThreadPoolExecutor(max_workers=1)
    return _processes(worker_count(reports, workers))


def _processes(count: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        max_workers=count,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_worker,
    )


def _start_worker() -> None:
    """Parse fonts and style once, and take them out of every later garbage collection (measured: 1.2 times faster)."""
    threading.Thread(target=_end_with_parent, daemon=True, name="parent watch").start()
    warm_up()
    gc.collect()
    gc.freeze()
    gc.disable()
    # At its end the interpreter must see everything again, or DuckDB reports its own types as leaked.
    atexit.register(gc.unfreeze)


def _end_with_parent() -> None:
    """Wait for the end of the process that started this one, and end with it: a killed run leaves no worker behind.

    Without this a worker waits for its next task for ever: it holds both ends of the pipe that tasks come through.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


@contextmanager
def cluster(address: str) -> Iterator[Executor]:
    """The workers of the Dask scheduler at that address (`tcp://host:port`), which need this package and the same disk.

    Raises UsageError when Dask is not installed or nobody answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UsageError('--scheduler needs Dask: pip install "upcoming-renewals[cluster]"') from None
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {address!r}: {' '.join(str(error).split())}") from None
    # Without pure=False two equal tasks would be one, and a report asked for again would not be made again.
    with client, client.get_executor(pure=False, retries=RETRIES) as executor:
        yield executor


def all_done(
    tasks: Mapping[str, Task],
    work: Callable[[Task], Made],
    *,
    executor: Executor | None = None,
    workers: int | None = None,
) -> Iterator[tuple[str, Future[Made]]]:
    """Do every task by `work`; each name with its ended future, as they end.

    A worker process that dies takes its pool with it: what was in hand is then done once more, each task alone, and
    the one that kills its process again fails with WorkerDiedError. `executor`: use this one, which is expected to
    look after its workers itself.
    """
    if executor is not None:
        with executor:
            yield from _ended(_submitted(executor, tasks, work))
        return
    waiting = dict(tasks)
    while waiting:
        before = len(waiting)
        count = worker_count(before, workers)
        turn = dict(islice(waiting.items(), count * REPORTS_PER_WORKER))
        with local_workers(len(turn), workers=workers) as pool:
            for name, future in _ended(_submitted(pool, turn, work)):
                if not _died(future):
                    del waiting[name], turn[name]
                    yield name, future
        # Tasks are begun in their order, so those that a dead worker can have had in hand stand at the front.
        suspects = list(turn)[: count + 1]
        alone = list(_one_by_one({name: waiting.pop(name) for name in suspects}, work))
        yield from alone
        if alone and before == len(waiting) + len(alone) and all(future.exception() for _, future in alone):
            # Nothing at all came through: no worker can live here, and trying every task would take all night.
            yield from ((name, _dead()) for name in waiting)
            return


def _submitted(executor: Executor, tasks: Mapping[str, Task], work: Callable[[Task], Made]) -> dict[Future[Made], str]:
    futures: dict[Future[Made], str] = {}
    try:
        for name, task in tasks.items():
            futures[executor.submit(work, task)] = name
    except BrokenExecutor:
        # A worker died while tasks were still being handed out: the others stay waiting.
        return futures
    return futures


def _ended(futures: dict[Future[Made], str]) -> Iterator[tuple[str, Future[Made]]]:
    ended: Iterable[Future[Made]] = as_completed(futures)
    yield from ((futures[future], future) for future in ended)


def _died(future: Future[Any]) -> bool:
    return isinstance(future.exception(), BrokenExecutor)


def _one_by_one(tasks: Mapping[str, Task], work: Callable[[Task], Made]) -> Iterator[tuple[str, Future[Made]]]:
    for name, task in tasks.items():
        with _processes(1) as pool:
            future = pool.submit(work, task)
            died = _died(future)
        yield name, _dead() if died else future


def _dead() -> Future[Any]:
    failed: Future[Any] = Future()
    failed.set_exception(WorkerDiedError("its worker process died (out of memory, or a library crashed)"))
    return failed
