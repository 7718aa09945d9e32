"""The decisions' store: append-only events in SQLite, or in PostgreSQL by URL. The same code serves both.

`engine` opens a database by URL, `migrate` brings its tables up to date, `decision_store` appends and reads,
`events` is what it appends, `run_records` what people decided about whole runs and held partners, `transfer` moves
both between stores and makes backups.
"""

from pipeline.store.decision_store import DecisionStore
from pipeline.store.events import Draft, Event
from pipeline.store.run_records import HeldPartner, RecordDraft, RunRecord, partners_held, run_records
from pipeline.store.transfer import backup, export_lines, import_lines

__all__ = [
    "DecisionStore",
    "Draft",
    "Event",
    "HeldPartner",
    "RecordDraft",
    "RunRecord",
    "backup",
    "export_lines",
    "import_lines",
    "partners_held",
    "run_records",
]
