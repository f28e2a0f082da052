"""Times as logs write them, by the column: ISO with a zone, or numbers since 1970."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.fields import ARROW, Kind
from analytics.jsonlog.values import time_of

TIME = ARROW[Kind.TIME]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Digits of numbers that count seconds, milli- and microseconds: from the year 2001 to 2286.
MICROSECONDS = {10: 1_000_000, 13: 1_000, 16: 1}
ISO = re.compile(r"\d{4}-\d\d-\d\dT[\d:.,]++(?:Z|[+-]\d\d:?\d\d)")
DECIMAL = re.compile(r"\d{10}\.\d{1,6}")


class Unclear(Exception):
    """It cannot be told what becomes of a document's values."""


def dressed(moment: datetime, like: Any) -> tuple[Any, datetime]:
    """A time of whole seconds written as another, and which time it is then. Raises Unclear."""
    seconds = round(moment.timestamp())
    if isinstance(like, str) and ISO.fullmatch(like):
        moment += timedelta(microseconds=171)
        return moment.isoformat(), moment
    text = str(like)
    if text.isdigit() and len(text) in MICROSECONDS:
        unit = MICROSECONDS[len(text)]
        count = seconds * 1_000_000 // unit + (171 if unit < 1_000_000 else 0)
        found = EPOCH + timedelta(microseconds=count * unit)
        return (str(count) if isinstance(like, str) else count), found
    if isinstance(like, float) and DECIMAL.fullmatch(text):
        return seconds + 0.25, moment + timedelta(milliseconds=250)
    raise Unclear("a time written in another way")


def moments(texts: pa.StringArray) -> pa.Array:
    """Times that are written so, null for others."""
    if texts[0].as_py()[:5].isdigit():
        return _counted(texts)
    try:
        return texts.cast(TIME)
    except pa.ArrowInvalid:
        return pa.array([_iso(text) for text in texts.to_pylist()], TIME)


def _iso(text: str) -> datetime | None:
    return time_of(text) if ISO.fullmatch(text) else None


def _counted(texts: pa.StringArray) -> pa.Array:
    widths = np.asarray(pc.binary_length(texts))
    unit = MICROSECONDS.get(int(widths[0]))
    if unit and (widths == widths[0]).all():
        try:
            return pc.multiply(texts.cast(pa.int64()), unit).cast(TIME)
        except pa.ArrowInvalid:
            pass
    return pa.array([_number(text) for text in texts.to_pylist()], TIME)


def _number(text: str) -> datetime | None:
    if text.isdigit() and len(text) in MICROSECONDS:
        return EPOCH + timedelta(microseconds=int(text) * MICROSECONDS[len(text)])
    return time_of(orjson.loads(text)) if DECIMAL.fullmatch(text) else None
