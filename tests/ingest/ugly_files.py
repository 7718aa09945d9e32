"""Invented exports of ugly shapes, to be mapped from scratch."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import xlsxwriter

GERMAN = """Vertragsübersicht;;;;;;;
Stand: 23.11.2026;;;;;;;
;;;;;;;
Vertragsnummer;Kunde;Kundennummer;Vertragsbeginn;Vertragsende;Monatlicher Betrag;Zahlungsweise;Vermittler
V-1;Müller & Söhne GmbH;10001;01.01.2026;31.12.2026;1.234,50 €;monatlich;Agentur Süd
V-2;Bäckerei Weiß;10002;15.03.2025;14.03.2027;99,90 €;vierteljährlich;
V-3;"Schmidt; Partner";10003;31.02.2026;30.01.2027;500,00 €;jährlich;Agentur Nord
V-4;Müller & Söhne GmbH;10001;01.06.2026;31.05.2027;1.000,00 €;halbjährlich;Agentur Süd
V-5;Größe AG;10004;01.02.2026;31.01.2027;20,00 €;monatlich;Agentur Nord
Summe;;;;;2.854,40 €;;
"""

SUBSCRIPTIONS = {
    "object": "list",
    "has_more": False,
    "data": [
        {
            "id": "sub_1",
            "status": "active",
            "currency": "usd",
            "current_period_start": 1767225600,
            "current_period_end": 1798761600,
            "customer": {"id": "cus_1", "name": "Acme", "email": "ops@acme.example"},
            "items": [
                {"id": "si_1", "product": "Hub", "quantity": 2, "unit_amount": "49.00", "interval": "year"},
                {"id": "si_2", "product": "Seats", "quantity": 1, "unit_amount": "10.5", "interval": "month"},
            ],
        },
        {
            "id": "sub_2",
            "status": "active",
            "currency": "eur",
            "current_period_start": 1793491200,
            "current_period_end": 1796083200,
            "customer": {"id": "cus_2", "name": "Blue"},
            "items": [{"id": "si_3", "product": "Hub", "quantity": 1, "unit_amount": "5", "interval": "month"}],
        },
    ],
}

_SHEET = [
    ("Acme Works", "T-1", "Roads", date(2026, 1, 1), date(2026, 12, 31), 24000),
    (None, "T-2", "Bridges", date(2025, 7, 1), date(2027, 6, 30), 100000.5),
    ("Blue Water", "T-3", "Pipes", date(2026, 4, 1), "ongoing", 5000),
    (None, "T-4", "Pumps", date(2026, 10, 1), date(2026, 12, 31), 3000),
    (None, "T-5", "Meters", date(2026, 5, 1), date(2026, 4, 1), 100),
]


def german_csv(folder: Path) -> Path:
    """Titles above the header, semicolons, Windows encoding, decimal commas, a sum at the end, 31 February."""
    path = folder / "vertraege.csv"
    path.write_bytes(GERMAN.replace("\n", "\r\n").encode("cp1252"))
    return path


def workbook(folder: Path) -> Path:
    """A sheet with titles above the header and suppliers in merged cells; the second sheet of two."""
    path = folder / "register.xlsx"
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        book.add_worksheet("Notes").write("A1", "See the next sheet")
        sheet = book.add_worksheet("Contracts")
        sheet.merge_range("A1:F1", "Contract register of the town")
        sheet.write("A2", "as of")
        sheet.write_row("A4", ["Supplier", "Contract ref", "Title", "Start", "End", "Total contract value (USD)"])
        for row, cells in enumerate(_SHEET, start=4):
            for column, cell in enumerate(cells):
                if isinstance(cell, date):
                    sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
                elif cell is not None:
                    sheet.write(row, column, cell)
        sheet.merge_range("A5:A6", "Acme Works")
        sheet.merge_range("A7:A9", "Blue Water")
    return path


def nested_json(folder: Path) -> Path:
    """Subscriptions in an object's list, with a nested customer, lists of items, Unix times."""
    path = folder / "subscriptions.json"
    path.write_text(json.dumps(SUBSCRIPTIONS, indent=2), encoding="utf-8")
    return path
