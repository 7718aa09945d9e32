"""`scripts/messages.py` as a module, and a catalogue that marks what has been translated."""

from __future__ import annotations

import importlib.util
from gettext import NullTranslations
from pathlib import Path
from types import ModuleType

SCRIPT = Path(__file__).parents[2] / "scripts" / "messages.py"


def messages() -> ModuleType:
    spec = importlib.util.spec_from_file_location("messages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Marked(NullTranslations):
    """A pseudo language: every text is in guillemets, so that one that was not translated shows."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


def unmarked(text: str) -> str:
    """What stands outside all guillemets."""
    depth, out = 0, []
    for letter in text:
        depth += letter == "«"
        if not depth:
            out.append(letter)
        depth = max(depth - (letter == "»"), 0)
    return "".join(out)
