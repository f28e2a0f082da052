"""Pairs of names and values in words."""

import tracemalloc

import numpy as np
import pyarrow as pa

from analytics.columnar.pairs import of_words

TEXTS = pa.array(["a=1 b=2", "", "b=x=y", "a= a=3 no"])


def test_pairs_are_found_row_by_row() -> None:
    pairs = of_words(TEXTS)
    assert pairs.column("b").to_pylist() == ["2", None, "x=y", None]
    assert pairs.column("c").to_pylist() == [None] * 4
    assert pairs.doubled().tolist() == [False, False, False, True]


def test_labels_are_the_first_pairs_but_for_some_names() -> None:
    labels = of_words(TEXTS).labels({"b"}, most=1).to_pylist()
    assert labels == [[("a", "1")], [], [], [("a", "")]]


def test_rows_may_have_other_pairs_instead() -> None:
    pairs = of_words(TEXTS).replaced([1, 3], [{"d": "4", "a": "5"}, {}])
    assert pairs.column("a").to_pylist() == ["1", "5", None, None]
    assert pairs.labels((), most=9).to_pylist()[1] == [("d", "4"), ("a", "5")]
    assert not pairs.doubled().any()


def test_many_rows_of_many_names_take_little_memory() -> None:
    size = 20_000
    names = [f"n{number}={number}" for number in range(size)]
    tracemalloc.start()
    try:
        doubled = of_words(pa.array([*names, "a=1 b=2 a=3"])).doubled()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert np.flatnonzero(doubled).tolist() == [size]
    assert peak < 64 << 20
