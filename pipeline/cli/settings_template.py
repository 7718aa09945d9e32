"""The commented settings file that `renewals init` writes."""

from __future__ import annotations

from typing import Final

from pipeline import rules

TEMPLATE: Final = f"""\
# Settings of Upcoming Renewals. Looked for in the working folder, then in the home (RENEWALS_HOME).
# Every line below is the default: take the '#' away to change it. 'renewals doctor' checks this file.

# vendor_name = "{rules.VENDOR_NAME}"              # who owns the communication where the partner does not
# time_zone = "{rules.TIME_ZONE}"                  # IANA; "today" is today there
# locale = "{rules.LOCALE}"                      # BCP 47; for partners that state none

# window_days = {rules.WINDOW_DAYS}                 # days ahead, the last one included
# notice_days = {rules.NOTICE_DAYS}                  # calendar days, for contracts without their own notice

# reporting_currency = "{rules.REPORTING_CURRENCY}"         # ISO 4217; converted figures stand beside the native ones
# ecb_rates = false                 # true: European Central Bank reference rates where the export has no rates
# renewal_pricing = "{rules.RENEWAL_PRICING}"           # list, uplift or same
# uplift_percent = {rules.UPLIFT_PERCENT}                # percent, where no list price exists
# renewal_probability = {rules.RENEWAL_PROBABILITY}        # 0 to 1, for the projection where there is no history

# quarantine_limit_percent = {rules.QUARANTINE_LIMIT_PERCENT}      # above this share of a table nothing is published
# row_count_change_percent = 50     # a warning when a table's rows change by more than this from run to run
# mrr_change_percent = 50           # the same for the MRR of a currency
# keep_runs = 30                    # older runs and their reports are deleted

# pdf_engine = "weasyprint"         # or "plutoprint": many times faster, but PDFs without tags for screen readers
# scheduler = ""                    # a Dask scheduler that makes the reports, such as "tcp://host:8786"
# report_seconds = 900              # a report that takes longer fails; the others are made
# report_mebibytes = 4096           # a report whose process needs more memory fails; 5,000 rows need about 2,000

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
# unnamed_columns = 1               # CSV only: cells that every record has behind those that the header names
# odd_bytes = "cp1252"              # CSV only: the encoding of bytes that are not of `encoding`; default: refused
# records = "data"                  # JSON only: where in an object the list of records stands
"""
