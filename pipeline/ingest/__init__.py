"""Files → raw text → (mapped by a profile) → typed tables + quarantine."""

from __future__ import annotations

from pipeline.ingest.report import FileCounts, IngestReport, TableCounts
from pipeline.ingest.stage import ingest

__all__ = ["FileCounts", "IngestReport", "TableCounts", "ingest"]
