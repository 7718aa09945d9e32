"""The one Jinja environment and the bundled files it uses."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment


@cache
def templates_folder() -> Path:
    """The folder of templates, style and fonts: inside the installed package, or in the source tree beside it."""
    installed = Path(__file__).parent / "templates"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "reports" / "templates"


@cache
def environment() -> ImmutableSandboxedEnvironment:
    """Autoescape for every template whatever its name, no undefined value, nothing a template could change."""
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


@cache
def bundled_text(name: str) -> str:
    """The text of a bundled file (style or script)."""
    return (templates_folder() / name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The hash by which a CSP allows an inline style or script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
