"""`renewals profile`: exports of another shape than the contract's, mapped by a source profile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from pipeline.cli import options
from pipeline.cli.safe_text import say
from pipeline.cli.terminal import load_settings, print_json, stage_progress, today

_TOLD = ("-- DECIDE: ", "--   If ", "-- Unused columns: ")


@click.group(
    epilog="Example: renewals profile init contracts.csv --out my-profile. Tutorial: docs/profiles-tutorial.md"
)
def command() -> None:
    """Exports that do not look like the contract: draft a source profile for them, then check it.

    A profile is a folder with profile.toml and one DuckDB SELECT per table. 'renewals run --profile DIR' uses it.
    """


@command.command(epilog="Example: renewals profile init downloads/contracts.csv --out profiles/register")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILES...")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write; default: the first file's name."
)
@click.option("--force", is_flag=True, help="Overwrite an existing profile.")
@options.as_of
@options.settings
def init(
    files: tuple[Path, ...], out: Path | None, force: bool, as_of: date | None, settings_path: Path | None
) -> None:
    """Look at FILES and write a first draft of a profile: what was guessed, and what you must decide.

    CSV with any delimiter and encoding (also .gz, .tsv, .txt), XLSX, JSON, NDJSON, Parquet. Prints the files it wrote,
    and on stderr each question with the MRR under each reading.
    """
    from pipeline.ingest.profiles.drafting import write_draft

    folder = out or Path(files[0].name.partition(".")[0])
    day = as_of or today(load_settings(settings_path))
    for path in write_draft(files, folder, force=force, as_of=day):
        click.echo(str(path))
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(_TOLD):
                say(f"  {line.removeprefix('-- ')}")
    say(f"now read {folder / 'views' / 'contract.sql'}, then: renewals profile check {folder} --exports FOLDER")


@command.command(epilog="Example: renewals profile check profiles/register --exports downloads --as-of 2026-11-23")
@click.argument("profile", type=click.Path(path_type=Path), metavar="DIR")
@options.exports
@options.as_of
@options.settings
@click.option("--examples", type=click.IntRange(0, 1000), default=3, show_default=True, help="Refused rows to show.")
@options.as_json
@options.quiet
def check(
    profile: Path,
    exports: Path,
    as_of: date | None,
    settings_path: Path | None,
    examples: int,
    as_json: bool,
    quiet: bool,
) -> None:
    """Map the exports by the profile in DIR (or a shipped one's name), publish nothing, and show what became of them.

    Rows per file and table, what is left out and quarantined and why, and figures to compare with published ones.
    Exit code 3 when a run of these exports would be stopped, 6 when a file or statement cannot be used.
    """
    from pipeline.cli.profile_findings import print_profile_check
    from pipeline.errors import ChecksFailedError
    from pipeline.profile_check import check_profile

    settings = load_settings(settings_path)
    checked = check_profile(
        exports,
        profile,
        settings=settings,
        as_of=as_of or today(settings),
        examples=examples,
        progress=stage_progress(quiet),
    )
    if as_json:
        print_json(checked.to_plain())
    else:
        print_profile_check(checked)
    if checked.stopped:
        raise ChecksFailedError(f"a run of these exports would be stopped: {'; '.join(checked.stopped)}")
