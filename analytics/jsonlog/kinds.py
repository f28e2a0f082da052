"""Kinds of values that can be copied, and those of numbers by how they are written."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.jsonlog.alike import spans

MOST, MOST_BEHIND = 15, 9  # digits before and behind the point
MINUS, POINT, ZERO = b"-.0"
WHOLE = r"^[1-9][0-9]{0,14}$"
NUMBER = r"^-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?$"  # any, not large
# Texts are plain, empty, or like something from the last one on; numbers are whole, nought,
# fractions, with a power of ten, or strange.
PLAIN, NOUGHT, COUNT, FRACTION, POWER, OTHER, LIKE = range(7)
TAKEN = {PLAIN: "text", COUNT: "number", FRACTION: "decimal", POWER: "power", OTHER: "other"}
RARER = {  # as Python writes them: whole ones of 64 bits, with many digits, with a power of ten
    COUNT: r"^(?:[1-9][0-9]{15,17}|[1-8][0-9]{18})$",
    FRACTION: r"^-?(?:0|[1-9][0-9]{0,14})\.[0-9]{10,18}$",
    POWER: r"^-?[1-9](?:\.[0-9]{1,17})?e[-+][0-9]{2}$",
}


def numbers(texts: pa.StringArray) -> Any:
    """What kinds of numbers these are."""
    text, bounds = spans(texts)
    begin, end, widths = bounds[:-1], bounds[1:], np.diff(bounds)
    kinds = np.full(len(texts), OTHER)
    if not len(text):
        return kinds
    is_digit, many = text - ZERO < 10, widths
    if not is_digit.all():
        digits = np.append(np.int32(0), np.cumsum(is_digit, dtype=np.int32))
        many = digits[end] - digits[begin]
    first = text.take(np.minimum(begin, len(text) - 1))
    whole = many == widths
    kinds[whole & (first != ZERO) & (widths > 0) & (widths <= MOST)] = COUNT
    kinds[whole & (first == ZERO) & (widths == 1)] = NOUGHT
    if not whole.all():
        minus = first == MINUS
        points = np.flatnonzero(text == POINT)
        of = np.searchsorted(end, points, "right")
        point = np.zeros(len(texts), np.int64)
        point[of] = points
        before, behind = point - begin - minus, end - point - 1
        fit = (np.bincount(of, minlength=len(texts)) == 1) & (many + 1 + minus == widths)
        fit &= (before > 0) & (before <= MOST) & (behind > 0) & (behind <= MOST_BEHIND)
        leading = text[np.minimum(begin + minus, len(text) - 1)]
        kinds[fit & ((before == 1) | (leading != ZERO))] = FRACTION
    return _with_rarer(kinds, texts)


def _with_rarer(kinds: Any, texts: pa.StringArray) -> Any:
    """The same, with the kinds of numbers that are rarer."""
    rare = np.flatnonzero(kinds == OTHER)
    if len(rare):
        odd = texts.take(pa.array(rare))
        for kind, pattern in RARER.items():
            kinds[rare[np.asarray(pc.match_substring_regex(odd, pattern))]] = kind
    return kinds


def are_numbers(texts: pa.StringArray) -> Any:
    """Which of these are numbers as JSON has them, and not too large."""
    text, bounds = spans(texts)
    widths = np.diff(bounds)
    if len(text) and widths.min() > 0 and widths.max() <= MOST and (text - ZERO < 10).all():
        return (text[bounds[:-1]] != ZERO) | (widths == 1)
    return np.asarray(pc.match_substring_regex(texts, NUMBER))
