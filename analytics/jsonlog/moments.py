"""Times as logs write them, by the column: ISO with a zone, or numbers since 1970.

Day and hour of an ISO time may also be joined by a low line.
"""

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
ISO = re.compile(r"\d{4}-\d\d-\d\d[T_][\d:.,]++(?:Z|[+-]\d\d:?\d\d)")
DECIMAL = re.compile(r"\d{10}\.\d{1,6}")
POINT, MILLISECONDS = 10, 14  # characters of seconds before the point, and with three behind it
FINER = re.compile(r"\.\d{7}")
NANOSECONDS = pa.timestamp("ns", "UTC")
YEARS = ("1971", "2262")  # between which they can be counted, and are cut as others are


class Unclear(Exception):
    """It cannot be told what becomes of a document's values."""


def dressed(moment: datetime, like: Any) -> tuple[Any, datetime]:
    """A time of whole seconds written as another, and which time it is then. Raises Unclear."""
    seconds = round(moment.timestamp())
    if isinstance(like, str) and ISO.fullmatch(like):
        moment += timedelta(milliseconds=171)
        text = moment.isoformat("_" if "_" in like else "T", "milliseconds")
        return (text if ":" in like[-6:] or like[-1] == "Z" else text[:-3] + text[-2:]), moment
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
    begun = texts[0].as_py()
    if begun[:5].isdigit():
        return _counted(texts)
    joined = pc.replace_substring(texts, "_", "T", max_replacements=1) if "_" in begun else texts
    if FINER.search(begun):
        return _finer(joined)
    try:
        return joined.cast(TIME)
    except pa.ArrowInvalid:
        return _finer(joined)


def _finer(texts: pa.StringArray) -> pa.Array:
    """Times of which some are written to the nanosecond, or are none."""
    told = pc.min_max(texts)
    if YEARS[0] < told["min"].as_py() and told["max"].as_py() < YEARS[1]:
        try:
            return texts.cast(NANOSECONDS).cast(TIME, safe=False)
        except pa.ArrowInvalid:
            pass
    return pa.array([_iso(text) for text in texts.to_pylist()], TIME)


def isoformats(times: pa.Array) -> pa.StringArray:
    """What `datetime.isoformat` makes of each of some times."""
    texts = times.cast(pa.timestamp("us")).cast(pa.string())  # 2026-02-20 08:00:00.000000
    joined = pc.replace_substring(texts, " ", "T")
    return pc.binary_join_element_wise(
        pc.replace_substring_regex(joined, r"\.000000$", ""), "+00:00", ""
    )


def _iso(text: str) -> datetime | None:
    return time_of(text) if ISO.fullmatch(text) else None


def _counted(texts: pa.StringArray) -> pa.Array:
    widths = np.asarray(pc.binary_length(texts))
    points = pc.find_substring(texts, ".")
    if (widths == MILLISECONDS).all() and pc.all(pc.equal(points, POINT)).as_py():
        widths, texts = widths - 1, pc.replace_substring(texts, ".", "")
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
