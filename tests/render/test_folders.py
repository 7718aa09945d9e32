"""Folder names of partners: one per id on every disk, never outside the reports' folder, and back to the id."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.render.folders import partner_folder
from pipeline.whole_files import write_whole


@pytest.mark.parametrize(
    ("partner_id", "folder"),
    [
        ("P-0012_x", "P-0012_x"),
        ("..", "%2E%2E"),
        ("/etc/passwd", "%2Fetc%2Fpasswd"),
        ("a\\b", "a%5Cb"),
        ("P/ü 100%:*?", "P%2F%C3%BC%20100%25%3A%2A%3F"),
        ("CON", "%43ON"),
        ("con", "%63on"),
        ("Lpt1", "%4Cpt1"),
        ("~", "%7E"),
        ("🦊", "%F0%9F%A6%8A"),
    ],
)
def test_folder(partner_id, folder):
    assert partner_folder(partner_id) == folder
    assert unquote(folder) == partner_id


def test_ids_that_differ_in_case_only_get_folders_that_differ_on_every_disk():
    folders = [partner_folder(each, case_twin=True) for each in ("acme", "Acme", "ACME")]
    assert folders == ["acme", "%41cme", "%41%43%4D%45"]
    assert len({folder.lower() for folder in folders}) == 3


@given(st.lists(st.text(min_size=1, max_size=400), unique=True, max_size=6))
def test_folders_are_unique_short_and_inside(partner_ids):
    folders = [partner_folder(each, case_twin=True) for each in partner_ids]
    assert len({folder.lower() for folder in folders}) == len(partner_ids)
    for folder in folders:
        assert len(folder) <= 180
        assert not set(folder) & set('/\\.:*?"<>| \0')


def test_a_very_long_id_keeps_its_beginning_and_a_hash_of_all_of_it():
    first, second = partner_folder("x" * 300), partner_folder("x" * 301)
    assert first.startswith("x" * 100)
    assert first != second


def test_a_file_appears_whole_and_leaves_nothing_beside_it(tmp_path):
    path = write_whole(tmp_path / "new" / "report.csv", "ü")
    assert path.read_bytes() == b"\xc3\xbc"
    assert write_whole(path, b"other").read_bytes() == b"other"
    assert [each.name for each in path.parent.iterdir()] == ["report.csv"]
