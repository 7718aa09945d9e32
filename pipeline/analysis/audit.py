"""Who looked at people's data, when, and at what: one JSON line per look, in a file that is only appended to.

The line is on disk before the data is handed out; a home that cannot take it hands nothing out.
"""

from __future__ import annotations

import json
import os
from datetime import datetime
from typing import Final

from pipeline.errors import UsageError
from pipeline.warehouse.home import Home

FILE: Final = "unmasked.jsonl"


def record_look(home: Home, *, time: datetime, who: str, run_id: str, what: str) -> None:
    """Append `{"time", "who", "run", "what"}` to `unmasked.jsonl` of the home; `time` is in UTC.

    `what`: a table, the text of a query, a change or a partner's report. Raises UsageError when it cannot be written.
    """
    line = json.dumps({"time": f"{time:%Y-%m-%dT%H:%M:%SZ}", "who": who, "run": run_id, "what": what})
    try:
        handle = os.open(home.root / FILE, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            # One write: lines of several processes never mix.
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        raise UsageError(
            f"nothing is unmasked: {home.root / FILE} cannot be written ({error.strerror}), "
            "so the access cannot be recorded"
        ) from None
