"""Figures of windows that are found by going from one to the next: values come in and drop out."""

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterator
from math import isnan
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.detection.correlations.correlation import Correlation, Kind, Numbers
from analytics.detection.correlations.windows import Windows, numbered

NUMERAL = r"^[+-]?[0-9]{1,18}(?:\.[0-9]{1,18})?(?:[eE][+-]?[0-9]{1,2})?$"


def distinct(windows: Windows, texts: list[pa.Array]) -> Numbers:
    """How many different values stand in each window; a hit that lacks one does not count."""
    counts: Counter[int] = Counter()

    def add(code: int) -> None:
        counts[code] += 1

    def drop(code: int) -> None:
        counts[code] -= 1
        if not counts[code]:
            del counts[code]

    codes = numbered(texts, len(windows)).tolist()
    return _slid(windows, codes, add, drop, lambda: len(counts) - (-1 in counts))


def measured(correlation: Correlation, windows: Windows, texts: pa.Array) -> Numbers:
    """Sum, mean or percentile of the numbers in each window; nan where there is none.

    Sums are taken window by window: running totals would differ in their last digits with where
    they began, and with them what is an alert.
    """
    numbers = _numbers(texts)
    given = ~np.isnan(numbers)
    how_many = np.concatenate(([0], np.cumsum(given)))
    counts = how_many[windows.last] - how_many[windows.first]
    if correlation.kind in (Kind.VALUE_SUM, Kind.VALUE_AVG):
        filled = np.append(np.where(given, numbers, 0.0), 0.0)
        borders = np.stack((windows.first, windows.last), axis=1).ravel()
        sums = np.add.reduceat(filled, borders)[::2] if len(windows) else filled[:0]
        figures = sums if correlation.kind is Kind.VALUE_SUM else sums / np.maximum(counts, 1)
        return np.where(counts > 0, figures, np.nan)
    values: list[float] = []

    def add(number: float) -> None:
        if not isnan(number):
            insort(values, number)

    def drop(number: float) -> None:
        if not isnan(number):
            del values[bisect_left(values, number)]

    share = correlation.percentile / 100
    return _slid(windows, numbers.tolist(), add, drop, lambda: _percentile(values, share))


def _percentile(values: list[float], share: float) -> float:
    """Of sorted values, linear between neighbours (Hyndman and Fan's seventh definition)."""
    if not values:
        return np.nan
    at = share * (len(values) - 1)
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def _slid(
    windows: Windows,
    values: list[Any],
    add: Callable[[Any], None],
    drop: Callable[[Any], None],
    figure: Callable[[], float],
) -> Numbers:
    """A figure of each window, which slides over the values from the first to the last."""

    def figures() -> Iterator[float]:
        begin = end = 0
        for first, last in zip(windows.first.tolist(), windows.last.tolist(), strict=True):
            for at in range(end, last):
                add(values[at])
            end = max(end, last)
            for at in range(begin, first):
                drop(values[at])
            begin = first
            yield figure()

    return np.fromiter(figures(), dtype=np.float64, count=len(windows))


def _numbers(texts: pa.Array) -> Numbers:
    """The texts that are numbers; nan for the others."""
    numerals = pc.if_else(pc.match_substring_regex(texts, NUMERAL), texts, None)
    return np.asarray(numerals.cast(pa.float64()).fill_null(np.nan), dtype=np.float64)
