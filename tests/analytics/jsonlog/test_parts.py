"""Texts are taken apart by templates, and put together they are the same."""

import posixpath
import re

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from analytics.jsonlog.parts import parted, parts_of

OBJECT = "projects/{}/buckets/{}/objects/{*}"
NAMES = st.text(
    st.characters(codec="ascii", min_codepoint=33, exclude_characters="/\\\x7f"), min_size=1
)
ARGUMENTS = ("0x9", "0x80241", "0xffffff9c", "0xffffffffffffff9c", "0x55d8f00012ab", "9")


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


@given(st.lists(st.sampled_from(["/", ".", "..", "a", ".b", "c d", "é"]), max_size=8).map("".join))
def test_only_paths_that_need_no_tidying_up_are_taken_for_such(path: str) -> None:
    if re.search(parted("/{path}").written, f"/{path}"):
        assert posixpath.normpath(f"/{path}") in (f"/{path}", f"/{path}".removesuffix("/"))
        assert not path.endswith("/") or "/." not in f"/{path}"
    if re.search(parted("/{directory}").written, f"/{path}"):
        assert posixpath.normpath(f"/{path}") == f"/{path}"
        assert "/." not in f"/{path}"


def test_pointers_are_told_from_what_may_be_a_signal_a_flag_or_a_directory() -> None:
    told = {text: bool(re.search(parted("0x{pointer}").written, text)) for text in ARGUMENTS}
    assert told == {text: text == "0x55d8f00012ab" for text in ARGUMENTS}
    assert not re.search(parted("0x{hexadecimal}").written, "0xffffff9c")
