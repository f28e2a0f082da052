"""The first values of a log, to tell by them what it is."""

import pytest

from analytics.reading import sampled


@pytest.mark.parametrize(
    ("head", "values"),
    [
        (b'{"a": 1}\n{"b": 2}\n{"cut', ({"a": 1}, {"b": 2})),
        (b'\xef\xbb\xbf[\n {"a": 1},\n {"b": 2}]', ({"a": 1}, {"b": 2})),
        (b'{\n "a": {"b": [1]}\n}\n', ({"a": {"b": [1]}},)),
        (b'{"a": "cut', ()),
        (b"a line\n", ()),
        (b"[" * 5000, ()),
        (b"", ()),
    ],
)
def test_the_first_values_of_a_log_are_sampled(head: bytes, values: tuple[object, ...]) -> None:
    assert sampled(head) == values
