"""Columns of numbers."""

from analytics.columnar.values import numbers


def test_what_is_no_number_of_few_digits_is_null() -> None:
    found = numbers(["7", None, "-1", "x", "12345"], digits=4).to_pylist()
    assert found == [7, None, None, None, None]
