"""An import asks of each line what deciding asks; one that cannot be refuses the file, and nothing is stored."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pipeline.decisions import import_decisions
from pipeline.decisions.values import check_value
from pipeline.errors import InputError, UsageError
from pipeline.store import DecisionStore
from pipeline.tables.decision_events import KINDS

GOOD: dict[str, Any] = {
    "communication_owner": "partner",
    "communication_default": "vendor",
    "primary_contact": "U-1",
    "columns": ["website", "current_mrr"],
    "report_preferences": {"locale": "pt-BR", "formats": ["pdf", "csv"], "order": "client_name"},
    "association_ended": "ended",
    "association_restored": "associated",
}

WRONG: dict[str, list[Any]] = {
    "communication_owner": ["nobody", "", 5, True, ["partner"], {"a": 1}, 1.5],
    "communication_default": [["partner"], "PARTNER", {"partner": 1}],
    "primary_contact": [5, "", " ", [1], {}, True],
    "columns": [5, "website", ["nothing"], [["website"]], [1], ["website", "website"], ["client_name"], {}, True],
    "report_preferences": [
        [1], 5, "pdf", {"colour": "red"}, {"formats": "pdf"}, {"formats": []}, {"formats": [["pdf"]]},
        {"formats": ["pdf", "pdf"]}, {"locale": 5}, {"locale": "no such"}, {"order": "current_mrr"}, {"order": []},
    ],
    "association_ended": ["associated", None, 5, ["ended"]],
    "association_restored": ["ended", None, {}],
}  # fmt: skip


def line(of: str, value: Any, decision_id: str = "d1", **changed: Any) -> str:
    values = {
        "position": 1,
        "decision_id": decision_id,
        "decided_at": "2026-11-20T00:00:00.000000Z",
        "actor": "a",
        "partner_id": "P-1",
        "hub_id": "H-1" if KINDS[of].per_client else None,
        "kind": of,
        "value_before": None,
        "value_after": None if value is None else json.dumps(value),
        "reason": "r",
    }
    return json.dumps(values | changed) + "\n"


@pytest.fixture
def store(store_url: str) -> Any:
    with DecisionStore.open(store_url) as opened:
        yield opened


def test_every_kind_can_be_imported(store: DecisionStore):
    lines = [line(kind, value, kind) for kind, value in GOOD.items()]
    lines += [line(kind, None, f"{kind} back") for kind in GOOD if not kind.startswith("association")]
    assert set(GOOD) == set(KINDS) == set(WRONG)
    assert import_decisions(store, lines, name="all.ndjson") == len(lines)


@pytest.mark.parametrize("kind", list(WRONG))
def test_a_value_of_another_kind_refuses_the_file(store: DecisionStore, kind: str):
    for wrong in WRONG[kind]:
        lines = [line("columns", GOOD["columns"], "good"), line(kind, wrong)]
        with pytest.raises(InputError) as raised:
            import_decisions(store, lines, name="all.ndjson")
        assert str(raised.value).startswith("all.ndjson, line 2: ")
        assert raised.value.exit_code == 6
        if wrong is not None and not kind.startswith("association"):
            with pytest.raises(InputError):
                import_decisions(store, [line(kind, GOOD[kind], value_before=json.dumps(wrong))], name="all.ndjson")
            with pytest.raises(UsageError):
                check_value(kind, wrong)
    assert store.events() == []


@pytest.mark.parametrize(
    "bad",
    [
        line("columns", None, hub_id="H-1"),
        line("primary_contact", "U-1", hub_id=None),
        line("primary_contact", "U-1", hub_id=" "),
        line("columns", None, actor=" "),
        line("columns", None, partner_id=""),
        line("columns", None, decision_id=""),
        line("association_ended", "ended", reason=" "),
        line("columns", None, decided_at="2026-11-20"),
        line("columns", None, decided_at="2026-02-30T00:00:00.000000Z"),
        line("columns", None, value_after="[" * 100_000),
        line("columns", None, value_after="NaN"),
        line("columns", None, position=True),
        line("columns", None, reason="\x00"),
        line("columns", None, reason="\ud800"),
        line("columns", None, kind="colour"),
        line("columns", None, kind=["columns"]),
        "[" * 100_000 + "\n",
        '{"record_id": ' + "[" * 100_000 + "\n",
        "[]\n",
        "null\n",
        "{half\n",
        "9" * 5_000 + "\n",
    ],
)
def test_a_line_that_is_no_decision_refuses_the_file(store: DecisionStore, bad: str):
    with pytest.raises(InputError) as raised:
        import_decisions(store, [line("columns", GOOD["columns"], "good"), "\n", bad], name="all.ndjson")
    assert str(raised.value).startswith("all.ndjson, line 3")
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 500
    assert store.events() == []


def test_a_decision_that_says_something_else_here_is_named_with_its_line(store: DecisionStore):
    assert import_decisions(store, [line("columns", GOOD["columns"], "same")], name="a.ndjson") == 1
    with pytest.raises(InputError) as raised:
        import_decisions(store, ["\n", line("columns", ["website"], "same")], name="b.ndjson")
    assert str(raised.value).startswith("b.ndjson, line 2: decision same says something else")


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "latin-1", "missing"])
def test_what_is_no_file_of_text_is_exit_6(own_home: Path, tmp_path: Path, renewals: Any, kind: str):
    import os

    path = tmp_path / "all.ndjson"
    match kind:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "latin-1":
            path.write_bytes(b"\n\xe9")
    said = renewals("decisions", "import", path)
    assert said.code == (2 if kind == "missing" else 6)  # a file that is not there is a wrong argument
    assert said.err.count("\n") == 1
    assert str(path) in said.err
