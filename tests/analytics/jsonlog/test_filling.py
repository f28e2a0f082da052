"""Columns of texts are what Python makes of each of them."""

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analytics.jsonlog.filling import quoted


@given(st.lists(st.text().map(lambda told: f'{{"{told}'), min_size=1, max_size=6))
def test_texts_are_shown_as_python_shows_their_bytes(texts: list[str]) -> None:
    assert quoted(pa.array(texts)).to_pylist() == [repr(text.encode())[2:-1] for text in texts]
