"""The open questions of a profile: how they are read, answered and said in a run."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from pipeline.ingest import answers_to_open_questions, ingest
from pipeline.ingest.profiles.drafting import write_draft
from pipeline.ingest.profiles.profile import SHIPPED, read_profile
from pipeline.ingest.profiles.questions import DECIDE, edited, questions_of
from pipeline.ingest.profiles.readings import Worth, distance
from pipeline.settings import Settings
from tests.ingest.registers import table, write

DAY = date(2026, 11, 23)
# 2 x 100 a month, and 3 x 1,200 a year: 500 a month if the price is that of one, 200 if it is that of all.
SEATS = table("""
    Contract No | Customer | Start Date | End Date | Price | Billing Frequency | Seats
    1 | Alpha | 2026-02-01 | 2027-01-31 | €100 | Monthly | 2
    2 | Beta | 2026-02-01 | 2027-01-31 | €1200 | Annually | 3
""")


@pytest.fixture
def seats(tmp_path: Path) -> tuple[Path, Path]:
    """The exports and the draft for them."""
    exports = tmp_path / "exports"
    exports.mkdir()
    write_draft([write(exports, "seats.csv", SEATS)], tmp_path / "draft", as_of=DAY)
    return exports, tmp_path / "draft"


def matters(profile: Path) -> list[str]:
    return [question.matter for question in questions_of(read_profile(profile, "draft"))]


def notes(exports: Path, profile: Path) -> list[str]:
    with duckdb.connect() as con:
        return list(ingest(con, exports, settings=Settings(), as_of=DAY, profile=profile).notes)


def test_each_question_says_the_mrr_under_each_reading_and_how_to_take_the_other(seats: tuple[Path, Path]):
    lines = (seats[1] / "views" / "contract.sql").read_text(encoding="utf-8").splitlines()
    place = next(place for place, line in enumerate(lines) if line.startswith(f"{DECIDE}quantity: "))
    assert lines[place].endswith(
        "2 of 2 rows have a quantity other than 1; guessed the price of one. "
        "MRR on 2026-11-23: price of one (guessed) EUR 500.00; price of all EUR 200.00."
    )
    assert lines[place + 1] == "--   If price of all: 1 AS quantity"
    # Most money first: a price of 1,200 a month for three seats is farther off than any other reading.
    assert matters(seats[1])[0] == "term or total"


def test_answers_are_worked_out_for_the_files_and_the_day_of_tonight(seats: tuple[Path, Path]):
    exports, profile = seats
    write(exports, "seats.csv", [*SEATS, ["3", "Gamma", "2026-11-24", "2027-11-23", "€1000", "Monthly", "1"]])

    def quantity(day: date) -> dict[str, Worth | None]:
        [found] = [
            one for one in answers_to_open_questions(exports, profile, as_of=day) if one.question.matter == "quantity"
        ]
        return {"now": found.now, **dict(found.others)}

    assert quantity(DAY) == {"now": Worth(2, {"EUR": Decimal(500)}), "price of all": Worth(2, {"EUR": Decimal(200)})}
    # The third begins the day after.
    assert quantity(date(2026, 11, 24))["now"] == Worth(3, {"EUR": Decimal(1500)})


def test_a_question_that_is_answered_is_deleted_and_then_the_run_says_nothing(seats: tuple[Path, Path]):
    exports, profile = seats
    [warning] = notes(exports, profile)
    assert warning.startswith("warning: 2 questions are open in the profile ")
    assert "that can change money (term or total, quantity): the figures follow guesses; " in warning
    contract = profile / "views" / "contract.sql"
    text = edited(contract.read_text(encoding="utf-8"), ["1 AS quantity"])
    assert text is not None
    lines = [line for line in text.splitlines() if not line.startswith(("-- DECIDE: ", "--   If "))]
    contract.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert matters(profile) == []
    assert answers_to_open_questions(exports, profile, as_of=DAY) == []
    assert notes(exports, profile) == []
    with duckdb.connect() as con:
        ingest(con, exports, settings=Settings(), as_of=DAY, profile=profile)
        assert con.sql("SELECT DISTINCT quantity FROM exports.contract_lines").fetchall() == [(Decimal(1),)]


def test_an_answer_whose_place_is_gone_is_not_worked_out(seats: tuple[Path, Path]):
    exports, profile = seats
    contract = profile / "views" / "contract.sql"
    contract.write_text(
        contract.read_text(encoding="utf-8").replace(" AS quantity,", " AS  quantity,"), encoding="utf-8"
    )
    found = {one.question.matter: one for one in answers_to_open_questions(exports, profile, as_of=DAY)}
    assert found["quantity"].others == (("price of all", None),)
    assert found["quantity"].distance == 0
    assert found["term or total"].distance > 0


def test_the_shipped_profiles_ask_nothing():
    for folder in sorted(SHIPPED.iterdir()):
        assert matters(folder) == [], folder.name


STATEMENT = """-- a comment
SELECT
    -- why
    coalesce(
        "a", "b"
    ) AS contract_id,
    "c" AS hub_id,
    1 AS quantity,
    _source
FROM "register"
"""


@pytest.mark.parametrize(
    ("edit", "old", "new"),
    [
        ('"x" AS contract_id', 'coalesce(\n        "a", "b"\n    ) AS contract_id,', '"x" AS contract_id,'),
        ('"x" AS hub_id', '"c" AS hub_id,', '"x" AS hub_id,'),
        ("2 AS quantity", "1 AS quantity,", "2 AS quantity,"),
        ('WHERE "s" = 1', 'FROM "register"\n', 'FROM "register"\nWHERE "s" = 1\n'),
    ],
)
def test_an_edit_replaces_one_column_or_adds_a_condition(edit: str, old: str, new: str):
    assert edited(STATEMENT, [edit]) == STATEMENT.replace(old, new)


def test_an_edit_of_rows():
    kept = STATEMENT + 'WHERE "a" IS NOT NULL\nQUALIFY row_number() OVER (\n    PARTITION BY "a"\n) = 1\n'
    assert edited(kept, ['WHERE "s" = 1']) == kept.replace("WHERE ", 'WHERE "s" = 1\n    AND ', 1)
    assert edited(kept, ['without WHERE "a" IS NOT NULL']) == kept.replace('"a" IS NOT NULL', "true")
    assert edited(kept, ["without QUALIFY"]) == STATEMENT + 'WHERE "a" IS NOT NULL\n'
    assert edited(kept, ["2 AS no_such_column"]) is None


def test_money_in_words_and_how_far_two_readings_are_apart():
    assert Worth(2, {"EUR": Decimal("1234.5"), "JPY": Decimal(1000)}).in_words == "EUR 1,234.50 + JPY 1,000"
    assert Worth().in_words == "nothing in force"
    one, other = Worth(1, {"EUR": Decimal(5)}), Worth(2, {"EUR": Decimal(3), "USD": Decimal(10)})
    assert distance(one, other) == distance(other, one) == Decimal(12)
