"""Module names say what is in them, so no two modules of `pipeline` share one (packages count)."""

from collections import defaultdict
from pathlib import Path

PIPELINE = Path(__file__).parents[1] / "pipeline"

SHARED: dict[str, str] = {}
"""Names that several modules may have, each with the reason: such as a module of `cli`, `tables`, `transform` or
`checks` that is named after the one table it serves."""


def modules() -> dict[str, list[str]]:
    """Where the modules and packages of each name are. `__main__` and `__init__` are Python's own names."""
    found = defaultdict(list)
    for path in sorted(PIPELINE.rglob("*.py")):
        place = path.parent if path.name == "__init__.py" else path.with_suffix("")
        if path.name != "__main__.py":
            found[place.name].append(place.relative_to(PIPELINE.parent).as_posix())
    return dict(found)


def test_no_two_modules_have_one_name():
    repeated = {name: places for name, places in modules().items() if len(places) > 1 and name not in SHARED}
    assert repeated == {}


def test_the_list_of_shared_names_holds_none_that_is_not_shared():
    assert [name for name in SHARED if len(modules().get(name, ())) < 2] == []


def test_the_modules_are_found():
    found = modules()
    assert found["run"] == ["pipeline/nightly/run"]
    assert found["formats"] == ["pipeline/ingest/formats"], "a package counts"
