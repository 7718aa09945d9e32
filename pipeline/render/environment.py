"""The one Jinja environment and the bundled files it uses."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

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
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(templates_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.policies["json.dumps_kwargs"] = {"sort_keys": True, "default": known_fields}
    return made


def known_fields(value: object) -> dict[str, object]:
    """A view as JSON holds it: its fields by name, without those that are None.

    Raises TypeError for what is not a dataclass.
    """
    kind: Any = type(value)
    found = ((name, getattr(value, name)) for name in _field_names(kind))
    return {name: held for name, held in found if held is not None}


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind))


@cache
def bundled_text(name: str) -> str:
    """The text of a bundled file (style or script)."""
    return (templates_folder() / name).read_text(encoding="utf-8")


def content_hash(text: str) -> str:
    """The hash by which a CSP allows an inline style or script."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
