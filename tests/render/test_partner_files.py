"""The task that makes one partner's files, and the batch of many."""

from __future__ import annotations

import csv
import html
import pickle
import re
import shutil
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pytest

from pipeline.errors import UsageError
from pipeline.render import write_checks_page
from pipeline.warehouse import open_run_file
from tests.reading import write_partner_report, write_reports
from tests.render.conftest import PARTNERS


def test_four_files_in_the_partners_folder(run_file, tmp_path):
    paths = write_partner_report(run_file, "quiet", tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in paths] == [
        "quiet/report.html",
        "quiet/report.pdf",
        "quiet/report.csv",
        "quiet/report.xlsx",
    ]


def test_partners_that_differ_in_case_only_do_not_share_a_folder(run_file, tmp_path):
    folders = {write_partner_report(run_file, each, tmp_path, formats=("csv",))[0].parent.name for each in ("p1", "P1")}
    assert folders == {"p1", "%501"}


def test_nothing_of_another_partner_is_in_any_file(run_file, tmp_path):
    for path in write_partner_report(run_file, "p1", tmp_path):
        if path.suffix == ".pdf":
            with pikepdf.open(path) as pdf:
                content = b"".join(o.read_bytes() for o in pdf.objects if isinstance(o, pikepdf.Stream)).decode(
                    "latin-1"
                )
                content += str(pdf.docinfo)
            if shutil.which("pdftotext"):
                content += subprocess.run(
                    ["pdftotext", str(path), "-"], capture_output=True, check=True
                ).stdout.decode()
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                content = "".join(parts.read(name).decode() for name in parts.namelist())
        else:
            content = path.read_text()
        assert "Northlight Partners" in content
        for other in ("Only of the other agency", "Other Agency", "Quiet GmbH"):
            assert other not in content


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not installed")
def test_the_same_value_reads_the_same_in_all_files(run_file, tmp_path):
    columns = ("primary_contact_name", "current_mrr", "mrr_change", "days_to_deadline", "website", "billing_frequency")
    page, pdf, table, _ = write_partner_report(run_file, "p1", tmp_path, columns=columns)
    (changes,) = re.findall(r'<table id="rows">(.*?)</table>', page.read_text(), re.S)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", changes, re.S)
    shown = [html.unescape(re.sub(r"<[^>]+>", "", cell)) for cell in cells]
    with table.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))[1:]
    # The CSV holds days, numbers and what is not known as data (test_same_values reads them back); texts are the same.
    width = len(shown) // len(rows)
    texts = (0, 1, 2, 3, 4, 9, 10)
    as_text = [[shown[width * line + place] for place in texts] for line in range(len(rows))]
    assert [[row[place] or "–" for place in texts] for row in rows] == as_text
    done = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True)
    text = re.sub(r"\s+", "", done.stdout.decode())
    # Names in scripts written from right to left come out of a PDF in another order of letters.
    latin = [cell for cell in shown if re.fullmatch(r"[\x20-\u024f–]+", cell)]
    assert len(latin) > 100
    assert [cell for cell in latin if re.sub(r"\s+", "", cell) not in text] == []


def test_columns_default_to_the_partners_own_setting(run_file, tmp_path):
    (path,) = write_partner_report(run_file, "p1", tmp_path, columns=("hub_id",), formats=("csv",))
    assert path.read_text().splitlines()[0].endswith("Renewal deadline,Hub ID,Currency,Contract ID,Change ID")
    (path,) = write_partner_report(run_file, "p1", tmp_path, formats=("csv",))
    assert path.read_text().splitlines()[0].endswith("Status,Renewal deadline,Currency,Contract ID,Change ID")


@pytest.mark.parametrize(
    ("partner_id", "columns", "message"),
    [
        ("nobody", None, "there is no partner 'nobody' in run"),
        ("p1", ("no_such_column",), "unknown column 'no_such_column'"),
        ("p1", ("client_name", "website"), "cannot be removed"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(run_file, tmp_path, partner_id, columns, message):
    with pytest.raises(UsageError, match=re.escape(message)):
        write_partner_report(run_file, partner_id, tmp_path, columns=columns)
    assert list(tmp_path.iterdir()) == []


def test_the_task_travels_to_other_processes(run_file, tmp_path):
    task = pickle.dumps((write_partner_report, run_file, "p1", tmp_path))
    assert pickle.loads(task)[0] is write_partner_report


def test_one_partners_failure_stops_nobody_else(run_file, tmp_path):
    heard: list[str] = []
    batch = write_reports(
        run_file,
        ["p1", "nobody", "quiet"],
        tmp_path,
        columns={"quiet": ("hub_id",)},
        default_columns=("website",),
        formats=("csv",),
        progress=heard.append,
    )
    assert batch.failures == {"nobody": "there is no partner 'nobody' in run"}
    assert [path.parent.name for path in batch.paths] == ["p1", "quiet"]
    assert (
        batch.paths[1]
        .read_text("utf-8-sig")
        .startswith("Client name,Communication owner,Contract type,Status,Renewal dead")
    )
    assert batch.paths[1].read_text().splitlines()[0].endswith("Hub ID,Currency,Contract ID,Change ID")
    assert sorted(heard) == ["nobody", "p1", "quiet"]


def test_worker_processes_and_this_process_make_the_same_files(run_file, tmp_path):
    here = write_reports(run_file, ["quiet"], tmp_path / "here", formats=("html", "pdf"))
    there = write_reports(run_file, ["quiet"], tmp_path / "there", formats=("html", "pdf"), workers=2)
    assert there.failures == {}
    assert [path.read_bytes() for path in here.paths] == [path.read_bytes() for path in there.paths]


def test_any_executor_will_do(run_file, tmp_path):
    batch = write_reports(run_file, list(PARTNERS), tmp_path, formats=("csv",), executor=ThreadPoolExecutor(2))
    assert len(batch.paths) == 3


def test_the_checks_page_of_a_run(run_file, tmp_path):
    with open_run_file(run_file) as run:
        path = write_checks_page(run, tmp_path)
    text = path.read_text()
    assert path.name == "checks.html"
    assert "1 check failed at stop level: nothing was published." in text
    assert "contracts: negative (notice_days)" in text
    assert "contracts: unknown client" in text
    assert text.count("contracts.csv, line 2<") == 2
    assert "contracts.csv, line 9" not in text
    assert "&lt;b&gt;c7&lt;/b&gt;" in text
