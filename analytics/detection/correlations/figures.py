"""Whether a correlation holds at the end of each window."""

import numpy as np
import pyarrow as pa

from analytics.detection.columns import Codes, Mask
from analytics.detection.correlations.correlation import (
    Correlation,
    Expression,
    Kind,
    Numbers,
    Presence,
)
from analytics.detection.correlations.sliding import distinct, measured
from analytics.detection.correlations.windows import Windows, texts_of


def holds(correlation: Correlation, windows: Windows, hits: pa.Table) -> Mask:
    """For each hit, whether the window that ends at it is what the correlation asks for.

    `hits` are those of the windows, in their order.
    """
    if correlation.expression is not None:
        return _expressed(correlation, correlation.expression, windows)
    answer = np.ones(len(windows), dtype=bool)
    figures = _figures(correlation, windows, hits)
    for bound in correlation.bounds:
        answer &= bound.holds(figures)
    return answer


def _figures(correlation: Correlation, windows: Windows, hits: pa.Table) -> Numbers:
    if correlation.kind is Kind.EVENT_COUNT:
        return (windows.last - windows.first).astype(np.float64)
    if correlation.kind is Kind.TEMPORAL:
        return _how_many_present(correlation, windows).astype(np.float64)
    if correlation.kind is Kind.TEMPORAL_ORDERED:
        return _in_sequence(windows, range(len(correlation.rules))).astype(np.float64)
    texts = [texts_of(name, correlation, hits, windows.rules) for name in correlation.fields]
    if correlation.kind is Kind.VALUE_COUNT:
        return distinct(windows, texts)
    return measured(correlation, windows, texts[0])


def _present(windows: Windows, code: int) -> Mask:
    """Whether a rule matched within the window."""
    counts = np.concatenate(([0], np.cumsum(windows.rules == code)))
    present: Mask = counts[windows.last] > counts[windows.first]
    return present


def _how_many_present(correlation: Correlation, windows: Windows) -> Codes:
    counts = np.zeros(len(windows), dtype=np.int64)
    for code in range(len(correlation.rules)):
        counts += _present(windows, code)
    return counts


def _expressed(correlation: Correlation, expression: Expression, windows: Windows) -> Mask:
    codes = {rule: code for code, rule in enumerate(correlation.rules)}

    def ask(node: Expression) -> Mask:
        if isinstance(node, Presence):
            return _present(windows, codes[node.rule])
        parts = [ask(part) for part in node.parts]
        if node.word == "not":
            return ~parts[0]
        joined: Mask = (np.logical_and if node.word == "and" else np.logical_or).reduce(parts)
        return joined

    answer = ask(expression)
    if correlation.kind is Kind.TEMPORAL_ORDERED:
        # those that matched must have done so in their order
        in_sequence = _in_sequence(windows, range(len(correlation.rules)))
        answer &= in_sequence >= _how_many_present(correlation, windows)
    return answer


def _in_sequence(windows: Windows, codes: range) -> Codes:
    """How many of the rules, at most, matched one after the other within each window.

    `begun[n]` is the latest place at which a sequence of n rules began that has ended by a hit.
    A sequence may leave rules out, so each rule goes on from whichever came before it. What has
    the same time may have happened in any order.
    """
    nothing = np.full(len(windows), -1, dtype=np.int64)
    begun = [windows.places, *(nothing for _ in codes)]
    longest = np.zeros(len(windows), dtype=np.int64)
    for code in codes:
        here = windows.rules == code
        for length in reversed(range(1, code + 2)):
            before = windows.places if length == 1 else begun[length - 1]
            ended = np.where(here, before, -1)
            latest = np.maximum.accumulate(np.concatenate(([-1], ended)))[windows.last]
            begun[length] = np.maximum(begun[length], latest)
    for length in range(1, len(codes) + 1):
        longest[begun[length] >= windows.floors] = length
    return longest
