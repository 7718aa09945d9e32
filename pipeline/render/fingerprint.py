"""What a report is made from, as one key per partner: equal keys mean that the report would show the same.

The keys of all partners are computed at once, inside DuckDB, in far less time than one report takes.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import pipeline
from pipeline.render.environment import templates_folder
from pipeline.settings import OPERATIONAL, REPORT_CHOICES
from pipeline.tables.published import PARTNER_SUMMARY, UPCOMING_RENEWALS
from pipeline.views.clients import TABLES as DETAILS
from pipeline.warehouse import ReadableRun

CODE: Final = ("views", "render", "locale", "transform", "tables", "warehouse", "rules.py", "brand.py")
"""The parts of the package on which a report's bytes depend, besides the templates."""

ENGINES: Final = ("weasyprint", "pydyf", "jinja2", "babel", "fonttools", "xlsxwriter", "polars", "plutoprint")

_TABLES: Final = (UPCOMING_RENEWALS.name, PARTNER_SUMMARY.name, *DETAILS, "decisions")


def report_keys(
    run: ReadableRun,
    partner_ids: Sequence[str],
    *,
    options: Mapping[str, Any],
    own_options: Mapping[str, Any],
) -> dict[str, str]:
    """The key of each partner's report: of its rows, the day and the settings of the run, the options, and this code.

    Also of whose clients are the partner's and which associations it has ended: what changed since the previous
    report may name clients that have no row any more.
    `options` hold for every report, `own_options` (by partner) for one; both JSON-able; what the settings choose for
    reports stands there. The run's name and time are left out on purpose: the same content in a later run is the same
    report (`report_manifest` sees to the one place that names the run). The day is in: a report says as of when it is
    true.
    """
    with run.open() as reader:
        rows = reader.digests(_TABLES)
        info = reader.run_info()
    day, settings, version = info["as_of"], info["settings"], info["pipeline_version"]
    told = {name: value for name, value in json.loads(settings).items() if name not in (*OPERATIONAL, *REPORT_CHOICES)}
    common = json.dumps([str(day), told, version, code_version(), options], sort_keys=True, default=str)
    endings: dict[str, list[str]] = {}
    for partner_id, hub_id in sorted(run.ended):
        endings.setdefault(partner_id, []).append(hub_id)

    def content(partner_id: str) -> list[Any]:
        return [common, rows.get(partner_id, []), endings.get(partner_id, []), own_options.get(partner_id)]

    return {partner_id: _hash(json.dumps(content(partner_id), default=str)) for partner_id in partner_ids}


@cache
def code_version() -> str:
    """A hash of templates, fonts, words and the code that makes reports, and of the versions of the engines."""
    digest = hashlib.sha256(f"{platform.python_version_tuple()[:2]} {_pango()}".encode())
    for engine in ENGINES:
        digest.update(f"{engine} {_version(engine)}\n".encode())
    package = Path(pipeline.__file__).parent
    for root in (templates_folder(), *(package / part for part in CODE)):
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(root.parent)}\n".encode())
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _version(engine: str) -> str:
    try:
        return metadata.version(engine)
    except metadata.PackageNotFoundError:
        return "none"


def _pango() -> str:
    from weasyprint.text.ffi import pango

    return str(pango.pango_version())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
