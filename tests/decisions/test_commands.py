"""`renewals decide` and `renewals decisions`, and that an ended client is in no byte of a partner's new files."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile

import pytest

from pipeline.nightly import reports
from pipeline.settings import Settings
from pipeline.store import DecisionStore
from pipeline.warehouse import Home, ReadableRun, current_run, ended_now
from tests.conftest import tree
from tests.decisions.world import exports, publish
from tests.reading import write_partner_report


@pytest.fixture
def decided_home(home, monkeypatch, tmp_path):
    """A home with a run of the small world, as the command line's home."""
    publish(home, exports())
    monkeypatch.setenv("RENEWALS_HOME", str(home.root))
    monkeypatch.delenv("RENEWALS_DECISIONS_URL", raising=False)
    monkeypatch.chdir(tmp_path)
    return home


def test_a_dry_run_says_what_would_change_and_changes_nothing(renewals, decided_home):
    before = tree(decided_home.root)
    said = renewals("decide", "owner", "--partner", "north", "--client", "h1", "vendor", "--dry-run")
    assert (said.code, said.out) == (
        0,
        "communication_owner of partner north, client h1 would go from default to vendor\n",
    )
    assert tree(decided_home.root) == before
    refused = renewals("decide", "owner", "--partner", "north", "--client", "h4", "vendor", "--dry-run")
    assert (refused.code, refused.out) == (2, "")
    assert tree(decided_home.root) == before


DECIDED = [
    (["owner", "--client", "h1", "vendor"], ["owner", "--client", "h1", "default"]),
    (["default-owner", "vendor"], ["default-owner", "default"]),
    (["contact", "--client", "h1", "c2"], ["contact", "--client", "h1", "--default"]),
    (["columns", "website,current_mrr"], ["columns", "--default"]),
    (["preferences", "--locale", "de", "--formats", "csv"], ["preferences", "--default"]),
    (["end", "--client", "h1", "--reason", "over"], ["restore", "--client", "h1"]),
]


@pytest.mark.parametrize(("words", "back"), DECIDED, ids=[words[0] for words, _ in DECIDED])
def test_every_decision_says_how_to_undo_it_and_undoing_works(renewals, decided_home, words, back):
    command, *rest = words
    said = renewals("decide", command, "--partner", "north", *rest, "--actor", "ann", "--json")
    assert said.code == 0, said.err
    answer = json.loads(said.out)
    assert answer["decision"]["actor"] == "ann"
    assert answer["undo"] == " ".join(["renewals", "decide", back[0], "--partner", "north", *back[1:]])
    undone = renewals(*answer["undo"].split()[1:], "--json")
    assert json.loads(undone.out)["decision"]["value_before"] == answer["decision"]["value_after"]
    assert len(json.loads(renewals("decisions", "--json").out)) == 2


@pytest.mark.parametrize(
    "words",
    [
        ["contact", "--client", "h1"],
        ["contact", "--client", "h1", "c2", "--default"],
        ["columns"],
        ["preferences"],
        ["preferences", "--locale", "de", "--default"],
        ["owner", "--client", "h1", "both"],
        ["owner", "vendor"],
    ],
)
def test_a_half_said_decision_is_a_usage_error(renewals, decided_home, words):
    said = renewals("decide", words[0], "--partner", "north", *words[1:])
    assert said.code == 2
    assert not decided_home.decisions.exists()


def test_decisions_are_listed_filtered_and_known_since_a_run(renewals, decided_home):
    renewals("decide", "owner", "--partner", "north", "--client", "h1", "vendor", "--reason", "wants\nit")
    renewals("decide", "default-owner", "--partner", "south", "partner")

    def kinds(*options: str) -> list[str]:
        return [one["kind"] for one in json.loads(renewals("decisions", *options, "--json").out)]

    assert kinds() == ["communication_owner", "communication_default"]
    assert kinds("--partner", "south") == ["communication_default"]
    assert kinds("--client", "h1") == ["communication_owner"]
    assert kinds("--kind", "columns") == []
    assert kinds("--since-run") == ["communication_owner", "communication_default"]
    assert "wants it" in renewals("decisions").out
    assert renewals("decisions", "--run", "current").code == 2


def test_decisions_move_by_export_and_import_and_are_backed_up(renewals, decided_home, tmp_path):
    renewals("decide", "owner", "--partner", "north", "--client", "h1", "vendor")
    listed = json.loads(renewals("decisions", "--json").out)
    assert renewals("decisions", "export", "--output", "all.ndjson").code == 0
    assert renewals("decisions", "export").out == (tmp_path / "all.ndjson").read_text()
    assert renewals("decisions", "backup", "copy.sqlite").code == 0
    for again in (["export", "--output", "all.ndjson"], ["backup", "copy.sqlite"]):
        assert renewals("decisions", *again).code == 2
    decided_home.decisions.unlink()
    moved = json.loads(renewals("decisions", "import", "all.ndjson", "--json").out)
    assert (moved["stored"], moved["stored_before"]) == (1, 0)
    assert json.loads(renewals("decisions", "--json").out) == listed
    decided_home.decisions.unlink()
    shutil.copy("copy.sqlite", decided_home.decisions)
    assert json.loads(renewals("decisions", "--json").out) == listed
    assert renewals("decisions", "import", "missing.ndjson").code == 2


def test_the_database_is_named_by_the_environment_and_its_password_by_nobody(renewals, decided_home, monkeypatch):
    monkeypatch.setenv("RENEWALS_DECISIONS_URL", "postgresql://ann:hunter2@127.0.0.1:1/decisions")
    for words in (
        ["decisions"],
        ["table", "contract_mrr"],
        ["decide", "default-owner", "--partner", "north", "vendor"],
    ):
        said = renewals(*words)
        assert (said.code, said.out) == (2, "")
        assert "PostgreSQL database 'decisions' on 127.0.0.1 cannot be reached" in said.err
        assert "hunter2" not in said.err
    assert not decided_home.decisions.exists()


def test_commands_write_to_postgresql_when_it_is_named(renewals, decided_home, store_url, monkeypatch):
    monkeypatch.setenv("RENEWALS_DECISIONS_URL", store_url)
    assert renewals("decide", "end", "--partner", "north", "--client", "h1", "--reason", "over").code == 0
    with DecisionStore.open(store_url) as store:
        assert ended_now(store) == {("north", "h1")}
    assert "h1" not in renewals("table", "upcoming_renewals", "--partner", "north", "--format", "csv").out


def text_of(path) -> str:
    if path.suffix == ".pdf":
        if shutil.which("pdftotext") is None:
            pytest.skip("pdftotext is missing: sudo apt-get install -y poppler-utils")
        # Without layout, so that a name broken over two lines is found as its words.
        return subprocess.run(["pdftotext", path, "-"], check=True, capture_output=True).stdout.decode()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            # The theme's own names, such as dk1, are no cells.
            return " ".join(book.read(name).decode() for name in book.namelist() if "theme" not in name)
    return path.read_bytes().decode()


LEAKS = ("h1", "Äpfel", "apfel.test", "Ada Apfel", "Ada", "Bo Boskop", "Boskop", "k1", "k6")
EVERY_COLUMN = "website,hub_id,primary_contact_name,last_active_user,products,current_mrr"


def test_an_ended_client_is_in_no_byte_of_the_partners_new_files(renewals, decided_home):
    def made(*options: str) -> dict[str, str]:
        said = renewals("report", "--partner", "north", "--columns", EVERY_COLUMN, *options)
        assert said.code == 0, said.err
        paths = [decided_home.root / line for line in said.out.splitlines()]
        assert sorted(path.suffix for path in paths) == [".csv", ".html", ".pdf", ".xlsx"]
        return {path.suffix: text_of(path) for path in paths}

    for suffix, text in made().items():
        assert "Äpfel" in text, f"{suffix} does not show what should be hidden later"
    (run_reports,) = (decided_home.root / "reports").iterdir()
    (run_reports / "finance.partner-north.currency-EUR.html").write_text("finance's report of this partner")
    (run_reports / "finance.html").write_text("finance's own: the vendor keeps the client")
    ended = renewals("decide", "end", "--partner", "north", "--client", "h1", "--reason", "over")
    assert "5 report files of partner north were made before this and still name the client" in ended.err
    assert ended.err.count("report.") == 4
    assert "finance.partner-north.currency-EUR.html" in ended.err
    assert "finance.html" not in ended.err
    files = made()
    for table in ("upcoming_renewals", "client_contacts", "client_changes", "contract_mrr", "decisions"):
        for file_format in ("csv", "json"):
            said = renewals("table", table, "--partner", "north", "--format", file_format)
            files[f"{table} {file_format}"] = said.out
    for name, text in files.items():
        found = [word for word in LEAKS if word in text.replace("<h1", "").replace("</h1", "").replace("h1{", "")]
        assert not [word for word in found if word != "h1"], (name, found)
    assert "h1" not in [cell for row in csv.reader(io.StringIO(files[".csv"])) for cell in row]
    assert "Birne" in files[".html"]
    assert "Birne" in files[".pdf"]


def test_an_association_that_ends_while_reports_are_made_is_obeyed_too(decided_home, monkeypatch):
    answers = iter([frozenset(), frozenset({("north", "h1")})])
    last: list[frozenset[tuple[str, str]]] = []

    def readable(home, run, *, reader):
        last[:] = [next(answers, *last)]
        return ReadableRun(run.path, reader, last[0])

    monkeypatch.setattr(reports, "readable_run", readable)
    run = current_run(decided_home)
    batch = reports.make_partner_reports(decided_home, run, ["north", "south"], settings=Settings())
    assert batch.failures == {}
    pages = {path.parent.name: path.read_text(encoding="utf-8") for path in batch.paths if path.suffix == ".html"}
    assert "Äpfel" not in pages["north"]
    assert "Birne" in pages["north"]


def test_reports_follow_the_columns_formats_and_order_of_the_runs_decisions(home, store):
    from pipeline.decisions import decisions_frame
    from tests.decisions.world import make

    clients = "hub_id | client_name | partner_id\nh1 | Apfel | north\nh2 | Zimt | north"
    first = publish(home, exports(clients=clients))
    make(store, first, "columns", "north", None, ["website"])
    make(store, first, "report_preferences", "north", None, {"formats": ["csv"], "order": "client_name"})
    second = publish(home, exports(clients=clients), decisions=decisions_frame(store.events(), time_zone="UTC"))
    (path,) = write_partner_report(second.path, "north", home.reports(second.run_id))
    header, *rows = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
    assert header[-4:] == ["Website", "Currency", "Contract ID", "Change ID"]
    assert [row[0] for row in rows] == ["Apfel", "Apfel", "Zimt"]
    older = write_partner_report(first.path, "north", home.reports(first.run_id))
    assert [file.suffix for file in older] == [".html", ".pdf", ".csv", ".xlsx"]
    header, *rows = csv.reader(io.StringIO(older[2].read_text()))
    assert "Website" not in header
    assert [row[0] for row in rows] == ["Zimt", "Apfel", "Apfel"]
    assert current_run(Home(home.root)).run_id == second.run_id
