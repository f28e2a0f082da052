"""Lines have their number and place, and a bounded length."""

import io

from hypothesis import given
from hypothesis import strategies as st

from analytics.reading import LONGEST_LINE, lines


def stream(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(data))


def test_lines_carry_their_number_and_their_place() -> None:
    found = list(lines(stream(b"one\r\ntwo\n\nlast")))
    assert [(line.number, line.offset, line.text) for line in found] == [
        (1, 0, b"one"),
        (2, 5, b"two"),
        (3, 9, b""),
        (4, 10, b"last"),
    ]


def test_of_a_line_that_is_too_long_only_the_beginning_is_kept() -> None:
    found = list(lines(stream(b"x" * (3 * LONGEST_LINE) + b"\nnext\n")))
    assert found[0].too_long
    assert len(found[0].text) <= LONGEST_LINE + 1
    assert (found[1].text, found[1].number, found[1].offset) == (b"next", 2, 3 * LONGEST_LINE + 1)


@given(st.binary())
def test_no_byte_of_a_log_is_lost_between_its_lines(data: bytes) -> None:
    found = list(lines(stream(data)))
    for line in found:
        assert data[line.offset :].startswith(line.text)
    assert data.replace(b"\r", b"").replace(b"\n", b"") == b"".join(
        line.text for line in found
    ).replace(b"\r", b"")
