"""Texts are taken apart by templates, and put together they are the same."""

import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analytics.jsonlog.parts import parted, parts_of

OBJECT = "projects/{}/buckets/{}/objects/{*}"
NAMES = st.text(
    st.characters(codec="ascii", min_codepoint=33, exclude_characters="/\\\x7f"), min_size=1
)


@given(NAMES, NAMES, st.lists(NAMES, min_size=1, max_size=4))
def test_parts_are_what_stands_in_the_gaps(project: str, bucket: str, way: list[str]) -> None:
    text = f"projects/{project}/buckets/{bucket}/objects/{'/'.join(way)}"
    assert re.search(parted(OBJECT).written, text)
    parts = parts_of(pa.array([text]), OBJECT)
    assert [part[0].as_py() for part in parts] == [project, bucket, "/".join(way)]


def test_texts_with_blanks_around_a_part_or_with_escapes_are_told_but_not_taken() -> None:
    for text in ("refs/heads/", "refs/heads/ a", r"refs/heads/\u0061", "refs/heads/a\n"):
        assert re.search(parted("refs/heads/{*}").told, text)
        assert not re.search(parted("refs/heads/{*}").written, text.replace("\n", "\\n"))
