"""Reads a log with a source, as tests look at it."""

import dataclasses
import importlib
import io
from datetime import UTC, datetime
from typing import Any

from analytics.event import Context, Rejected

CONTEXT = Context(
    feed="feed",
    batch="1",
    origin="origin",
    received=datetime(2026, 12, 1, tzinfo=UTC),
    host="gpu03",
)
Row = dict[str, Any]


def read(source: str, log: str | bytes, **changes: Any) -> tuple[list[Row], list[Rejected]]:
    """Rows with their labels as a dictionary, and rejections; keywords change the context."""
    module = importlib.import_module(f"analytics.sources.{source}")
    raw = log.encode() if isinstance(log, str) else log
    context = dataclasses.replace(CONTEXT, **changes)
    batches = list(module.SOURCE.parse(io.BytesIO(raw), context))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = dict(row["labels"] or ())
    return rows, [rejected for batch in batches for rejected in batch.rejected]
