"""How frames look in a notebook: interactive tables, set tables, charts. Offline; needs the extra `lab`.

Nothing here computes a figure. What is shown is text of exact decimals; only charts, which a browser draws, get
binary floats.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import itables
import polars as pl
import vl_convert
from great_tables import GT, loc, style
from IPython.display import HTML, display

from pipeline.views.locale_formats import formats_for

STATUS_COLOURS: Final = {
    "renewed": "#15803d",
    "confirmed": "#4d7c0f",
    "pending": "#b45309",
    "cancellation_requested": "#b91c1c",
}
"""The reports' colours of a status."""

SCENARIO_COLOURS: Final = {"full": "#64748b", "expected": "#1d4ed8", "contracted": "#b45309"}
INK: Final = "#0f172a"
ACCENT: Final = "#1d4ed8"

_SOFT: Final = "#475569"
_FONT: Final = "system-ui, 'Segoe UI', sans-serif"
_JUPYTERLAB: Final = "application/vnd.vegalite.v5+json"
"""What JupyterLab 4 draws by itself. Altair's own renderers fetch their script from outside, or need a browser."""

_SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v5.json"
"""The name of that language, which is nowhere fetched from."""

_VERSION: Final = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
"""The version of Vega-Lite that Altair writes, as far as the drawing library tells versions apart."""

_CELLS: Final = (
    "<style>table.dataTable td {max-width: 24em; white-space: normal; overflow-wrap: break-word} "
    "table.dataTable :is(th, td):not(.dt-type-numeric, .dt-type-date) {text-align: left}</style>"
)
"""One long name must not push the other columns out of sight."""


def prepare() -> None:
    """Set up a notebook: charts that JupyterLab draws itself, interactive tables with their script inside.

    Exported to HTML (`jupyter nbconvert --to html`), a notebook shows its charts as pictures.
    """
    alt.renderers.register("jupyterlab_itself", _drawn)
    alt.renderers.enable("jupyterlab_itself")
    alt.theme.register("renewals", enable=True)(_look)
    alt.data_transformers.disable_max_rows()
    itables.init_notebook_mode(all_interactive=False, connected=False)
    display(HTML(_CELLS))  # type: ignore[no-untyped-call]
    pl.Config(tbl_rows=12, fmt_str_lengths=60, tbl_hide_column_data_types=True, tbl_hide_dataframe_shape=True)


def _drawn(spec: dict[str, Any], **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """A chart as JupyterLab draws it, and as a picture for everything that cannot, such as an exported page."""
    picture = vl_convert.vegalite_to_svg(spec, vl_version=_VERSION)
    return {_JUPYTERLAB: spec | {"$schema": _SCHEMA}, "image/svg+xml": picture}, {}


def browse(frame: pl.DataFrame, *, hidden: Sequence[str] = (), caption: str = "", rows: int = 10) -> None:
    """Show a frame to be searched, sorted and paged; `Columns` chooses what is shown, beginning without `hidden`."""
    shown = amounts(frame)
    itables.show(
        shown,
        caption=caption or None,
        buttons=[{"extend": "colvis", "text": "Columns"}, {"extend": "csvHtml5", "text": "CSV"}],
        layout={"topStart": "buttons", "topEnd": "search", "bottomStart": "info", "bottomEnd": "paging"},
        columnDefs=[{"targets": [shown.columns.index(name) for name in hidden], "visible": False}],
        pageLength=rows,
        classes="display compact",
        style="width:100%;table-layout:auto",
        show_dtypes=False,
        maxBytes="16MB",
        scrollX=True,
        allow_html=False,
    )


def set_table(frame: pl.DataFrame, *, title: str, subtitle: str = "", labels: dict[str, str] | None = None) -> GT:
    """A frame as a table to look at: columns in words, numbers to the right."""
    words: dict[str, Any] = {name: _in_words(name) for name in frame.columns} | (labels or {})
    table = GT(amounts(frame)).tab_header(title=title, subtitle=subtitle or None)
    return (
        table.cols_label(**words)
        .cols_align(align="left")
        .cols_align(align="right", columns=[name for name in frame.columns if _is_number(frame[name])])
        .sub_missing(missing_text="–")
        .tab_style(style.text(color="white", weight="bold"), loc.column_labels())
        .tab_style(style.fill(INK), loc.column_labels())
        .tab_options(
            table_font_names=_FONT,
            table_font_size="13px",
            heading_align="left",
            heading_title_font_size="17px",
            heading_title_font_weight="bold",
            heading_border_bottom_style="none",
            column_labels_border_top_style="none",
            data_row_padding="5px",
            row_striping_include_table_body=True,
            row_striping_background_color="#f8fafc",
            table_border_top_style="none",
            table_width="auto",
            table_margin_left="0",
        )
    )


def money(frame: pl.DataFrame, *columns: str) -> pl.DataFrame:
    """Those amounts as text with their row's currency, such as `USD 1,234.50`."""
    words = formats_for("en")
    texts = {
        name: [words.money(value, currency) for value, currency in frame.select(name, "currency").iter_rows()]
        for name in columns
    }
    return frame.with_columns(pl.Series(name, text, dtype=pl.String) for name, text in texts.items())


def amounts(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its decimals as exact text, without zeros that say nothing."""
    decimals = [name for name, kind in frame.schema.items() if kind.is_decimal()]
    text = pl.col(decimals).cast(pl.String).str.replace(r"(\.\d\d)0+$", "$1").str.replace(r"(\.\d\d\d*?[1-9])0+$", "$1")
    return frame.with_columns(text) if decimals else frame


def for_charts(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with its decimals as numbers that a browser can draw."""
    decimals = [name for name, kind in frame.schema.items() if kind.is_decimal()]
    return frame.with_columns(pl.col(decimals).cast(pl.Float64)) if decimals else frame


def _is_number(column: pl.Series) -> bool:
    """Whether a column holds numbers, or the amounts that `money` writes."""
    written = column.drop_nulls()
    return column.dtype.is_numeric() or (
        column.dtype == pl.String and len(written) > 0 and bool(written.str.contains(r"^[A-Z]{3} -?[\d,.]+$").all())
    )


def _in_words(name: str) -> str:
    return name.replace("_", " ").capitalize().replace("mrr", "MRR").replace("Mrr", "MRR")


def _look() -> alt.theme.ThemeConfig:
    look: Any = {
        "config": {
            "font": _FONT,
            "view": {"stroke": None, "continuousWidth": 560, "continuousHeight": 220},
            "axis": {"labelColor": _SOFT, "titleColor": _SOFT, "gridColor": "#e2e8f0", "domainColor": "#cbd5e1"},
            "axisX": {"grid": False},
            "header": {"labelColor": INK, "labelFontWeight": 600, "titleColor": _SOFT},
            "legend": {"labelColor": INK, "titleColor": _SOFT, "orient": "top"},
            "title": {"anchor": "start", "color": INK, "fontSize": 15, "subtitleColor": _SOFT, "offset": 12},
            "range": {"category": [ACCENT, "#b45309", "#15803d", "#b91c1c", "#7e22ce", "#0369a1", "#64748b"]},
            "line": {"strokeWidth": 2.5},
        }
    }
    theme: alt.theme.ThemeConfig = look
    return theme
