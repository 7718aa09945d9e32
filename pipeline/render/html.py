"""Pages of ours as one file each: their style and fonts inline, everything else forbidden by their own CSP."""

from __future__ import annotations

import json
from typing import Any

from pipeline.render.brand_colours import shades
from pipeline.render.characters import on_paper
from pipeline.render.chart_shapes import pictures
from pipeline.render.environment import content_hash, environment
from pipeline.render.web_fonts import page_fonts


def report_html(view: dict[str, Any]) -> str:
    """The report of `views.partner_report`: readable without JavaScript, from disk, with a strict CSP."""
    return self_contained("report.html.j2", view, shapes=pictures(view), brand=shades(view))


def self_contained(
    template: str, view: dict[str, Any], *, styles: tuple[str, ...] = (), script: str = "report.js", **values: Any
) -> str:
    """The page of a view and other `values`. It asks for nothing outside itself: style, fonts and `script` are inline,
    allowed by their hashes. `styles`: those besides `page.css`.
    """
    text = json.dumps(view, ensure_ascii=False)
    fonts = page_fonts(text)
    hashes = [
        *(content_hash(environment().get_template(style).render()) for style in ("page.css", *styles)),
        content_hash(environment().get_template("_fonts.css.j2").render(fonts=fonts)),
    ]
    if values.get("brand"):
        hashes.append(content_hash(environment().get_template("_brand.css.j2").render(brand=values["brand"])))
    allowed = content_hash(environment().get_template(script).render())
    page = environment().get_template(template)
    return page.render(
        view=view,
        fonts=fonts,
        hashes=hashes,
        script_hash=allowed,
        character_notes=_character_notes(text, view),
        **values,
    )


def _character_notes(text: str, view: dict[str, Any]) -> list[str]:
    """What the fonts lack. Marks are for the reader's browser to place; only paper leaves them out."""
    return on_paper(text)[1].notes(view.get("language", "en"), marks=False)
