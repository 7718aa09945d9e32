"""What each answer to the open questions of a profile would change, for one day's exports."""

from __future__ import annotations

import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from pipeline.ingest.profiles.mapping import ProfileSandbox
from pipeline.ingest.profiles.profile import Profile, find_profile, read_profile
from pipeline.ingest.profiles.profile_stage import read_raw
from pipeline.ingest.profiles.questions import CONTRACT, OpenQuestion, edited, questions_of
from pipeline.ingest.profiles.readings import Worth, distance


@dataclass(frozen=True, slots=True)
class Answers:
    """An open question with what the contracts are worth as the profile stands (`now`) and under each other reading.

    None where that cannot be worked out, as when the lines that a reading would replace are not there any more.
    """

    question: OpenQuestion
    now: Worth | None
    others: tuple[tuple[str, Worth | None], ...]

    @property
    def distance(self) -> Decimal:
        """How far the reading is off that is farthest from what stands, in MRR."""
        apart = [distance(self.now, other) for _, other in self.others if self.now and other]
        return max(apart, default=Decimal(0))


def answers_to_open_questions(exports: Path, profile: Path, *, as_of: date) -> list[Answers]:
    """The open questions of a profile, most money first, then those that can change money at all.

    Raises what `ingest` raises for exports and profiles that cannot be used.
    """
    folder = find_profile(profile)
    declared = None if folder is None else read_profile(folder, str(profile))
    questions = [] if declared is None else questions_of(declared)
    if declared is None or not questions:
        return []
    with tempfile.TemporaryDirectory(prefix=".tmp-answers-") as name:
        found = _answers(exports, declared, questions, as_of, Path(name).resolve())
    return sorted(found, key=lambda one: (-one.distance, not one.question.changes_money))


def _answers(exports: Path, profile: Profile, questions: list[OpenQuestion], as_of: date, work: Path) -> list[Answers]:
    contract = profile.views.get(Path(CONTRACT).stem, "")
    raw = read_raw(exports, profile, work)
    with closing(ProfileSandbox(profile, raw, work, as_of)) as sandbox:
        now = sandbox.worth(contract, as_of=as_of) if contract else None
        found = []
        for question in questions:
            texts = [(reading.label, edited(contract, reading.edits)) for reading in question.readings]
            others = tuple((label, sandbox.worth(text, as_of=as_of) if text else None) for label, text in texts)
            found.append(Answers(question, now, others))
    return found
