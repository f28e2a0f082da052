"""The data's way, in order. Read this first.

    source bytes → batch spooled → parse → normalise (ECS) → identify → store → detect → score
    → explain → show · report

Spooling, the queue and what people see belong to the application; each step in between is one
call here. What flows is a batch: an Arrow table with the columns of `fields.SCHEMA`.
"""

from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Context, Source


def parse(source: Source, log: BinaryIO, context: Context) -> Iterator[Batch]:
    """1 · PARSE and NORMALISE: raw bytes become ECS events in batches, or Rejected."""
    return source.parse(log, context)
