"""`renewals doctor`: diagnose the installation and the settings file."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli import options
from pipeline.cli.safe_text import tell
from pipeline.cli.terminal import load_settings, print_json, settings_file
from pipeline.errors import RenewalsError, UsageError
from pipeline.runtime import home_folder

if TYPE_CHECKING:
    from pipeline.warehouse import Run

Finding = tuple[str, bool, str]


@click.command(epilog="Example: renewals doctor --settings renewals.toml")
@options.settings
@options.as_json
def command(settings_path: Path | None, as_json: bool) -> None:
    """Diagnose the installation, its home and its settings, and say what to do.

    Exit code 2 when something is wrong.
    """
    findings = list(_findings(settings_path))
    if as_json:
        print_json([{"what": what, "ok": ok, "says": says} for what, ok, says in findings])
    else:
        for what, ok, says in findings:
            tell(f"{'ok   ' if ok else 'WRONG'}  {what}: {says}")
    wrong = [what for what, ok, _ in findings if not ok]
    if wrong:
        raise UsageError(f"something is wrong with {', '.join(wrong)}")


def _findings(settings_path: Path | None) -> Iterator[Finding]:
    yield _python()
    for package in ("duckdb", "polars", "jinja2", "great-expectations", "lxml"):
        yield _tried(package, partial(_installed, package))
    yield _tried("weasyprint", _weasyprint)
    yield _tried("settings", lambda: _settings(settings_path))
    yield _tried("home", _home)
    yield from _runs()


def _tried(what: str, look: Callable[[], str]) -> Finding:
    try:
        return what, True, look()
    except (RenewalsError, ImportError, OSError) as error:
        return what, False, " ".join(str(error).split())


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return "python", sys.version_info >= (3, 11), f"{version} (3.11 or newer is needed)"


def _installed(package: str) -> str:
    return f"version {metadata.version(package)}"


def _weasyprint() -> str:
    try:
        importlib.import_module("weasyprint")
        return _installed("weasyprint")
    except OSError:
        raise UsageError(
            "cannot load Pango: install it with 'apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0' "
            "or 'brew install pango'"
        ) from None


def _settings(settings_path: Path | None) -> str:
    load_settings(settings_path)
    path = settings_file(settings_path)
    return f"{path} is good" if path else "no renewals.toml: the defaults are in force ('renewals init' writes one)"


def _home() -> str:
    home = home_folder()
    home.create()
    if not os.access(home.root, os.W_OK):
        raise UsageError(f"{home.root} cannot be written: make it writable for this user")
    if home.lock.is_dir():
        raise UsageError(f"{home.lock} is a folder, not the file whose lock a run holds: move it away")
    return str(home.root)


def _runs() -> Iterator[Finding]:
    """What the home's runs are like: every block of every run is read."""
    from pipeline.warehouse import list_runs
    from pipeline.warehouse.runs import why_damaged

    runs = list_runs(home_folder())
    with ThreadPoolExecutor() as beside:
        found = beside.map(why_damaged, [run.path for run in runs])
        damaged = {run: why for run, why in zip(runs, found, strict=True) if why}
    yield _tried("current run", lambda: _current_run(runs, damaged))
    yield _tried("runs", lambda: _all_runs(runs, damaged))


def _current_run(runs: list[Run], damaged: dict[Run, str]) -> str:
    current = next((run for run in runs if run.is_current), None)
    whole = [run for run in runs if run not in damaged and run is not current]
    advice = f"'renewals rollback {whole[0].run_id}' chooses the newest that is whole" if whole else "make a new run"
    link = home_folder().current
    if current is None and link.exists() and not link.is_symlink():
        raise UsageError(f"{link} is not the link to a run: {advice}, and moves it aside")
    if current is None and runs:
        raise UsageError(f"{len(runs)} runs, none of them current: {advice}")
    if current is None:
        return "none published yet"
    if current in damaged:
        raise UsageError(f"{current.run_id} is damaged ({damaged[current]}): {advice}")
    return f"{current.run_id}, as of {current.as_of()}"


def _all_runs(runs: list[Run], damaged: dict[Run, str]) -> str:
    older = [run for run in damaged if not run.is_current]
    if older:
        first = older[0]
        raise UsageError(
            f"{len(older)} of {len(runs)} are damaged: {', '.join(run.run_id for run in older)} "
            f"({damaged[first]}): delete them, such as 'rm {first.path}', or put a copy in their place"
        )
    return f"{len(runs) - len(damaged)} of {len(runs)} are whole"
