"""Builds the documentation site: the pages of docs/ and those made from the code, into build/site.

`python scripts/docs.py [--pages-only]` (make docs). Made from the code, so that they cannot drift from it: the rules
with their drawn-table cases from tests/rules, the data dictionary from pipeline/tables, the command reference from
click, and the analysts' API from its docstrings.
"""

from __future__ import annotations

import ast
import inspect
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
CASES = (ROOT / "tests" / "rules", ROOT / "tests" / "projection")
"""Where rules are specified by drawn tables: rules 1 to 11, and rule 12."""

TUTORIAL = {
    "For a partner": "tutorial/partner.md",
    "For an analyst": "tutorial/analyst.md",
    "For finance": "tutorial/finance.md",
    "For the operator": "tutorial/operator.md",
    "Mapping an export": "profiles-tutorial.md",
    "Shipped profiles": "shipped-profiles.md",
}
REFERENCE = {
    "Data dictionary": "reference/tables.md",
    "Export contract": "reference/exports.md",
    "Commands": "reference/commands.md",
    "Analysts' API": "reference/api.md",
}


def cell(text: object) -> str:
    """Text that is in one cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|").replace("<", "&lt;")


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table of finished cells."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def drawings(node: ast.AST) -> Iterator[tuple[str, str]]:
    """The drawn tables inside that code, in order: the keyword they are given by ("" without one), and their text."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword) and isinstance(child.value, ast.Constant):
            if is_drawing(child.value.value):
                yield child.arg or "", child.value.value
        elif isinstance(child, ast.Constant) and is_drawing(child.value):
            yield "", child.value
        else:
            yield from drawings(child)


def is_drawing(value: object) -> bool:
    """Whether this is a drawn table: a header and rows of cells."""
    return isinstance(value, str) and len(re.findall(r"^.*\|.*$", value, flags=re.MULTILINE)) > 1


def drawn_table(drawing: str) -> str:
    """The drawing as a Markdown table; what the rule must give is bold, reasons are in a column of their own."""
    lines = [line.strip() for line in drawing.strip().splitlines()]
    parts = [line.partition("#") for line in lines if line and not line.startswith("#")]
    header, *rows = [text.strip() for text, _, _ in parts]
    reasons = [reason.strip() for _, _, reason in parts[1:]]
    given = header.partition("||")[0].count("|") + 1 if "||" in header else 10_000
    split = [[c.strip() for c in row.replace("||", "|").split("|")] for row in (header, *rows)]
    bold = [[f"**{cell(c)}**" if c and i >= given else cell(c) for i, c in enumerate(row)] for row in split]
    if any(reasons):
        bold = [[*row, cell(reason)] for row, reason in zip(bold, ["because", *reasons], strict=True)]
    return table(bold[0], bold[1:])


def rule_page(path: Path) -> str:
    """One rule: its reasons from the module, its cases from the drawn tables of its tests."""
    module = ast.parse(path.read_text(encoding="utf-8"))
    docstring = ast.get_docstring(module) or path.stem
    title, _, why = docstring.partition("\n")
    page = [f"# {title.rstrip('.')}", why.strip()]
    for function in module.body:
        if not isinstance(function, ast.FunctionDef) or not function.name.startswith("test_"):
            continue
        drawn = list(drawings(function))
        if drawn:
            page.append(f"## {function.name.removeprefix('test_').replace('_', ' ').capitalize()}")
        for name, drawing in drawn:
            page += [f"`{name}`"] if name else []
            page.append(drawn_table(drawing))
    page.append(f"Made from `{path.relative_to(ROOT)}`, which holds the code to every row.")
    return "\n\n".join(part for part in page if part) + "\n"


def specifications() -> list[Path]:
    """The test files that specify a rule by drawn tables."""
    files = (path for folder in CASES for path in sorted(folder.glob("test_*.py")) if path.stem != "test_drawn_tables")
    return [path for path in files if any(drawings(ast.parse(path.read_text(encoding="utf-8"))))]


def case_page(path: Path) -> str:
    """The page, in the site, of the cases in that test file."""
    return f"rules/{path.stem.removeprefix('test_')}.md"


def short_title(page: str) -> str:
    """The title of a page of cases in the sidebar, such as `Renewal pricing`."""
    words = Path(page).stem.replace("_", " ")
    return words[:1].upper() + words[1:] if not words.startswith("mrr") else words.replace("mrr", "MRR", 1)


def rule_pages() -> dict[str, str]:
    """Every rule's page by its path, in the order of the rules' numbers."""
    pages = {case_page(path): rule_page(path) for path in specifications()}

    def number(page: str) -> tuple[int, str]:
        found = re.search(r"[Rr]ules? (\d+)", page)
        return (int(found[1]) if found else 99, page)

    return dict(sorted(pages.items(), key=lambda item: number(item[1])))


def dictionary(title: str, intro: str, tables: dict[str, Any]) -> str:
    """Tables with their columns, from their declarations."""
    page = [f"# {title}", intro]
    for declared in tables.values():
        key = f" Key: {', '.join(f'`{name}`' for name in declared.primary_key)}." if declared.primary_key else ""
        page += [f"## {declared.name}", f"{declared.description} One row per {declared.grain}.{key}"]
        rows = [
            [
                f"`{column.name}`{'*' if column.required else ''}",
                column.type,
                cell(column.unit),
                cell(column.description) + (" (personal: masked for analysts)" if column.personal else ""),
            ]
            for column in declared.columns
        ]
        page.append(table(["column", "type", "unit", "meaning"], rows))
        if declared.rules:
            page.append("Rows are refused when:")
            page.append("\n".join(f"- `{rule.code}`: {rule.advice}" for rule in declared.rules))
    return "\n\n".join(page) + "\n"


def command_pages() -> str:
    """Every command with its help, as the terminal shows it."""
    from pipeline.cli.shell import renewals

    page = ["# Commands", "What `renewals --help` and its subcommands say.", *_help(renewals, "renewals", None)]
    return "\n\n".join(page) + "\n"


def _help(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    with click.Context(command, info_name=name.rpartition(" ")[2], parent=parent, max_content_width=100) as context:
        yield f"## {name}"
        yield f"```text\n{command.get_help(context)}\n```"
        if isinstance(command, click.Group):
            for sub in command.list_commands(context):
                found = command.get_command(context, sub)
                if found is not None:
                    yield from _help(found, f"{name} {sub}", context)


def api_page() -> str:
    """What analysts call, from its docstrings."""
    import pipeline
    from pipeline.analysis import Explanation, InlineReport, OpenRun

    page = ["# Analysts' API", "`from pipeline import open_run`: the package loads nothing else until it is asked."]
    page += [_described(getattr(pipeline, name), name) for name in pipeline.__all__ if name != "__version__"]
    for kind in (OpenRun, Explanation, InlineReport):
        page += [f"## {kind.__name__}", inspect.getdoc(kind) or ""]
        own = [name for name in vars(kind) if not name.startswith("_")]
        page += [
            _described(vars(kind)[name], f"{kind.__name__}.{name}", level=3)
            for name in own
            if callable(getattr(kind, name))
        ]
    return "\n\n".join(page) + "\n"


def _described(what: Any, name: str, *, level: int = 2) -> str:
    signature = str(inspect.signature(what)).replace("'", "")
    return f"{'#' * level} {name}\n\n```python\n{name}{signature}\n```\n\n{inspect.getdoc(what)}"


def pages() -> dict[str, str]:
    """Every page made from the code, by path."""
    from pipeline.tables.exports import EXPORTS
    from pipeline.tables.published import PUBLISHED

    rules = rule_pages()
    titles = {path: re.sub(r"^# ", "", text.partition("\n")[0]) for path, text in rules.items()}
    index = "\n".join(f"- [{title}]({path.removeprefix('rules/')})" for path, title in titles.items())
    return rules | {
        "rules/index.md": "# The cases of the rules\n\nThe reasons and cases of [the rules](../rules.md). "
        f"A case is a row of a table: what is given, and in bold what must come of it. The tests check "
        f"every row.\n\n{index}\n",
        REFERENCE["Data dictionary"]: dictionary(
            "Data dictionary",
            "The tables of a run's file that readers rely on. `*` = never null. Money is exact, per month, in the "
            "row's own currency; codes, not labels.",
            PUBLISHED,
        ),
        REFERENCE["Export contract"]: dictionary(
            "Export contract",
            "What comes in: one file per table in one folder, `<table>.csv` (or `.csv.gz`, `.parquet`, `.json`, "
            "`.ndjson`, `.xlsx`). `*` = required.",
            EXPORTS,
        ),
        REFERENCE["Commands"]: command_pages(),
        REFERENCE["Analysts' API"]: api_page(),
    }


def within_the_site(page: Path, text: str) -> str:
    """A page of docs/ without links that leave the site; their words stay. A link to a test leads to its cases."""
    docs = BUILD / "docs"
    specified = {path.resolve() for path in specifications()}

    def link(found: re.Match[str]) -> str:
        words, target = found[1], found[2]
        if (cases := ROOT / "docs" / target).resolve() in specified:
            return f"[{words}]({case_page(cases)})"
        if ":" in target or (page.parent / target.partition("#")[0]).resolve().is_relative_to(docs.resolve()):
            return found[0]
        return words

    return re.sub(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)", link, text)


def navigation(made: dict[str, str], there: Path) -> str:
    """The site's navigation in TOML."""

    def item(title: str, path: str) -> str:
        return f"{{{_text(title)} = {_text(path)}}}"

    def section(title: str, items: dict[str, str]) -> str:
        return (
            f"{{{_text(title)} = [{', '.join(item(*each) for each in items.items() if (there / each[1]).exists())}]}}"
        )

    cases = {short_title(path): path for path in made if path.startswith("rules/") and path != "rules/index.md"}
    return (
        "nav = ["
        + ",\n  ".join(
            [
                item("Quick start", "index.md"),
                section("Tutorial", TUTORIAL),
                section("The rules", {"Text of the rules": "rules.md", "All cases": "rules/index.md"} | cases),
                section("Reference", REFERENCE),
                section("Operation", {"Every night": "operate.md", "Scaling": "scale.md"}),
            ]
        )
        + "]\n"
    )


def _text(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main() -> None:
    """Write the pages, and build the site unless only pages are wanted."""
    shutil.rmtree(BUILD / "docs", ignore_errors=True)
    shutil.copytree(ROOT / "docs", BUILD / "docs", ignore=shutil.ignore_patterns("zensical.toml"))
    for page in (BUILD / "docs").rglob("*.md"):
        page.write_text(within_the_site(page, page.read_text(encoding="utf-8")), encoding="utf-8")
    made = pages()
    for path, text in made.items():
        (BUILD / "docs" / path).parent.mkdir(parents=True, exist_ok=True)
        (BUILD / "docs" / path).write_text(text, encoding="utf-8")
    config = (ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8")
    nav = navigation(made, BUILD / "docs")
    (BUILD / "zensical.toml").write_text(config.replace("\n[project.theme]", f"\n{nav}\n[project.theme]"), "utf-8")
    if "--pages-only" not in sys.argv:
        shutil.rmtree(BUILD / "site", ignore_errors=True)
        subprocess.run([sys.executable, "-m", "zensical", "build", "--strict"], cwd=BUILD, check=True)
        print(BUILD / "site" / "index.html")


if __name__ == "__main__":
    main()
