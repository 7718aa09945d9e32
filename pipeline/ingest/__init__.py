"""Files → raw text → (mapped by a profile) → typed tables + quarantine."""

from __future__ import annotations

from pipeline.ingest.outcome import FileCounts, IngestReport, TableCounts
from pipeline.ingest.profiles.answers import Answers, answers_to_open_questions
from pipeline.ingest.stage import ingest

__all__ = ["Answers", "FileCounts", "IngestReport", "TableCounts", "answers_to_open_questions", "ingest"]
