"""The commented settings file that `renewals init` writes."""

from __future__ import annotations

from typing import Final

from pipeline import rules

_LATE: Final = rules.LATE_CANCELLATION_RENEWAL_PROBABILITY

TEMPLATE: Final = f"""\
# Settings of Upcoming Renewals. Looked for in the working folder, then in the home (RENEWALS_HOME).
# Every line below is the default: take the '#' away to change it. 'renewals doctor' checks this file.

# vendor_name = "{rules.VENDOR_NAME}"              # who owns the communication where the partner does not
# time_zone = "{rules.TIME_ZONE}"                  # IANA; "today" is today there
# locale = "{rules.LOCALE}"                      # BCP 47; for partners that state none

# window_days = {rules.WINDOW_DAYS}                 # days ahead, the last one included
# notice_days = {rules.NOTICE_DAYS}                  # calendar days, for contracts without their own notice

# reporting_currency = "{rules.REPORTING_CURRENCY}"         # ISO 4217; of the converted figures
# ecb_rates = false                 # true: European Central Bank reference rates where the export has no rates
# renewal_pricing = "{rules.RENEWAL_PRICING}"           # list, uplift or same
# uplift_percent = {rules.UPLIFT_PERCENT}                # percent, where no list price exists
# renewal_probability = {rules.RENEWAL_PROBABILITY}        # 0 to 1, for the projection where there is no history
# late_cancellation_renewal_probability = {_LATE}   # 0 to 1, at the renewal after one cancelled too late

# quarantine_limit_percent = {rules.QUARANTINE_LIMIT_PERCENT}      # above this share of a table nothing is published

# The wrong night: what may change from one night's export to the next before the run is held.
# rolling_grace_days = {rules.ROLLING_GRACE_DAYS}            # around a renewal: a contract may wait for its next term
# stale_after_days = {rules.STALE_AFTER_DAYS}              # days with the same rows; 0 = do not look
# compared_keys_minimum = {rules.COMPARED_KEYS_MINIMUM}        # below this many, only a fall to nothing holds the run
# night_fall_percent = {rules.NIGHT_FALL_PERCENT}           # rows of a table, contracts in force, MRR of a currency
# night_growth_percent = {rules.NIGHT_GROWTH_PERCENT}         # the same, upwards
# kept_keys_percent = {rules.KEPT_KEYS_PERCENT}            # contracts, clients, prices … that must still be there
# key_facts_change_percent = {rules.KEY_FACTS_CHANGE_PERCENT} # contracts' currency, client, term; clients' partner
# column_change_percent = {rules.COLUMN_CHANGE_PERCENT}        # values of any other column
# price_change_percent = {rules.PRICE_CHANGE_PERCENT}         # prices that change by one common factor ...
# price_factor_low = {rules.PRICE_FACTOR_LOW}           # ... below this
# price_factor_high = {rules.PRICE_FACTOR_HIGH}          # ... or above this
# rate_change_factor = {rules.RATE_CHANGE_FACTOR}          # the latest rate of a currency, up or down
# partner_fall_percent = {rules.PARTNER_FALL_PERCENT}         # a single partner's clients, contracts or MRR ...
# partner_fall_from_contracts = {rules.PARTNER_FALL_FROM_CONTRACTS}   # ... when it has at least this many contracts
# partner_gain_clients = {rules.PARTNER_GAIN_CLIENTS}          # a partner that gains so many clients from others ...
# partner_gain_percent = {rules.PARTNER_GAIN_PERCENT}         # ... and more than this of what it had

# keep_runs = 30                    # older runs and their reports are deleted

# pdf_engine = "weasyprint"         # or "plutoprint": many times faster, but PDFs without tags for screen readers
# scheduler = ""                    # a Dask scheduler that makes the reports, such as "tcp://host:8786"
# report_seconds = 900              # a report that takes longer fails; the others are made
# report_mebibytes = 4096           # a report whose process needs more memory fails; 5,000 rows need about 2,000

# What one export file may take; a file beyond it stops the run (exit code 6) before it fills memory or disk.
# unpacked_mebibytes = 4096         # of a gzip file, or of the parts of a workbook
# most_cells = 200000000            # of a workbook, a Parquet or a JSON file
# most_columns = 2000               # of any file
# workbook_mebibytes = 1024         # memory of the process that reads a workbook
# workbook_seconds = 600            # time of that process

# brand_colour = ""                 # accent of reports, such as "#1d4ed8"; darkened where it could not be read
# logo = ""                         # a PNG of at most 64 KiB, beside this file
# cards = false                     # a card per client in the PDF
# These three can be set for one partner too.

# The columns a partner's report shows besides the locked ones ({", ".join(rules.LOCKED_COLUMNS)}):
# [partners."P-01"]
# columns = ["primary_contact_name", "website", "current_mrr", "estimated_new_mrr", "mrr_change"]

# How an export file is written, where it is not as in the contract:
# [exports.clients]
# encoding = "windows-1252"
# delimiter = ";"
# date_format = "%d.%m.%Y"
# decimal_comma = true
# thousands = "."
# sheet = "Clients"                 # XLSX only; default: the first sheet
# header_row = 4                    # CSV and XLSX: the line of the header; default: the first that is not blank
# short_rows = true                 # CSV only: records may end early; default: the last one is half-written then
# columns = ["hub_id", "client_name"]   # CSV and XLSX without a header: the names of all columns, in order
# escape = '\\'                     # CSV only: what stands before a quote inside a cell; default: quotes are doubled
# unnamed_columns = 1               # CSV only: cells that every record has behind those that the header names
# odd_bytes = "cp1252"              # CSV only: the encoding of bytes that are not of `encoding`; default: refused
# records = "data"                  # JSON only: where in an object the list of records stands
"""
