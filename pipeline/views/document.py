"""What every document of ours says of itself, whatever its kind: language, direction, titles, time and brand."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Brand:
    """A reader's look: `colour` as `#rrggbb` and `logo` as a `data:` address; "" for what it does not have."""

    colour: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar day: `text` as it is shown, `value` as an ISO day."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and the text beside it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Definition:
    """A term and what it means; `mark` is its footnote number, 0 for none."""

    term: str
    text: str
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """A report as a document.

    `language` is a BCP 47 tag, `direction` is `ltr` or `rtl`; a `mirrored` page is laid out in the other direction than
    its words run. `full_title` also says whose report it is and of which day. `created` (ISO time) is the time inside
    the files. `page_of`: what stands before, between and after the page's number and the number of pages.
    """

    language: str
    direction: str
    title: str
    full_title: str
    author: str
    created: str
    page_of: tuple[str, str, str]
    brand: Brand
    mirrored: bool = False


def around_numbers(text: str) -> tuple[str, str, str]:
    """What stands before, between and after the page's number and the number of pages, in the order of the language.

    Raises ValueError for words that name them in the other direction: page margins could not show those.
    """
    before, between, after = re.split(r"\{page\}|\{pages\}", text)
    if text.index("{page}") > text.index("{pages}"):
        raise ValueError(text)
    return before, between, after
