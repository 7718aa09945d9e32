"""Single partners that are held while everybody else's reports go out."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from pipeline.checks.night.money_compared import MOVEMENT, mrr_of_partners_clients, one_client_explains
from pipeline.checks.night.night_results import Number, above, amount, count, percent_of, plain
from pipeline.checks.night.side_by_side import Nights


@dataclass(frozen=True, slots=True)
class PartnerHold:
    """A partner whose surfaces stay as they are while everybody else's go out.

    `finding` is a code (`partner_clients_fell`, `partner_contracts_fell`, `partner_mrr_fell`, `partner_gained_clients`,
    `address_of_another_partner`), `reason` one sentence with the figures that led to it.
    """

    partner_id: str
    finding: str
    reason: str


_BOOKS: Final = """
WITH clients AS (
    SELECT partner_id, sum(before) AS before, sum(tonight) AS tonight FROM (
        SELECT partner_before AS partner_id, count(*) AS before, 0 AS tonight FROM clients_of_both GROUP BY ALL
        UNION ALL SELECT partner_tonight, 0, count(*) FROM clients_of_both GROUP BY ALL
    ) WHERE partner_id IS NOT NULL GROUP BY partner_id
),
contracts AS (
    SELECT partner_id, sum(all_before) AS all_before, sum(before) AS before, sum(tonight) AS tonight FROM (
        SELECT partner_before AS partner_id, count(*) AS all_before, count(*) FILTER (NOT renews) AS before,
            0 AS tonight
        FROM contracts_of_both WHERE mrr_before IS NOT NULL GROUP BY ALL
        UNION ALL SELECT partner_tonight, 0, 0, count(*)
        FROM contracts_of_both WHERE mrr_tonight IS NOT NULL AND NOT renews GROUP BY ALL
    ) GROUP BY partner_id
)
SELECT partner_id, k.before AS clients_before, k.tonight AS clients_tonight,
    coalesce(c.all_before, 0) AS contracts_all, coalesce(c.before, 0) AS contracts_before,
    coalesce(c.tonight, 0) AS contracts_tonight
FROM clients k LEFT JOIN contracts c USING (partner_id)
WHERE contracts_all >= {contracts} AND (
    (k.before - k.tonight) * 100 > {percent} * k.before
    OR (contracts_before >= {contracts}
        AND (contracts_before - contracts_tonight) * 100 > {percent} * contracts_before))
ORDER BY partner_id
"""
_MRR: Final = f"""
SELECT partner_id, currency, {MOVEMENT} FROM ({mrr_of_partners_clients()})
WHERE partner_id IS NOT NULL GROUP BY partner_id, currency
HAVING sum(contracts) >= {{contracts}} AND (sum(before) - coalesce(sum(tonight), 0)) * 100 > {{percent}} * sum(before)
ORDER BY partner_id, currency
"""
_GAINS: Final = """
SELECT partner_tonight AS partner_id, count(*) AS gained, any_value(b.clients) AS book,
    mode(k.partner_before) AS most_from, count(DISTINCT k.partner_before) AS partners
FROM clients_of_both k
LEFT JOIN (SELECT partner_before AS partner_id, count(*) AS clients FROM clients_of_both GROUP BY ALL) b
    ON b.partner_id = k.partner_tonight
WHERE k.partner_before IS NOT NULL AND k.partner_tonight IS NOT NULL AND k.partner_tonight <> k.partner_before
GROUP BY partner_tonight
HAVING gained >= {clients} AND gained * 100 > {percent} * coalesce(book, 0)
ORDER BY partner_id
"""
_ADDRESSES: Final = """
WITH addresses AS (
    SELECT side, partner_id, lower(trim(unnest(string_split(report_emails, ';')))) AS address FROM (
        SELECT 'before' AS side, partner_id, report_emails FROM before_partners
        UNION ALL SELECT 'tonight', partner_id, report_emails FROM tonight_partners)
)
SELECT n.partner_id, n.address, min(o.partner_id) AS partner_before
FROM addresses n JOIN addresses o ON o.side = 'before' AND o.address = n.address AND o.partner_id <> n.partner_id
WHERE n.side = 'tonight' AND n.address <> '' AND NOT EXISTS (
    SELECT 1 FROM addresses own
    WHERE own.side = 'before' AND own.partner_id = n.partner_id AND own.address = n.address)
GROUP BY n.partner_id, n.address ORDER BY n.partner_id, n.address
"""


def single_partners(nights: Nights) -> list[PartnerHold]:
    """Rule 14, single partners: those to hold, ordered by partner; one line per finding.

    Clients, contracts in force and MRR (per currency) that fell by more than half, from so many contracts on; clients
    gained from other partners; an address that is new to the partner and was another one's in the yardstick.
    """
    found = [*_fell(nights), *_mrr_fell(nights), *_gained(nights), *_addresses(nights)]
    return sorted(found, key=lambda hold: (hold.partner_id, hold.finding))


def _limits(nights: Nights) -> dict[str, str]:
    settings = nights.settings
    return {"percent": plain(settings.partner_fall_percent), "contracts": str(settings.partner_fall_from_contracts)}


def _fell(nights: Nights) -> list[PartnerHold]:
    percent, least = nights.settings.partner_fall_percent, nights.settings.partner_fall_from_contracts
    found = []
    for row in nights.rows(_BOOKS.format(**_limits(nights))):
        for what in ("clients", "contracts"):
            before, tonight = int(row[f"{what}_before"]), int(row[f"{what}_tonight"])
            enough = what == "clients" or before >= least
            if enough and above(before - tonight, before, percent):
                name = "clients" if what == "clients" else "contracts in force"
                reason = _fall(name, before, tonight, count(before), count(tonight), percent)
                found.append(PartnerHold(row["partner_id"], f"partner_{what}_fell", reason))
    return found


def _mrr_fell(nights: Nights) -> list[PartnerHold]:
    """A fall that one client alone explains is news about that client (*ours*)."""
    limit = nights.settings.partner_fall_percent

    def too_much(before: Number, tonight: Number) -> bool:
        return (before - tonight) * 100 > limit * before

    found = []
    for row in nights.rows(_MRR.format(**_limits(nights))):
        if one_client_explains(row, too_much):
            continue
        before, tonight, written = row["before"], row["tonight"], amount(row["currency"])
        reason = _fall(f"MRR in {row['currency']}", before, tonight, written(before), written(tonight), limit)
        found.append(PartnerHold(row["partner_id"], "partner_mrr_fell", reason))
    return found


def _fall(what: str, before: Number, tonight: Number, shown: str, shown_tonight: str, limit: Decimal) -> str:
    share = percent_of(before - tonight, before)
    return f"its {what} fell from {shown} to {shown_tonight} (−{share}; the limit is −{plain(limit)} %)"


def _gained(nights: Nights) -> list[PartnerHold]:
    limit = nights.settings.partner_gain_percent
    limits = {"percent": plain(limit), "clients": str(nights.settings.partner_gain_clients)}
    found = []
    for row in nights.rows(_GAINS.format(**limits)):
        book = row["book"] or 0
        share = f"{percent_of(row['gained'], book)} of the {book:,} it had" if book else "it had none"
        others = f" from {row['partners']:,} partners" if row["partners"] > 1 else f" from {row['most_from']}"
        reason = f"it gained {row['gained']:,} clients{others} ({share}; the limit is {plain(limit)} %)"
        found.append(PartnerHold(row["partner_id"], "partner_gained_clients", reason))
    return found


def _addresses(nights: Nights) -> list[PartnerHold]:
    return [
        PartnerHold(
            row["partner_id"],
            "address_of_another_partner",
            f"its report would go to {row['address']}, which was an address of {row['partner_before']} before",
        )
        for row in nights.rows(_ADDRESSES)
    ]
