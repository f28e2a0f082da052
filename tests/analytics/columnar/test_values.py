"""Columns of numbers, and of labels."""

import pyarrow as pa

from analytics.columnar.values import joined, numbers


def test_what_is_no_number_of_few_digits_is_null() -> None:
    found = numbers(["7", None, "-1", "x", "12345"], digits=4).to_pylist()
    assert found == [7, None, None, None, None]


def test_labels_of_two_maps_are_joined_row_by_row() -> None:
    labels = pa.map_(pa.string(), pa.string())
    first = pa.array([None, [("a", "1")], None, [("b", "2"), ("c", "3")], []], labels)
    second = pa.array([[("z", "0")], None, [("x", "9")], [("y", "8")], None], labels)
    wanted = [[("z", "0")], [("a", "1")], [("x", "9")], [("b", "2"), ("c", "3"), ("y", "8")], None]
    assert joined(first, second).to_pylist() == wanted
    assert joined(first[1:4], second[1:4]).to_pylist() == wanted[1:4]
    full = pa.array([[("a", "1")], [("b", "2")]], labels)
    assert joined(full[:1], full[:1], full[1:]).to_pylist() == [
        [("a", "1"), ("a", "1"), ("b", "2")]
    ]
