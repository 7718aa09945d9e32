"""Every number and list that the business decided: value, unit, since when, who may change it.

Source of the rules: the knowledge-base article "Manage upcoming client renewals" (2018), whose English text is
the official one; *ours* marks a decision the article is silent about. `docs/rules.md` has the text of every rule, by
its number and with its cases. A value marked *setting* can be changed per vendor in `renewals.toml`; everything else
only here, by the product's engineers, with a line in CHANGELOG.md.
"""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Final

WINDOW_DAYS: Final = 120
"""Rule 2. Days ahead, inclusive, in which a change is upcoming. Since 2018, the article. *setting* (vendor)."""

NOTICE_DAYS: Final = 45
"""Rule 3. Calendar days before the effective date on which the terms can last be altered, when the contract has no
notice of its own. Since 2018, the article. *setting* (vendor)."""

REPORTING_CURRENCY: Final = "USD"
"""Rule 11. Currency of converted amounts. *ours*. *setting* (vendor's finance)."""

OLDEST_REFERENCE_RATE_DAYS: Final = 31
"""Rule 11. Days before `as_of` after which a shipped reference rate says nothing any more about the day. *ours*."""

RENEWAL_PRICINGS: Final = ("list", "uplift", "same")
RENEWAL_PRICING: Final = "list"
"""Rule 10. How a renewal is priced: price list, today's price plus uplift, or today's price. *ours*. *setting*."""

UPLIFT_PERCENT: Final = Decimal(0)
"""Rule 10. Percent added to today's price at renewal where no list price exists. *ours*. *setting* (vendor)."""

RENEWAL_PROBABILITY: Final = Decimal("0.90")
"""Rule 12. Share of pending renewals expected to renew where there is no history. *ours*. *setting* (finance)."""

SEGMENT_SHARE_PERCENT: Final = 95
"""Rule 12. Percent of the known renewals whose term must be known for segments to have rates of their own. *ours*."""

LATE_CANCELLATION_RENEWAL_PROBABILITY: Final = Decimal(0)
"""Rule 12. Share of contracts with a late cancellation that still renew after the term it could not stop. *ours*.
*setting* (finance)."""

PROJECTION_MONTHS: Final = 12
"""Rule 12. Months the projection covers, the first one from `as_of` to its end. *ours*. *setting* (finance)."""

SCENARIOS: Final = ("contracted", "expected", "full")
"""Rule 12. What a projection assumes of changes nobody has agreed to: they end, may happen, all happen."""

FINDINGS: Final = ("expired_not_rolled", "possible_successor", "missing_from_export")
"""Rule 12. What finance must look at among the contracts. The last one is *ours*."""

INTERVAL_PERCENT: Final = 90
"""Rule 12. Share of outcomes that the interval on `expected` is meant to cover. *ours*."""

QUARANTINE_LIMIT_PERCENT: Final = Decimal(5)
"""Data contract. Percent of a table's rows that may be quarantined for their own reasons. *ours*. *setting*."""

HELD_RUN_DAYS: Final = 7
"""Rule 14. Days for which a held run is kept to be compared and accepted; after that it is removed. *ours*."""

MONTHS_KEPT: Final = 24
"""Rule 14. Months, that of the newest run included, whose last run is kept besides the last `keep_runs`. *ours*."""

ROLLING_GRACE_DAYS: Final = 3
"""Rules 12 and 14. Days around its renewal in which a contract may still wait for its next term. *ours*. *setting*."""

STALE_AFTER_DAYS: Final = 8
"""Rule 14. Days of `as_of` after which the same rows are a stale export; 0 = never. *ours*. *setting* (vendor)."""

COMPARED_KEYS_MINIMUM: Final = 20
"""Rule 14. Keys the yardstick must have before a percentage says anything. *ours*. *setting* (vendor)."""

NIGHT_FALL_PERCENT: Final = Decimal(30)
NIGHT_GROWTH_PERCENT: Final = Decimal(50)
"""Rule 14. Percent by which rows, contracts in force and MRR may fall and grow in a night. *ours*. *setting*."""

KEPT_KEYS_PERCENT: Final = Decimal(70)
"""Rule 14. Percent of the yardstick's keys that must still be there. *ours*. *setting* (vendor)."""

KEY_FACTS_CHANGE_PERCENT: Final = Decimal(10)
"""Rule 14. Percent of contracts that may change currency, client or term dates, and of clients that may change partner,
in a night. *ours*. *setting* (vendor)."""

COLUMN_CHANGE_PERCENT: Final = Decimal(50)
"""Rule 14. Percent of the values of any other column that may change in a night. *ours*. *setting* (vendor)."""

PRICE_CHANGE_PERCENT: Final = Decimal(30)
"""Rule 14. Percent of the prices that may change by one common factor outside the two below. *ours*. *setting*."""

PRICE_FACTOR_LOW: Final = Decimal("0.80")
PRICE_FACTOR_HIGH: Final = Decimal("1.25")
"""Rule 14. Factors, inclusive, by which a vendor may change its prices in one night. *ours*. *setting* (vendor)."""

RATE_CHANGE_FACTOR: Final = Decimal("1.5")
"""Rule 14. Factor by which the latest rate of a currency may move, up or down. *ours*. *setting* (finance)."""

PARTNER_FALL_PERCENT: Final = Decimal(50)
PARTNER_FALL_FROM_CONTRACTS: Final = 5
"""Rule 14. Percent by which a partner with that many contracts may shrink in a night. *ours*. *setting* (vendor)."""

PARTNER_GAIN_CLIENTS: Final = 3
PARTNER_GAIN_PERCENT: Final = Decimal(10)
"""Rule 14. A partner that gains that many clients, and more than that percent of its book, from other partners is
held. *ours*. *setting* (vendor)."""

MEASUREMENTS: Final = ("last_active_on", "last_used_on", "active_users", "contacts_used", "emails_sent", "rate")
"""Rule 14. Columns whose values are new every night, so that a change of them says nothing. *ours*."""

REMINDER_LADDER_DAYS: Final = (15, 5, 0)
"""Rule 13. Days before the deadline on which a Pending change is reminded of. *ours*. *setting* (vendor)."""

DEADLINE_SOON_DAYS: Final = 14
"""Key figure "deadlines in the next 14 days": days ahead, inclusive, today included. *ours*."""

VENDOR_NAME: Final = "HubSpot"
"""Rule 5. Name of the vendor where it owns the communication. The article. *setting* (vendor)."""

TIME_ZONE: Final = "UTC"
"""The vendor's time zone, in which "today" is read off the clock. *ours*. *setting* (vendor)."""

LOCALE: Final = "en"
"""Locale of a partner that states none. *ours*. *setting* (vendor)."""

BILLING_MONTHS: Final = {"monthly": 1, "quarterly": 3, "semiannual": 6, "annual": 12}
"""Rule 9. Months in one billing period; `other` has the contract's own `billing_interval_months`. The article."""

BILLING_FREQUENCIES: Final = (*BILLING_MONTHS, "other")

CONTRACT_TYPES: Final = ("contact_tier_upgrade", "email_overage", "renewal")
"""Rule 1, in the order in which changes of one day are taken (rule 10)."""

STATUSES: Final = ("pending", "renewed", "confirmed", "cancellation_requested")
"""Rule 4."""

STATUS_BASES: Final = {
    "pending": ("awaiting", "lapsing"),
    "renewed": ("agreed", "auto_renewed"),
    "confirmed": ("agreed",),
    "cancellation_requested": ("requested", "requested_late"),
}
"""Rule 4. What each status can rest on."""

ESTIMATE_BASES: Final = ("cancelled", "quote", "price_book", "uplift", "same", "unpriced")
"""Rule 10. What an estimate rests on."""

EARLIEST_DATE: Final = "1900-01-01"
"""*ours*. A date before this day is a typing error (year 0201), not a contract's date: its row is quarantined."""

LONGEST_PERIOD_MONTHS: Final = 1200
LONGEST_NOTICE_DAYS: Final = 36525
LONGEST_NOTICE_MONTHS: Final = 24
"""*ours*. A term, a billing interval or a notice in days of over a hundred years is a typing error: quarantined.
So is a notice in months of over two years (data contract)."""

_COUNTRIES: Final = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY "
    "BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK "
    "FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR "
    "IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK "
    "ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF "
    "TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW"
)
COUNTRIES: Final = tuple(_COUNTRIES.split())
"""Data contract. The 249 codes of ISO 3166-1 alpha-2 (since 2011)."""

REPORT_SCHEDULE_PATTERN: Final = "off|on_change|weekly:(mon|tue|wed|thu|fri|sat|sun)|monthly:([1-9]|1[0-9]|2[0-8])"
"""Data contract. When a partner's report is due, as a regular expression. *ours*."""

LOCKED_COLUMNS: Final = ("client_name", "communication_owner", "contract_type", "status", "renewal_deadline")
"""Rule 8. Always shown, in this order. The article."""

DEFAULT_COLUMNS: Final = (
    "client_name",
    "communication_owner",
    "primary_contact_name",
    "contract_type",
    "status",
    "renewal_deadline",
)
"""Rule 8. Shown when the partner has chosen nothing. The article."""

ADDABLE_COLUMNS: Final = (
    "primary_contact_name",
    "website",
    "hub_id",
    "renewal_start_date",
    "contact_max",
    "email_limit",
    "billing_frequency",
    "subscription_term_months",
    "current_mrr",
    "estimated_new_mrr",
    "mrr_change",
    "days_to_deadline",
    "currency",
    "products",
    "last_active_user",
    "communication_owner_basis",
    "status_basis",
    "new_contact_max",
    "new_email_limit",
)
"""Rule 8. What a partner can add to the locked columns."""


@cache
def minor_units() -> dict[str, int]:
    """Decimals of each active currency that has a minor unit: {"USD": 2, "JPY": 0, "KWD": 3, …}.

    Source: ISO 4217 list one, as shipped in the package `iso4217`. Metals, test codes and the like have no minor
    unit and are not currencies of a contract.
    """
    from iso4217 import Currency

    return {c.code: c.exponent for c in Currency if c.exponent is not None}
