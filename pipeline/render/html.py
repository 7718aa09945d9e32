"""Pages of ours as one file each: their style and fonts inline, everything else forbidden by their own CSP."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pipeline.render.brand_colours import Shades, shades
from pipeline.render.characters import on_paper
from pipeline.render.chart_shapes import pictures
from pipeline.render.environment import content_hash, environment, known_fields
from pipeline.render.web_fonts import page_fonts
from pipeline.views.partner_report import PartnerReport


@dataclass(frozen=True, slots=True)
class PageParts:
    """What a page has inline besides `page.css`: its script, its styles, the shades of a brand's colour."""

    script: str = "report.js"
    styles: tuple[str, ...] = ()
    brand: Shades | None = None


def report_html(report: PartnerReport) -> str:
    """A partner's report: readable without JavaScript, from disk, with a strict CSP."""
    shown = (
        report.document,
        report.cover,
        report.words,
        report.key_figures,
        report.charts,
        report.timeline,
        report.changes_since,
        report.table,
        report.totals,
        report.page_data,
        report.definitions,
        report.statuses,
    )
    parts = PageParts(brand=shades(report.document.brand))
    text = text_of(shown)
    return self_contained("report.html.j2", report, text, report.document.language, parts, shapes=pictures(report))


def text_of(shown: object) -> str:
    """Every text of a page's sections, as JSON: the characters that the page can show."""
    return json.dumps(shown, ensure_ascii=False, default=known_fields)


def self_contained(template: str, view: object, text: str, language: str, parts: PageParts, **values: Any) -> str:
    """The page of a view and other `values`. It asks for nothing outside itself: style, fonts and script are inline,
    allowed by their hashes. `text`: what `text_of` gives for all that the page shows.
    """
    fonts = page_fonts(text)
    return (
        environment()
        .get_template(template)
        .render(
            view=view,
            fonts=fonts,
            brand=parts.brand,
            hashes=_style_hashes(parts, fonts),
            script_hash=content_hash(environment().get_template(parts.script).render()),
            # Marks are for the reader's browser to place; only paper leaves them out.
            character_notes=on_paper(text)[1].notes(language, marks=False),
            **values,
        )
    )


def _style_hashes(parts: PageParts, fonts: list[dict[str, str]]) -> list[str]:
    """The hashes of every inline style."""
    made = [environment().get_template(style).render() for style in ("page.css", *parts.styles)]
    made.append(environment().get_template("_fonts.css.j2").render(fonts=fonts))
    if parts.brand:
        made.append(environment().get_template("_brand.css.j2").render(brand=parts.brand))
    return [content_hash(style) for style in made]
