"""The view of finance's report: every value of page, PDF and workbook, formatted once, as plain str, int, list."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from pipeline import rules
from pipeline.transform.projection.months import last_day
from pipeline.views import terms
from pipeline.views.finance_report import comparisons, currency_tables, finance_words, listings, pictures, tie_out
from pipeline.views.finance_report.currency_figures import (
    BRIDGE,
    STATUSES,
    Figures,
    figures_by_currency,
    retention_share,
)
from pipeline.views.finance_report.finance_cells import Cells, Row, Table, total
from pipeline.views.finance_report.finance_workbook import workbook
from pipeline.views.finance_report.truncation import ON_PAGE, asked_for, excerpt, on_paper
from pipeline.views.locale_formats import Formats, formats_for
from pipeline.views.page_data import money_shape
from pipeline.views.partner_report import around_numbers
from pipeline.views.translations import page_direction


def finance_report(
    frames: dict[str, pl.DataFrame],
    *,
    run: Row,
    partner_id: str | None = None,
    currency: str | None = None,
    locale: str = "en",
    vendor: str = rules.VENDOR_NAME,
    brand: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Finance's report as plain values. `frames` and `run`: what `warehouse.finance_figures.finance_of_run` gives for
    that `partner_id` and `currency`; `vendor`: the vendor's name, who signs the report; `brand`: as in a partner's
    report.
    """
    formats = formats_for(locale)
    cells = Cells(formats)
    found = figures_by_currency(frames)
    checks = tie_out.checks(found, is_whole_book=partner_id is None)
    records = frames["contracts"].to_dicts()
    rest = _rest(found, records)
    summed, listed = comparisons.findings(frames["findings_counted"], frames["findings"], cells)
    everything = {
        "overview": currency_tables.overview(found, cells),
        "retention": comparisons.retention(found, cells),
        "rates": comparisons.renewal_rates(frames["rates"], cells),
        "rivals": comparisons.rivals(found, cells),
        "currencies": comparisons.currencies(found, cells),
        "partners": listings.partners(found, cells),
        "findings_counted": summed,
        "findings": listed,
        "contracts": listings.contracts(records, rest, cells),
        "lines": comparisons.lines(frames["lines"], {each["contract_id"]: each["currency"] for each in records}, cells),
        "tie_out": tie_out.tie_out(checks, cells),
    }
    sections = [_section(each, cells) for each in found]
    scope = _scope(frames["partner"], partner_id, currency, formats)
    asked = asked_for(partner_id, currency)
    title = formats.say(finance_words.TITLE)
    return {
        "language": formats.language,
        "direction": page_direction(formats.locale),
        "title": title,
        "document_title": " · ".join((title, scope, formats.day(run["as_of"]))),
        "words": _said(formats),
        "page_of": around_numbers(formats.say(terms.WORDS["page_of"])),
        "made_by": formats.say(terms.WORDS["made_by"], run=run["run_id"], time=run["created_at"]),
        "scope": scope,
        "vendor": vendor,
        "as_of": {"text": formats.day(run["as_of"]), "value": run["as_of"].isoformat()},
        "dated": str(run["created_at"]),
        "run": {"id": run["run_id"], "created_at": str(run["created_at"]), "version": str(run["pipeline_version"])},
        "period": _period(run, formats),
        "note": formats.say(finance_words.TEXTS["note"]),
        "missing_rates": comparisons.missing_rates(found, cells),
        "currency_label": formats.say(terms.COLUMNS["currency"]),
        "partner_note": formats.say(
            finance_words.TEXTS["not_applicable"], command="renewals report --finance --partner ID"
        ),
        "tied": not any(check.difference for check in checks),
        "empty": "" if found else formats.say(finance_words.TEXTS["empty"]),
        "sections": sections,
        "page": {name: excerpt(each, ON_PAGE.get(name), asked, found, formats) for name, each in everything.items()},
        "paper": on_paper(everything, found, asked, formats),
        "no_findings": formats.say(finance_words.TEXTS["no_findings"]),
        "definitions": _definitions(formats),
        "browser": _browser(found, everything, run, formats),
        "brand": brand or {"colour": "", "logo": ""},
        "workbook": workbook(everything, found, _facts(scope, run, formats), cells),
    }


def _scope(partner: pl.DataFrame, partner_id: str | None, currency: str | None, formats: Formats) -> str:
    parts = [formats.say(finance_words.SCOPES["all"])]
    if partner_id is not None:
        parts = [f"{partner.row(0, named=True)['partner_name']} ({partner_id})"]
    if currency is not None:
        parts.append(formats.say(finance_words.SCOPES["currency"], currency=currency))
    return " · ".join(parts)


def _period(run: Row, formats: Formats) -> str:
    last = last_projected_day(run)
    return formats.say(finance_words.SCOPES["period"], first=formats.day(run["as_of"]), last=formats.day(last))


def last_projected_day(run: Row) -> date:
    """The last day of the projection of that run."""
    settings = json.loads(run.get("settings") or "{}")
    return last_day(int(settings.get("projection_months", rules.PROJECTION_MONTHS)) - 1, as_of=run["as_of"])


def _facts(scope: str, run: Row, formats: Formats) -> list[tuple[str, str]]:
    """What the workbook is about, above its summary."""
    return [
        (formats.say(finance_words.TITLE), scope),
        (formats.say(terms.WORDS["as_of"]), f"{formats.day(run['as_of'])} · {_period(run, formats)}"),
        (formats.say(terms.WORDS["run"]), f"{run['run_id']} · {run['created_at']} · {run['pipeline_version']}"),
        ("MRR", formats.say(finance_words.TEXTS["note"])),
    ]


def _said(formats: Formats) -> dict[str, Any]:
    return {
        **formats.say_all(terms.WORDS),
        "sections": formats.say_all(finance_words.SECTIONS),
        "labels": formats.say_all(finance_words.LABELS),
        "scenarios": formats.say_all(finance_words.SCENARIOS),
        "tools": formats.say_all(finance_words.TOOLS),
        "bars": formats.say_all(finance_words.BRIDGE),
    }


def _section(each: Figures, cells: Cells) -> dict[str, Any]:
    """Everything about one currency."""
    formats = cells.formats
    return {
        "currency": each.currency,
        "title": formats.say(finance_words.SECTIONS["of_currency"], currency=each.currency),
        "tiles": _tiles(each, formats),
        "strip": _strip(each, formats),
        "converted": _converted(each, formats),
        "fx": _fx(each, formats),
        "bridge_picture": pictures.bridge_picture(each, formats),
        "projection_picture": pictures.projection_picture(each, formats),
        "wall_picture": pictures.wall_picture(each, formats),
        "bridge": currency_tables.bridge(each, cells),
        "statuses": currency_tables.statuses(each, cells),
        "scenarios": currency_tables.scenarios(each, cells),
        "movements": currency_tables.movements(each, cells),
        "months": [currency_tables.months(each, cells, scenario) for scenario in rules.SCENARIOS],
        "wall": currency_tables.wall(each, cells),
        "clients": listings.clients(each, cells),
    }


def _tiles(each: Figures, formats: Formats) -> list[dict[str, str]]:
    tiles = [
        {
            "label": formats.say(finance_words.BRIDGE[name]),
            "text": formats.money(each.bridge[name], each.currency),
            "more": "",
        }
        for name in ("current_mrr", "contracted_mrr", "expected_mrr", "full_mrr")
    ]
    tiles[0]["more"] = formats.count(finance_words.CONTRACTS, each.contracts_in_force)
    for place, name in ((1, "contracted_mrr"), (2, "expected_mrr"), (3, "full_mrr")):
        change = each.bridge[name] - each.bridge["current_mrr"]
        tiles[place]["more"] = formats.money_change(change, each.currency)
    if each.interval:
        last = each.interval[-1]
        low, high = (formats.money(last[name], each.currency) for name in ("closing_low", "closing_high"))
        tiles[2]["more"] = formats.say(finance_words.TEXTS["interval"], low=low, high=high)
    expected = each.retention.get("expected")
    for name, net in (("grr", False), ("nrr", True)):
        share = retention_share(expected, net=net) if expected else None
        more = formats.say(finance_words.SCENARIOS["expected"])
        tiles.append({"label": formats.say(finance_words.LABELS[name]), "text": formats.share(share), "more": more})
    return tiles


def _strip(each: Figures, formats: Formats) -> list[dict[str, str]]:
    """Current MRR by the status of the next renewal."""
    return [
        {
            "label": currency_tables.status_label(basis, formats),
            "text": formats.money(total((row["current_mrr"], row["change_new"])), each.currency),
            "name": basis or "none",
        }
        for basis in (*STATUSES, None)
        if (row := each.by_status.get(basis)) is not None
    ]


def _converted(each: Figures, formats: Formats) -> str:
    """The rate at which the figures are converted, and its day; "" in the reporting currency itself."""
    if not each.is_foreign:
        return ""
    if each.fx["fx_rate"] is None:
        return formats.say(finance_words.TEXTS["not_converted"], currency=each.currency, target=each.target)
    rate = f"1 {each.currency} = {formats.number(each.fx['fx_rate'].normalize())} {each.target}"
    return formats.say(finance_words.TEXTS["converted_at"], rate=rate, day=formats.day(each.fx["fx_rate_date"]))


def _fx(each: Figures, formats: Formats) -> str:
    if not each.is_foreign or each.fx["fx_rate"] is None:
        return ""
    if each.fx_effect is None:
        return formats.say(finance_words.TEXTS["fx_unknown"], day=formats.day(each.fx["compared_on"]))
    amount = formats.money_change(each.fx_effect, each.target)
    return formats.say(finance_words.TEXTS["fx_line"], day=formats.day(each.fx["compared_rate_date"]), amount=amount)


def _rest(found: list[Figures], records: list[Row]) -> list[Row]:
    """Per currency what the contracts that are not listed add up to."""
    rest = []
    for each in found:
        listed = [row for row in records if row["currency"] == each.currency]
        if len(listed) < each.contracts:
            sums = {name: each.bridge[name] - total(row[name] for row in listed) for name in BRIDGE}
            rest.append({"currency": each.currency, "contracts": each.contracts - len(listed), **sums})
    return rest


def _definitions(formats: Formats) -> list[dict[str, str]]:
    return [
        {"term": formats.say(term), "text": finance_words.definition(text, formats)}
        for term, text in finance_words.DEFINITIONS.items()
    ]


def _browser(found: list[Figures], everything: dict[str, Table], run: Row, formats: Formats) -> dict[str, Any]:
    """What the page's script needs besides the page: words, and how amounts of each currency are written."""
    grouped = re.search(r"1(\D*)234", formats.number(Decimal(1234567)))
    point = re.search(r"0(\D)5", formats.number(Decimal("0.5")))
    names = {row["partner"]: row["cells"][1]["text"] for row in everything["partners"]["rows"] if row["look"] != "rest"}
    return {
        "language": formats.language,
        "currencies": [each.currency for each in found],
        "partners": sorted(names.items(), key=lambda item: (item[1], item[0])),
        "money": {each.currency: money_shape(formats, each.currency) for each in found},
        "group": grouped[1] if grouped else "",
        "decimal": point[1] if point else "",
        "words": formats.say_all(finance_words.TOOLS),
        "bars": formats.say_all(finance_words.BRIDGE),
        "file_name": f"finance-{run['as_of'].isoformat()}",
    }
