"""Odd registers, drafted and run as they are: the right figure, or a question that names the matter.

`FIELD` are the cases from the field (skipped where they are missing); `SIBLINGS` are the same kinds in other dress.
"""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from pipeline.ingest.profiles.drafting import write_draft
from pipeline.ingest.profiles.questions import DECIDE, EFFECT
from pipeline.profile_check import ProfileCheck, check_profile
from pipeline.settings import Settings
from tests.conftest import CASES
from tests.ingest.registers import table, write

DAY = "2026-11-23"


def asked(profile: Path) -> dict[str, str]:
    """The questions of a draft by matter."""
    lines = (profile / "views" / "contract.sql").read_text(encoding="utf-8").splitlines()
    questions = [line.removeprefix(DECIDE) for line in lines if line.startswith(DECIDE)]
    return {line.partition(":")[0]: line for line in questions}


def mrr(checked: ProfileCheck) -> dict[str, str]:
    """MRR per currency that has any."""
    return {row["currency"]: row["mrr"] for row in checked.figures if row["mrr"] != "0.00"}


def drafted(tmp_path: Path, path: Path, day: str) -> tuple[ProfileCheck, dict[str, str]]:
    write_draft([path], tmp_path / "draft", as_of=date.fromisoformat(day))
    on = date.fromisoformat(day)
    checked = check_profile(path.parent, tmp_path / "draft", settings=Settings(), as_of=on, questions=False)
    assert all(file.adds_up for file in checked.ingested.files)
    return checked, asked(tmp_path / "draft")


FIELD = [
    # folder, day, MRR, the matter that must be asked besides (None: nothing about money must be, but the currency).
    ("date-offset", DAY, {"EUR": "1500.00"}, None),
    ("header-shorter-than-rows", DAY, {"EUR": "5000.00"}, None),
    ("header-in-the-middle", "2024-06-01", {"USD": "200.00"}, "header row or lines above"),
    ("mixed-encoding", DAY, {"EUR": "1000.00"}, "encoding"),
    ("thousands-point", DAY, {"EUR": "4205.00"}, "thousands or decimal"),
    (
        "currency-signs", DAY,
        {"CNY": "1000.00", "GBP": "1000.00", "NGN": "100000.00", "PHP": "10000.00", "TWD": "10000.00"}, None,
    ),
    ("currency-in-header", "2024-06-01", {"GBP": "300.00"}, None),
    ("dash-for-cents", DAY, {"EUR": "4305.04"}, None),
    ("notice-in-months", DAY, {"EUR": "1000.00"}, None),
    ("repeated-contract-number", "2014-10-01", {"USD": "750.00"}, "contract number"),
    ("repeated-contract-number", "2015-05-22", {"USD": "750.00"}, "contract number"),
    ("total-over-growing-term", "2027-06-01", {"USD": "600.00"}, "term or total"),
    ("no-end-left-out", "2024-06-01", {"USD": "20500.00"}, "no end"),
    ("open-end-9999", "2015-06-01", {"USD": "500.00"}, "no end"),
    ("discount-fraction", "2024-06-01", {"USD": "265.00"}, "percent or discount"),
    ("price-times-qty", "2024-06-01", {"USD": "600.00"}, "quantity"),
    ("yes-no-partner", "2024-06-01", {"USD": "500.00"}, None),
    ("blank-email-stops-run", "2024-06-01", {"USD": "500.00"}, None),
    ("renewed-called-not-renewed", "2024-06-01", {"USD": "100.00"}, None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "day", "expected", "matter"), FIELD)
def test_cases_from_the_field(tmp_path: Path, name: str, day: str, expected: dict[str, str], matter: str | None):
    if not (CASES / "field" / name).is_dir():
        pytest.skip("the cases from the field are not there")
    source = tmp_path / "exports"
    source.mkdir()
    [path] = [Path(shutil.copy(one, source / one.name)) for one in (CASES / "field" / name).iterdir()]
    checked, questions = drafted(tmp_path, path, day)
    assert mrr(checked) == expected
    if matter is not None:
        assert matter in questions
    if name != "header-shorter-than-rows":
        assert checked.stopped == []
    else:
        # TBC is not a price: that row is refused with its line, the others are read.
        [refused] = checked.quarantine
        assert (refused["reasons"], refused["examples"][0]["line"]) == (["not_a_number:unit_price"], 2)


def register(
    *rows: str, header: str = "Contract No | Supplier | Start Date | End Date | Annual Value"
) -> list[list[str]]:
    return table("\n".join([header, *rows]))


ONE_YEAR = "2026-02-01 | 2027-01-31"
GERMAN = "Vertragsnummer | Kunde | Beginn | Ende | Jahresbetrag"
FRENCH = "N° contrat | Fournisseur | Date de début | Date de fin | Montant annuel"
SPANISH = "Nº contrato | Proveedor | Fecha de inicio | Fecha fin | Importe anual"
PORTUGUESE = "Nº contrato | Fornecedor | Data de início | Data de fim | Valor anual"

SIBLINGS = {
    # A date with a time or an offset is the day as written.
    "offset west, German format": (
        "r.txt", register("V-1 | Alpha | 01.02.2026 00:00 | 31.01.2027 23:59 | 1200 €", header=GERMAN), DAY,
        {"EUR": "100.00"}, None,
    ),
    "offset with fractions": (
        "r.json",
        register("1 | A | 2026-02-01T23:30:00.000-08:00 | 2027-01-31T00:00:00.000+13:00 | €1200"), DAY,
        {"EUR": "100.00"}, None,
    ),
    "starts tomorrow in one zone and today as written": (
        "r.tsv", register("1 | A | 2026-11-23T23:59:59-11:00 | 2027-11-22T00:00:00Z | €1200"), DAY,
        {"EUR": "100.00"}, None,
    ),
    # Points and commas that can be thousands or decimals.
    "French thousands points": (
        "r.txt", register(f"1 | A | {ONE_YEAR} | 12.000", f"2 | B | {ONE_YEAR} | 600", header=FRENCH), DAY,
        {"EUR": "1050.00"}, "thousands or decimal",
    ),
    "Spanish thousands points in a workbook as text": (
        "r.xlsx", register(f"1 | A | {ONE_YEAR} | 2.400 €", f"2 | B | {ONE_YEAR} | 36.000 €", header=SPANISH), DAY,
        {"EUR": "3200.00"}, "thousands or decimal",
    ),
    "German commas that part thousands or are decimal marks": (
        "r.txt", register(f"1 | A | {ONE_YEAR} | 12,000", f"2 | B | {ONE_YEAR} | 24,000", header=GERMAN), DAY,
        {"EUR": "3000.00"}, "thousands or decimal",
    ),
    "English commas part thousands": ("r.csv", register(f"1 | A | {ONE_YEAR} | £12,000"), DAY, {"GBP": "1000.00"},
    None),
    "one number tells": (
        "r.txt", register(f"1 | A | {ONE_YEAR} | 12.000 €", f"2 | B | {ONE_YEAR} | 1.200,60 €", header=GERMAN), DAY,
        {"EUR": "1100.05"}, None,
    ),
    "a number of JSON is one": (
        "r.json", [["id", "supplier", "start date", "end date", "annual value eur"], [1, "A", "2026-02-01",
        "2027-01-31", 1200.125]],
        DAY, {"EUR": "100.01"}, None,
    ),
    # Signs and codes of currencies.
    "signs behind the number": (
        "r.txt", register(f"1 | A | {ONE_YEAR} | 12 000 Kč", f"2 | B | {ONE_YEAR} | 1 200,60 zł", header=FRENCH), DAY,
        {"CZK": "1000.00", "PLN": "100.05"}, None,
    ),
    "a sign of several currencies": (
        "r.csv", register(f"1 | A | {ONE_YEAR} | kr 1200"), DAY, {"SEK": "100.00"}, "currency",
    ),
    "dollars of somewhere": ("r.csv", register(f"1 | A | {ONE_YEAR} | $1200"), DAY, {"USD": "100.00"}, "currency"),
    "a sign nobody knows does not become the default": (
        "r.json", register(f"1 | A | {ONE_YEAR} | XB$1200", f"2 | B | {ONE_YEAR} | €2400"), DAY, {"EUR": "200.00"},
        "currency",
    ),
    "a column of currencies with gaps": (
        "r.csv", table(f"""Contract No | Supplier | Start Date | End Date | Annual Value | Currency
            1 | A | {ONE_YEAR} | 1200 | GBP
            2 | B | {ONE_YEAR} | 1200 | """), DAY, {"GBP": "200.00"}, "currency",
    ),
    # Currencies in headers.
    "header with a code in small letters": (
        "r.json", register(f"1 | A | {ONE_YEAR} | 1200",
        header="id | supplier | start_date | end_date | annual_value_eur"), DAY,
        {"EUR": "100.00"}, None,
    ),
    "header with a sign and letters": (
        "r.csv", register(f"1 | A | {ONE_YEAR} | 1200", header="No | Supplier | Start | End | Annual value in US$"),
        DAY,
        {"USD": "100.00"}, None,
    ),
    "header with a code in brackets": (
        "r.txt", register(f"1 | A | {ONE_YEAR} | 1'200.–",
        header="Vertragsnummer | Kunde | Beginn | Ende | Jahresbetrag (CHF)"),
        DAY, {"CHF": "100.00"}, None,
    ),
    "header that counts thousands": (
        "r.xlsx", register(f"1 | A | {ONE_YEAR} | 12", header="No | Lieferant | Beginn | Ende | Jahreskosten in T€"),
        DAY,
        {"EUR": "1000.00"}, "scale",
    ),
    # Dashes for cents.
    "two hyphens": ("r.txt", register(f"1 | A | {ONE_YEAR} | 12.000,-- €", header=GERMAN), DAY, {"EUR": "1000.00"},
    None),
    "Swiss dash": ("r.csv", register(f"1 | A | {ONE_YEAR} | CHF 1’200.–", header=GERMAN), DAY, {"CHF": "100.00"}, None),
    "Swedish dash": ("r.xlsx", register(f"1 | A | {ONE_YEAR} | 1200:- EUR"), DAY, {"EUR": "100.00"}, None),
    # A number that is in several rows.
    "a frame contract of two suppliers": (
        "r.txt", register(f"F-1 | A | {ONE_YEAR} | 1200 €", f"F-1 | B | {ONE_YEAR} | 2400 €", header=GERMAN), DAY,
        {"EUR": "300.00"}, "contract number",
    ),
    "a number for each term": (
        "r.json", register("1 | A | 2025-02-01 | 2026-01-31 | €1200", "1 | A | 2026-02-01 | 2027-01-31 | €2400"), DAY,
        {"EUR": "200.00"}, "contract number",
    ),
    "a number in two currencies": (
        "r.xlsx", table(f"""Contract No | Supplier | Start Date | End Date | Annual Value | Currency
            1 | A | {ONE_YEAR} | 1200 | GBP
            1 | A | {ONE_YEAR} | 2400 | EUR"""), DAY, {"EUR": "200.00", "GBP": "100.00"}, "contract number",
    ),
    # Totals over terms.
    "a total whose contracts go on": (
        "r.txt", register("1 | A | 01.02.2019 | unbefristet | 1.200,00 €",
        "2 | B | 01.03.2026 | 28.02.2027 | 1.200,00 €",
                          header="Vertragsnummer | Kunde | Beginn | Ende | Vertragswert"), DAY,
        {"EUR": "200.00"}, "term or total",
    ),
    "a total over three years": (
        "r.csv", register("1 | A | 2026-01-01 | 2028-12-31 | €3600",
        header="No | Supplier | Start | End | Contract value"), DAY,
        {"EUR": "100.00"}, "term or total",
    ),
    "a total and a term in months": (
        "r.xlsx", table("""Contrato | Proveedor | Fecha inicio | Plazo | Valor total
            1 | A | 2026-01-01 | 24 meses | 2400 €"""), DAY, {"EUR": "100.00"}, None,
    ),
    # No end.
    "unbefristet": (
        "r.txt", register("1 | A | 01.02.2020 | unbefristet | 1200 €", "2 | B | 01.02.2026 | 31.01.2027 | 2400 €",
        header=GERMAN), DAY,
        {"EUR": "300.00"}, "no end",
    ),
    "sin fecha fin": (
        "r.csv", register("1 | A | 01/02/2020 | sin fecha fin | 1200 €", "2 | B | 13/02/2026 | 12/02/2027 | 2400 €",
        header=SPANISH), DAY,
        {"EUR": "300.00"}, "no end",
    ),
    "until cancelled": (
        "r.json", register("1 | A | 2020-02-01 | until cancelled | €1200", f"2 | B | {ONE_YEAR} | €2400"), DAY,
        {"EUR": "300.00"}, "no end",
    ),
    "9999 with a time": (
        "r.tsv", register("1 | A | 2020-02-01 00:00:00 | 9999-12-31 00:00:00 | €1200",
        "2 | B | 2026-02-01 00:00:00 | 2027-01-31 00:00:00 | €2400"), DAY,
        {"EUR": "300.00"}, "no end",
    ),
    "9999 in Portuguese": (
        "r.txt", register("1 | A | 01/02/2020 | 31/12/9999 | 1.200,00 €",
        "2 | B | 13/02/2026 | 12/02/2027 | 2.400,00 €", header=PORTUGUESE), DAY,
        {"EUR": "300.00"}, "no end",
    ),
    "some ends are missing": (
        "r.xlsx", register(f"1 | A | {ONE_YEAR} | €1200", f"2 | B | {ONE_YEAR} | €1200",
        "3 | C | 2019-05-01 |  | €2400"), DAY,
        {"EUR": "400.00"}, "no end",
    ),
    # Shares and percent.
    "shares in German": (
        "r.txt", table("""Vertragsnummer | Kunde | Beginn | Ende | Monatlicher Betrag | Rabatt
            1 | A | 01.02.2026 | 31.01.2027 | 100,00 € | 0,25
            2 | B | 01.02.2026 | 31.01.2027 | 100,00 € | 0"""), DAY, {"EUR": "175.00"}, "percent or discount",
    ),
    "percent with a sign": (
        "r.csv", table(f"""Contract No | Supplier | Start Date | End Date | Monthly fee | Discount
            1 | A | {ONE_YEAR} | €100 | 25%
            2 | B | {ONE_YEAR} | €100 | 0%"""), DAY, {"EUR": "175.00"}, None,
    ),
    "amounts or percent": (
        "r.json", table(f"""Contract No | Supplier | Start Date | End Date | Monthly fee | Discount
            1 | A | {ONE_YEAR} | €100 | 25
            2 | B | {ONE_YEAR} | €100 | 0"""), DAY, {"EUR": "175.00"}, "percent or discount",
    ),
    "amounts of money": (
        "r.xlsx", table(f"""Contract No | Supplier | Start Date | End Date | Monthly fee | Discount amount
            1 | A | {ONE_YEAR} | €1000 | 250"""), DAY, {"EUR": "1000.00"}, "percent or discount",
    ),
    # Quantities beside prices.
    "Preis und Menge": (
        "r.txt", table("""Vertragsnummer | Kunde | Beginn | Ende | Preis | Zahlungsweise | Menge
            1 | A | 01.02.2026 | 31.01.2027 | 10,00 € | monatlich | 5
            2 | B | 01.02.2026 | 31.01.2027 | 120,00 € | jährlich | 1"""), DAY, {"EUR": "60.00"}, "quantity",
    ),
    "seats beside an annual value": (
        "r.csv", register(f"1 | A | {ONE_YEAR} | €1200 | 10",
        header="No | Supplier | Start | End | Annual value | Seats"), DAY,
        {"EUR": "100.00"}, "quantity",
    ),
    "price times quantity is the total beside it": (
        "r.json", table(f"""No | Supplier | Start | End | Price | Billing Frequency | Qty | Total
            1 | A | {ONE_YEAR} | 10 EUR | Monthly | 5 | 50 EUR
            2 | B | {ONE_YEAR} | 20 EUR | Monthly | 2 | 40 EUR"""), DAY, {"EUR": "90.00"}, "term or total",
    ),
    # A column of yes and no names no partner.
    "Ja und Nein": (
        "r.txt", table("""Kundennummer | Partner | Beginn | Ende | Jahresbetrag
            1 | Ja | 01.02.2026 | 31.01.2027 | 1200 €
            2 | Nein | 01.02.2026 | 31.01.2027 | 1200 €"""), DAY, {"EUR": "200.00"}, "contract number",
    ),
    "oui et non": (
        "r.json", table(f"""id | client | partenaire revendeur | début | fin | montant annuel
            1 | A | oui | {ONE_YEAR} | 1200 €
            2 | B | non | {ONE_YEAR} | 1200 €"""), DAY, {"EUR": "200.00"}, None,
    ),
    "a cross or nothing": (
        "r.xlsx", table(f"""Contract No | Customer | Reseller | Start Date | End Date | Annual Value
            1 | A | x | {ONE_YEAR} | €1200
            2 | B |  | {ONE_YEAR} | €1200"""), DAY, {"EUR": "200.00"}, None,
    ),
    # Blanks are nothing.
    "blank addresses in German": (
        "r.txt", [["Vertragsnummer", "Kunde", "Beginn", "Ende", "Jahresbetrag", "Ansprechpartner", "E-Mail"],
                  ["1", "A", "01.02.2026", "31.01.2027", "1200 €", "  ", "   "],
                  ["2", "B", "01.02.2026", "31.01.2027", "1200 €", "Ann", "ann@b.example"]], DAY, {"EUR": "200.00"},
                  None,
    ),
    "blank ends and blank numbers": (
        "r.json", [["contract no", "supplier", "start date", "end date", "annual value"],
                   ["1", "A", "2020-02-01", "  ", "€1200"], ["  ", "Sum", " ", " ", "€1200"]], DAY,
                   {"EUR": "100.00"}, "no end",
    ),
    "a blank notice": (
        "r.xlsx", [["Contract No", "Supplier", "Start Date", "End Date", "Annual Value", "Notice period"],
                   ["1", "A", "2026-02-01", "2027-01-31", "€1200", " "],
                   ["2", "B", "2026-02-01", "2027-01-31", "€1200", "3 months"]], DAY, {"EUR": "200.00"}, None,
    ),
    # Last day or renewal day.
    "ends of both kinds": (
        "r.csv", register("1 | A | 2026-02-01 | 2027-01-31 | €1200", "2 | B | 2026-02-01 | 2027-02-01 | €1200"), DAY,
        {"EUR": "200.00"}, "last day or renewal day",
    ),
    # Statuses of what never became a contract.
    "a lost deal": (
        "r.csv", table("""Opportunity Name | Account Name | Stage | Amount | Contract Start Date | Term (Months)
            O1 | Acme | Closed Won | $1.2K | 2026-02-01 | 12
            O2 | Blue | Closed Lost | $2.4K | 2026-02-01 | 12"""), DAY, {"USD": "100.00"}, "status",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SIBLINGS)
def test_siblings(tmp_path: Path, name: str):
    file, rows, day, expected, matter = SIBLINGS[name]
    source = tmp_path / "exports"
    source.mkdir()
    checked, questions = drafted(tmp_path, write(source, file, rows), day)
    assert mrr(checked) == expected
    about_money = {"thousands or decimal", "currency", "percent or discount", "contract number", "no end", "quantity"}
    if matter is None:
        assert not about_money & set(questions), "asks although nothing is unclear"
    else:
        assert matter in questions
        assert EFFECT in questions[matter], "says what the MRR is, under each reading where there are several"
    assert all(len(line) <= 1_000 for line in questions.values())
