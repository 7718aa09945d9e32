"""Text for people at a terminal, written in one place: what could steer the terminal is taken out of it.

Names come from exports and partners. A control character in one could move the cursor, colour the rest or hide a line;
a bidirectional mark could show another order than the one that is written. JSON, CSV and files keep them.
"""

from __future__ import annotations

import re
import sys
from typing import IO, Any, Final, cast

import click

LONGEST_MESSAGE: Final = 1_000
"""Characters of one message; the rest of a longer one is cut off."""
_BLANK: Final = re.compile("[\t\n\v\f\r\x85\u2028\u2029]+")
_STEERING: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # which way text runs
    "\u206a-\u206f\ufeff\ufff9-\ufffb"  # invisible, without a use in a name
    "\U000e0000-\U000e007f\ud800-\udfff]"  # invisible tags; halves of characters, which cannot be written
)


def plain_text(text: str, longest: int | None = None) -> str:
    """One line of that text without control and bidirectional characters; a longer one than `longest` ends in `…`.

    Line ends and tabs become one space, so that words stay apart.
    """
    plain = _STEERING.sub("", _BLANK.sub(" ", text))
    return plain if longest is None or len(plain) <= longest else plain[: longest - 1] + "…"


def say(message: str) -> None:
    """A message for people: to stderr, so that stdout stays data; one line of at most `LONGEST_MESSAGE` characters."""
    click.echo(plain_text(message, LONGEST_MESSAGE), err=True)


def tell(line: str = "") -> None:
    """A line of an answer for people, to stdout; blanks at its beginning stay."""
    click.echo(plain_text(line))


def show(error: click.ClickException) -> None:
    """What click says of a wrong use, to stderr, with its lines of usage."""
    error.show(file=cast("IO[str]", _Plain(sys.stderr)))


class _Plain:
    """A stream that takes text in lines, each made plain."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        lines = text.split("\n")
        return self._stream.write("\n".join(plain_text(line, LONGEST_MESSAGE) for line in lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
