"""No text without its translation, no translation without its placeholders."""

from __future__ import annotations

import pytest
from babel.messages.catalog import Catalog

from pipeline.views.translations import CATALOGUES
from tests.languages.catalogues import messages

SCRIPT = messages()


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_text_is_translated_and_nothing_else(language):
    assert SCRIPT.findings(language) == []


def finding(message, translation, *, locale="de", fuzzy=False):
    catalogue = Catalog(locale=locale)
    catalogue.add(message, translation, flags=["fuzzy"] if fuzzy else [])
    (added,) = (each for each in catalogue if each.id)
    return list(SCRIPT._wrong(added, catalogue.num_plurals))


@pytest.mark.parametrize(
    ("message", "translation", "found"),
    [
        ("Close", "Schließen", []),
        ("Close", "", ["not translated"]),
        ("{shown} of {total}", "{shown} von {total}", []),
        ("{shown} of {total}", "{shown} von {toll}", ["other placeholders in '{shown} von {toll}'"]),
        ("{shown} of {total}", "alle", ["other placeholders in 'alle'"]),
        (("{count} month", "{count} months"), ("ein Monat", "{count} Monate"), []),
        (("{count} month", "{count} months"), ("{count} Monat", ""), ["not translated"]),
    ],
)
def test_the_check_finds_what_is_wrong(message, translation, found):
    assert finding(message, translation) == found


def test_the_check_finds_what_is_only_guessed():
    assert finding("Close", "Schließen", fuzzy=True) == ["fuzzy"]


def test_the_texts_of_code_terms_and_definitions_are_found():
    found = SCRIPT.texts()
    assert found["Client name"] == "pipeline/views/terms.py"
    assert found["{count}\u00a0month", "{count}\u00a0months"] == "pipeline/views/terms.py"
    assert found["Changes that take effect from {first} to {last}"] == "pipeline/views/report_inputs.py"
    assert "Last day, inclusive, on which the terms can still be altered." in found


def test_a_new_text_is_brought_in_and_what_was_translated_stays(monkeypatch):
    wanted = {"Client name": "here", "A text that nobody has translated": "here"}
    monkeypatch.setattr(SCRIPT, "texts", lambda: wanted)
    catalogue = SCRIPT.updated("de")
    assert {message.id: message.string or "" for message in catalogue if message.id} == {
        "Client name": "Kunde",
        "A text that nobody has translated": "",
    }
