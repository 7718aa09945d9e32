"""What finance's report says of one currency: figures at a glance, pictures, tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipeline import rules
from pipeline.views.finance_report import currency_tables, finance_words, listings, pictures
from pipeline.views.finance_report.currency_figures import CLOSINGS, STATUSES, Figures, retention_share
from pipeline.views.finance_report.finance_cells import Cells, FinanceTable, total
from pipeline.views.locale_formats import Formats
from pipeline.views.partner_charts import StackedChart


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure at a glance, and what stands smaller below it ("" for nothing)."""

    label: str
    text: str
    more: str = ""


@dataclass(frozen=True, slots=True)
class StatusShare:
    """Current MRR whose next renewal has that status; `name` is how the style knows it."""

    name: str
    label: str
    text: str


@dataclass(frozen=True, slots=True)
class CurrencySection:
    """Everything about one currency.

    `converted`: the rate at which its figures are converted, `fx`: what the rate's movement did; "" for nothing to say.
    Pictures are None where there is nothing to draw. `months` has one table per scenario.
    """

    currency: str
    title: str
    tiles: tuple[Tile, ...]
    strip: tuple[StatusShare, ...]
    converted: str
    fx: str
    bridge_picture: pictures.BridgePicture | None
    projection_picture: pictures.ProjectionPicture | None
    wall_picture: StackedChart | None
    bridge: FinanceTable
    statuses: FinanceTable
    scenarios: FinanceTable
    movements: FinanceTable
    months: tuple[FinanceTable, ...]
    wall: FinanceTable
    clients: FinanceTable


def currency_section(each: Figures, cells: Cells) -> CurrencySection:
    """The section of one currency."""
    formats = cells.formats
    return CurrencySection(
        currency=each.currency,
        title=formats.say(finance_words.SECTIONS["of_currency"], currency=each.currency),
        tiles=_tiles(each, formats),
        strip=_strip(each, formats),
        converted=_converted(each, formats),
        fx=_fx(each, formats),
        bridge_picture=pictures.bridge_picture(each, formats),
        projection_picture=pictures.projection_picture(each, formats),
        wall_picture=pictures.wall_picture(each, formats),
        bridge=currency_tables.bridge(each, cells),
        statuses=currency_tables.statuses(each, cells),
        scenarios=currency_tables.scenarios(each, cells),
        movements=currency_tables.movements(each, cells),
        months=tuple(currency_tables.months(each, cells, scenario) for scenario in rules.SCENARIOS),
        wall=currency_tables.wall(each, cells),
        clients=listings.clients(each, cells),
    )


def _tiles(each: Figures, formats: Formats) -> tuple[Tile, ...]:
    current = _amount("current_mrr", each, formats)
    in_force = formats.count(finance_words.CONTRACTS, each.contracts_in_force)
    closings = (_closing(name, each, formats) for name in CLOSINGS)
    return replace(current, more=in_force), *closings, *(_retention(name, each, formats) for name in ("grr", "nrr"))


def _amount(name: str, each: Figures, formats: Formats) -> Tile:
    return Tile(formats.say(finance_words.BRIDGE[name]), formats.money(each.bridge[name], each.currency))


def _closing(name: str, each: Figures, formats: Formats) -> Tile:
    """MRR at the end in one scenario, with the interval around it or by how much it differs from today's."""
    interval = pictures.last_interval(each) if name == "expected_mrr" else None
    if interval is None:
        change = each.bridge[name] - each.bridge["current_mrr"]
        return replace(_amount(name, each, formats), more=formats.money_change(change, each.currency))
    low, high = (formats.money(edge, each.currency) for edge in interval)
    return replace(_amount(name, each, formats), more=formats.say(finance_words.TEXTS["interval"], low=low, high=high))


def _retention(name: str, each: Figures, formats: Formats) -> Tile:
    expected = each.retention.get("expected")
    share = retention_share(expected, net=name == "nrr") if expected else None
    scenario = formats.say(finance_words.SCENARIOS["expected"])
    return Tile(formats.say(finance_words.LABELS[name]), formats.share(share), scenario)


def _strip(each: Figures, formats: Formats) -> tuple[StatusShare, ...]:
    """Current MRR by the status of the next renewal."""
    found = [(basis, each.by_status[basis]) for basis in (*STATUSES, None) if basis in each.by_status]
    return tuple(
        StatusShare(
            name=basis or "none",
            label=currency_tables.status_label(basis, formats),
            text=formats.money(total((row["current_mrr"], row["change_new"])), each.currency),
        )
        for basis, row in found
    )


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
