"""The settings file: what it takes, and one clear line for what it does not."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import duckdb
import pytest

from pipeline import rules
from pipeline.errors import SettingsError, UsageError
from pipeline.settings import CONTRACT_TABLES, FileFormat, Settings, parse_file_format, parse_settings, shown_columns
from pipeline.tables.exports import EXPORTS


def test_nothing_said_is_the_default():
    settings = parse_settings({})
    assert settings == Settings()
    assert (settings.window_days, settings.notice_days) == (120, 45)


def test_what_is_said_is_taken_exactly():
    settings = parse_settings(
        {
            "uplift_percent": 3.5,
            "reporting_currency": "EUR",
            "exports": {"clients": {"encoding": "latin-1", "delimiter": ";"}},
            "partners": {"P-01": {"columns": ["website"]}},
        }
    )
    assert settings.uplift_percent == Decimal("3.5")
    assert settings.file_format("clients") == FileFormat(encoding="latin-1", delimiter=";")
    assert settings.file_format("contracts") == FileFormat()
    assert settings.partner_columns("P-01")[-1] == "website"
    assert settings.partner_columns("P-02") == rules.DEFAULT_COLUMNS


def test_settings_survive_the_run_file():
    settings = parse_settings(
        {
            "uplift_percent": "2.25",
            "exports": {"fx_rates": {"decimal_comma": True}},
            "partners": {"p": {"columns": ["hub_id"]}},
        }
    )
    assert Settings.from_json(settings.to_json()) == settings


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"windowdays": 1}, "unknown setting 'windowdays' (did you mean 'window_days'?)"),
        ({"window_days": 0}, "window_days takes a whole number from 1 to 3650, not 0"),
        ({"window_days": True}, "window_days takes a whole number from 1 to 3650, not True"),
        ({"notice_days": "45"}, "notice_days takes a whole number from 0 to 36525, not '45'"),
        ({"reporting_currency": "usd"}, "reporting_currency: 'usd' is not an active ISO 4217 currency"),
        ({"reporting_currency": "XAU"}, "reporting_currency: 'XAU' is not an active ISO 4217 currency"),
        ({"pdf_engine": "word"}, "pdf_engine takes one of weasyprint, plutoprint, not 'word'"),
        (
            {"scheduler": "host"},
            "scheduler takes the address of a Dask scheduler (such as 'tcp://host:8786'), not 'host'",
        ),
        ({"report_seconds": 0}, "report_seconds takes a whole number from 1 to 86400, not 0"),
        ({"renewal_pricing": "free"}, "renewal_pricing takes one of list, uplift, same, not 'free'"),
        (
            {"uplift_percent": 0.00001},
            "uplift_percent takes a number from -100 to 10000 with at most 4 decimals, not 1e-05",
        ),
        (
            {"uplift_percent": "NaN"},
            "uplift_percent takes a number from -100 to 10000 with at most 4 decimals, not 'NaN'",
        ),
        ({"time_zone": "Mars/Base"}, "time_zone: 'Mars/Base' is not an IANA time zone (such as 'America/New_York')"),
        ({"locale": "xx-XX"}, "locale: 'xx-XX' is not a known locale (such as 'en' or 'pt-BR')"),
        ({"vendor_name": " "}, "vendor_name takes a text, not ' '"),
        ({"exports": []}, "exports takes a table, not []"),
        (
            {"exports": {"clients": {"delimeter": ";"}}},
            "unknown setting exports.clients.delimeter (did you mean 'delimiter'?)",
        ),
        ({"exports": {"clients": {"delimiter": ";;"}}}, "exports.clients.delimiter takes one character, not ';;'"),
        ({"exports": {"clients": {"encoding": "utf-9"}}}, "exports.clients.encoding: 'utf-9' is not a known encoding"),
        ({"exports": {"partnrs": {}}}, "unknown setting exports.partnrs (did you mean 'partners'?)"),
        (
            {"exports": {"zzz": {}}},
            f"unknown setting exports.zzz; known: {', '.join(EXPORTS)}",
        ),
        ({"exports": {"clients": {"encoding": "rot13"}}}, "exports.clients.encoding: 'rot13' is not a known encoding"),
        (
            {"exports": {"clients": {"encoding": "base64"}}},
            "exports.clients.encoding: 'base64' is not a known encoding",
        ),
        (
            {"exports": {"clients": {"encoding": "undefined"}}},
            "exports.clients.encoding: 'undefined' is not a known encoding",
        ),
        (
            {"exports": {"clients": {"thousands": "."}}},
            "exports.clients.thousands: '.' is the decimal mark too; set decimal_comma = true or thousands = ''",
        ),
        (
            {"exports": {"clients": {"thousands": ",", "decimal_comma": True}}},
            "exports.clients.thousands: ',' is the decimal mark too; set decimal_comma = false or thousands = ''",
        ),
        (
            {"exports": {"clients": {"thousands": "-"}}},
            "exports.clients.thousands takes what separates groups of digits, not '-'",
        ),
        *(
            (
                {"exports": {"clients": {"date_format": incomplete}}},
                "exports.clients.date_format takes how day, month and year are written, such as '%d.%m.%Y', "
                f"not '{incomplete}'",
            )
            for incomplete in ("", "%d.%m", "%H:%M", "d.m.Y")
        ),
        ({"exports": {"clients": {"decimal_comma": 1}}}, "exports.clients.decimal_comma takes true or false, not 1"),
        (
            {"partners": {"p": {"colums": []}}},
            "unknown setting partners.p.colums (did you mean 'columns'?)",
        ),
        ({"partners": {"p": {"columns": "website"}}}, "partners.p.columns takes a list of column names, not 'website'"),
    ],
)
def test_what_cannot_be_is_one_clear_line(values, message):
    with pytest.raises(SettingsError) as raised:
        parse_settings(values)
    assert str(raised.value) == message
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("date_format", ["%Q", "%d.%m.%Y %Q", "%d.%m.%Y%", "%-Y-%m-%d", "%d%"])
def test_a_date_format_with_an_unknown_part_names_it(date_format):
    with pytest.raises(
        SettingsError, match=r"^exports\.clients\.date_format: .* has the unknown part '%-?[QY]?'; known: "
    ):
        parse_settings({"exports": {"clients": {"date_format": date_format}}})


@pytest.mark.parametrize(
    "part",
    [
        "%d",
        "%-d",
        "%m",
        "%-m",
        "%b",
        "%B",
        "%Y",
        "%y",
        "%-y",
        "%a",
        "%A",
        "%H",
        "%I",
        "%p",
        "%M",
        "%S",
        "%f",
        "%z",
        "%Z",
    ],
)
def test_duckdb_knows_every_part_that_a_date_format_may_have(part):
    with duckdb.connect() as con:
        con.execute("SELECT try_strptime('x', ?)", [part]).fetchall()


def test_the_settings_know_the_tables_of_the_contract():
    assert tuple(EXPORTS) == CONTRACT_TABLES


def test_a_run_made_with_an_export_format_that_is_refused_today_stays_readable():
    yesterday = Settings(exports={"partnrs": FileFormat(thousands=".", date_format="")})
    assert Settings.from_json(yesterday.to_json()) == yesterday


def test_an_unknown_column_of_a_partner_names_the_partner():
    with pytest.raises(SettingsError) as raised:
        parse_settings({"partners": {"P-01": {"columns": ["web_site"]}}})
    assert str(raised.value).startswith("partners.P-01.columns: unknown column 'web_site' (did you mean 'website'?)")


LOCKED = list(rules.LOCKED_COLUMNS)


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ([], LOCKED),
        (LOCKED, LOCKED),
        (["website"], [*LOCKED, "website"]),
        # The order of the added ones is the partner's, that of the locked ones is not.
        (["mrr_change", *reversed(LOCKED), "website"], [*LOCKED, "mrr_change", "website"]),
        # The primary contact stands after the communication owner, as in the article.
        (["website", "primary_contact_name"], [*LOCKED[:2], "primary_contact_name", *LOCKED[2:], "website"]),
    ],
)
def test_the_locked_columns_are_always_shown_first(chosen, shown):
    assert list(shown_columns(chosen)) == shown


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (["nonsense"], "unknown column 'nonsense'"),
        (["website", "website"], "column 'website' appears twice"),
        (["status", "website"], "client_name, communication_owner, contract_type, renewal_deadline cannot be removed"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(chosen, message):
    with pytest.raises(UsageError) as raised:
        shown_columns(chosen)
    assert str(raised.value).startswith(message)


def test_a_table_that_is_declared_alone_names_what_it_knows():
    with pytest.raises(SettingsError) as raised:
        parse_file_format("exports.clients", {"delimeter": ";"})
    assert str(raised.value) == "unknown setting exports.clients.delimeter (did you mean 'delimiter'?)"


@pytest.mark.parametrize(
    "value",
    [10**5000, [[0] * 1000], {"a": {"b": 1}}, "x" * 5000, "{braces} %s {0}\nline"],
    ids=["huge number", "list", "table", "long text", "braces"],
)
@pytest.mark.parametrize(
    "name", ["window_days", "uplift_percent", "locale", "ecb_rates", "exports", "partners", "pdf_engine"]
)
def test_a_long_or_odd_value_is_still_one_short_line(name, value):
    with pytest.raises(SettingsError) as raised:
        parse_settings({name: value})
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400
    assert name in str(raised.value)


def test_the_start_of_the_command_line_loads_no_pydantic():
    code = "import sys, pipeline.cli.terminal, pipeline.settings; print('pydantic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
