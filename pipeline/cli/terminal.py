"""What the command line knows besides `pipeline.runtime`: the settings file, the terminal."""

from __future__ import annotations

import json
import os
import secrets
import sys
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipeline.brand import LARGEST_LOGO, as_address
from pipeline.cli.safe_text import plain_text, say, tell
from pipeline.errors import SettingsError
from pipeline.regular_file import check_regular, read_regular, toml_values
from pipeline.runtime import home_folder, now
from pipeline.settings import Settings, parse_settings, retired_settings

if TYPE_CHECKING:
    from pipeline.nightly.reports import Telling

SETTINGS_FILE = "renewals.toml"


class Day(click.ParamType[date]):
    """A calendar day, `2026-11-23`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error that says how to write one."""
        if isinstance(value, date):
            return value
        try:
            if len(value) != len("2026-11-23"):
                raise ValueError
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a calendar day; write it like 2026-11-23", param, ctx)


class Spoken(click.ParamType[str]):
    """A locale whose language has words here, `pt-BR`, or that mirrors the page with English words, `ar`."""

    name = "locale"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The locale, or a usage error that says which languages there are."""
        from pipeline.views.translations import LANGUAGES, is_spoken, page_direction

        if not is_spoken(str(value)) and page_direction(str(value)) == "ltr":
            self.fail(f"there are no words for {value!r}; the languages are {', '.join(LANGUAGES)}", param, ctx)
        return str(value)


def settings_file(named: Path | None) -> Path | None:
    """The settings file in use: the one named, else the working folder's, else the home's, else none."""
    if named is not None:
        return named
    for folder in (Path(), home_folder().root):
        # Whatever has the name counts: a pipe or a folder there is an error and not "no settings".
        if os.path.lexists(folder / SETTINGS_FILE):
            return folder / SETTINGS_FILE
    return None


def load_settings(named: Path | None = None) -> Settings:
    """The settings. Raises SettingsError with the file and what is wrong with it."""
    path = settings_file(named)
    if path is None:
        return Settings()
    try:
        values = toml_values(read_regular(path))
        for line in retired_settings(values):
            say(f"{path}: {line}")
        return parse_settings(with_logos(values, path.parent))
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"{path} is not readable as TOML: {error}") from None
    except SettingsError as error:
        raise SettingsError(f"{path}: {error}") from None


def with_logos(values: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with each logo's picture where its file is named; files are looked for beside the settings file.

    A run's settings then hold all that its reports need. Raises SettingsError for a file that cannot be used.
    """
    partners = values.get("partners")
    if isinstance(partners, dict):
        own = {name: with_logos(each, folder) if isinstance(each, dict) else each for name, each in partners.items()}
        values = {**values, "partners": own}
    named = values.get("logo")
    if not isinstance(named, str) or not named:
        return values
    try:
        check_regular(folder / named)
        with (folder / named).open("rb") as file:
            return {**values, "logo": as_address(file.read(LARGEST_LOGO + 1))}
    except OSError as error:
        raise SettingsError(f"logo {named!r}: {error.strerror}") from None
    except ValueError as error:
        raise SettingsError(f"logo {named!r} {error}") from None


def today(settings: Settings) -> date:
    """Today in the vendor's time zone."""
    return now().astimezone(zoneinfo.ZoneInfo(settings.time_zone)).date()


def short_id() -> str:
    """A few random digits that keep two runs of one second apart."""
    return secrets.token_hex(3)


def print_json(value: Any) -> None:
    """Data for programs on stdout; decimals and dates as exact text."""
    click.echo(json.dumps(value, default=str, ensure_ascii=False, indent=2))


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table for people on stdout; plain, aligned text."""
    texts = [["" if cell is None else " ".join(plain_text(str(cell)).split()) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *texts, strict=True)]
    for line in (list(columns), ["-" * width for width in widths], *texts):
        tell("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def stage_progress(quiet: bool) -> Callable[[str], None]:
    """Says each stage of long work on stderr with the seconds since the start."""
    if quiet:
        return lambda _: None
    started = now()

    def progress(message: str) -> None:
        seconds = (now() - started).total_seconds()
        say(f"[{seconds:6.1f} s] {message}")

    return progress


def at_terminal() -> Telling:
    """Where the nightly job says things when somebody sits at a terminal: lines and progress bars on stderr."""
    from pipeline.nightly.reports import Telling

    return Telling(say=say, bar=progress_bar)


@contextmanager
def progress_bar(label: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar with the time left on stderr while it lasts; nothing where stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)
