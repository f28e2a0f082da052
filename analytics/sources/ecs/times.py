"""The times of documents."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from analytics.fields import SCHEMA

TIME = SCHEMA.field("@timestamp").type


def time_of(value: Any) -> datetime | None:
    """An ISO time, or seconds or milliseconds since 1970, as UTC; None for anything else."""
    try:
        if isinstance(value, str):
            time = datetime.fromisoformat(value)
            if time.tzinfo is UTC:
                return time
            return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def times_of(texts: pa.Array) -> pa.Array:
    """The same for a column of texts."""
    try:
        return texts.cast(TIME)
    except pa.ArrowInvalid:  # it takes fewer forms, and no more
        return column_of([time_of(text) for text in texts.to_pylist()])


def column_of(times: Sequence[datetime | None]) -> pa.Array:
    """Times as a column."""
    return pa.array(times, TIME)
