"""Bodies as shippers send them, and what is read out of them."""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from analytics import pipeline
from analytics.event import Context, Rejected
from analytics.protocols.protocol import Protocol, Told
from tests.analytics.sources.reading import CONTEXT, Row


def about(context: Context, told: Told) -> Context:
    """The context with what was told of a record."""
    return replace(context, host=told.host or context.host, user=told.user or context.user)


def carried(
    protocol: Protocol,
    body: bytes,
    context: Context = CONTEXT,
    allowed: Callable[[str], bool] = lambda source: True,
) -> tuple[list[Row], list[Rejected]]:
    """Rows with their labels as a dictionary, and rejections, in the order of the records."""
    read = pipeline.unwrap(protocol, io.BytesIO(body), context, allowed=allowed, about=about)
    batches = list(read)
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = dict(row["labels"] or ())
    rejected = [line for batch in batches for line in batch.rejected]
    return rows, rejected


def told(row: dict[str, Any], *without: str) -> dict[str, Any]:
    """What a row says, but for what names its place in a log."""
    places = {"event.id", "event.ingested", "batch.line", "labels", *without}
    return {name: value for name, value in row.items() if name not in places} | {
        "labels": dict(row["labels"] or ())
    }
