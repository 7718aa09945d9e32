"""Pages of ours as one file each: their style and fonts inline, everything else forbidden by their own CSP."""

from __future__ import annotations

from typing import Any

from pipeline.render.environment import content_hash, environment
from pipeline.render.web_fonts import page_fonts


def report_html(view: dict[str, Any]) -> str:
    """The report of `views.partner_report`: readable without JavaScript, from disk, with a strict CSP."""
    return self_contained("report.html.j2", view)


def self_contained(template: str, view: dict[str, Any]) -> str:
    """The page of a view. It asks for nothing outside itself: style, fonts and script are inline, allowed by their
    hash."""
    fonts = page_fonts(view)
    hashes = [
        content_hash(environment().get_template("page.css").render()),
        content_hash(environment().get_template("_fonts.css.j2").render(fonts=fonts)),
    ]
    script = content_hash(environment().get_template("report.js").render())
    return environment().get_template(template).render(view=view, fonts=fonts, hashes=hashes, script_hash=script)
