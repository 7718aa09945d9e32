"""A partner's report inside a notebook, in an isolated frame: neither its style nor its script affects the notebook."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from pathlib import Path

from pipeline.analysis import arguments
from pipeline.errors import UsageError


@dataclass(frozen=True, slots=True)
class InlineReport:
    """A report as one HTML page. A notebook shows it where it is the last value of a cell.

    `html`: the page, which asks for nothing outside itself. `height`: of its frame, in CSS pixels.
    """

    partner_id: str
    run_id: str
    html: str
    height: int = 720

    def save(self, path: str | Path) -> Path:
        """Write the page to that file; returns its path."""
        written = arguments.folder_or_none("path", path)
        if written is None:
            raise UsageError("save() takes the path of a file")
        written.write_text(self.html, encoding="utf-8")
        return written

    def _repr_html_(self) -> str:
        # Without allow-same-origin the frame is a stranger to the notebook: no access to its page, cookies or storage.
        return (
            f'<iframe srcdoc="{escape(self.html)}" sandbox="allow-scripts allow-downloads allow-popups" '
            f'title="Report of {escape(self.partner_id)}" loading="lazy" '
            f'style="width:100%;height:{self.height}px;border:1px solid #c8ccd0;border-radius:6px"></iframe>'
        )

    def __repr__(self) -> str:
        return f"<report of {self.partner_id} from {self.run_id}, {len(self.html) // 1024} KiB>"
