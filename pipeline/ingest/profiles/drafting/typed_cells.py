"""Whether a cell of an unknown file was written as text or typed as a number."""

from __future__ import annotations

import json
from mmap import ACCESS_READ, mmap

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.ingest.profiles.drafting.detected_format import Looked


def stands_as_text(looked: Looked, column: str, cell: str) -> bool:
    """Whether a cell is in the file as text that people wrote; a typed number has no separators of thousands."""
    try:
        match looked.suffix:
            case ".json" | ".ndjson":
                with looked.path.open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                    return data.find(json.dumps(cell, ensure_ascii=False).encode()) >= 0
            case ".parquet":
                schema = pq.read_schema(looked.path)
                return column not in schema.names or not _is_number(schema.field(column).type)
            case ".xlsx":
                return cell in looked.texts
    except (OSError, ValueError):
        return True
    return True


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_integer(kind))
