"""JSON as it lies about: by line, in arrays and envelopes, glued together, broken."""

import io
import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.reading import LARGEST_DOCUMENT, Document, documents


def stream(data: bytes) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(data))


def test_a_broken_line_among_json_lines_spoils_only_itself() -> None:
    found = list(documents(stream(b'{"a":1}\n{"a":\n{"a":3}\n')))
    assert [document.value for document in found] == [{"a": 1}, None, {"a": 3}]
    assert "not JSON" in (found[1].error or "")
    assert [document.number for document in found] == [1, 2, 3]


def test_an_array_over_many_lines_gives_its_items_with_their_raw_text() -> None:
    found = list(documents(stream(b'[\n  {"a": 1},\n  {"b": [2, 3]}\n]\n')))
    assert [document.raw for document in found] == [b'{"a": 1}', b'{"b": [2, 3]}']
    assert [document.number for document in found] == [2, 3]


@pytest.mark.parametrize("log", [b'{"a":%s}\n', b'[{"a":%s}]', b'{\n"a":%s}'])
def test_a_number_of_too_many_digits_is_an_error(log: bytes) -> None:
    (found,) = documents(stream(log % (b"1" * 5000)))
    assert "not JSON" in (found.error or "")


def test_a_pretty_printed_object_is_one_document() -> None:
    value = {"ref": "refs/heads/main", "commits": [{"id": "1"}, {"id": "2"}]}
    (found,) = documents(stream(json.dumps(value, indent=2).encode()))
    assert found.value == value


def test_an_array_that_breaks_off_keeps_what_came_before() -> None:
    found = list(documents(stream(b'[{"a":1},{"b":')))
    assert found[0].value == {"a": 1}
    assert found[1].error is not None


@given(st.binary())
def test_arbitrary_bytes_are_documents_or_errors(data: bytes) -> None:
    for document in documents(stream(data)):
        assert document.error is not None or document.raw


NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.dictionaries(st.text(), NUMBERS | st.text() | st.none()), max_size=5))
def test_an_array_reads_the_same_however_it_is_written(items: list[dict[str, object]]) -> None:
    pretty = json.dumps(items, indent=1).encode()
    assert [document.value for document in documents(stream(pretty))] == items
    by_line = b"\n".join(json.dumps(item).encode() for item in items)
    assert [document.value for document in documents(stream(by_line))] == items


def told(log: bytes, *within: str) -> list[object]:
    """Values; of what is none its text."""
    return [found.raw if found.error else found.value for found in documents(stream(log), within)]


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (b'[{"a":1},{"a":bad},{"a":3}]', [{"a": 1}, b'{"a":bad}', {"a": 3}]),
        (b'[{"a":1},{"a":2,{"a":3},{"a":4}]', [{"a": 1}, b'{"a":2', {"a": 3}, {"a": 4}]),
        (b'[{"a":1},{"a":"x},{"a":3},{"a":4}]', [{"a": 1}, b'{"a":"x}', {"a": 3}, {"a": 4}]),
        (
            b'[{"a":1},{"a":[{"n":1},{"n":2},{"a":3}]',
            [{"a": 1}, b'{"a":[{"n":1},{"n":2}', {"a": 3}],
        ),
        (b'[1,x,3,"abc",null,4', [1, b"x", 3, "abc", None, 4]),
        (
            b'{\n "a": 1\n}\n{\n "a": 2,\n}\n{\n "a": 3\n}\n',
            [{"a": 1}, b'{\n "a": 2,\n}', {"a": 3}],
        ),
        (b'{\n "a": 1,\n "b":\n{\n "a": 2\n}\n', [b'{\n "a": 1,\n "b":', {"a": 2}]),
        (b'{"a":1}{"a":2}\n{"a":3}\n', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'{"a":1,"b":{"a":2}\n{"a":3}\n', [b'{"a":1,"b":{"a":2}', {"a": 3}]),
        (b'{"a":1} and {"a":2}\n', [{"a": 1}, b"and", {"a": 2}]),
        (b'\x00\x00{"a":1}\n', [b"\x00\x00", {"a": 1}]),
        (b'{"a":1}\n\xef\xbb\xbf{"a":2}\r\n\x1e{"a":3}\n', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'{"a":1}\n{"a":', [{"a": 1}, b'{"a":']),
        (b'{"a": 1,\n "b": 2}\n{"a": 3,\n "b": 4}\n', [{"a": 1, "b": 2}, {"a": 3, "b": 4}]),
        (b'{"a":1}\n{\n"a":2\n}\n{"a":3}\n', [{"a": 1}, {"a": 2}, {"a": 3}]),
        (b'{"a":1},\n{"a":2},\n', [{"a": 1}, {"a": 2}]),
    ],
)
def test_only_what_is_broken_is_lost(log: bytes, expected: list[object]) -> None:
    assert told(log) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"NaN", "NaN"),
        (b"-Infinity", "-Infinity"),
        (b'"a\xffb"', "a\\xffb"),
        (b'"a\tb"', "a\tb"),
        (b'"\\ud800"', "\ud800"),
        (b"123456789012345678901234567890", 123456789012345678901234567890.0),
    ],
)
@pytest.mark.parametrize("log", [b'{"a":%b}\n{"a":1}\n', b'[{"a":%b},{"a":1}]'])
def test_what_sloppy_writers_write_is_read(log: bytes, value: bytes, expected: object) -> None:
    assert told(log.replace(b"%b", value)) == [{"a": expected}, {"a": 1}]


EVENTS = b'{"kind":"List","meta":{"items":[3]},"items":[%b],"more":{"x":1}}'


@pytest.mark.parametrize("items", [b'{"a":1},{"a":2}', b'{"a":1}, \n{"a":2}\n'])
@pytest.mark.parametrize("times", [1, 2])
def test_an_envelope_gives_the_items_of_its_list(items: bytes, times: int) -> None:
    assert told(EVENTS.replace(b"%b", items) * times, "items", "x") == [{"a": 1}, {"a": 2}] * times


def test_an_envelope_among_lines_is_opened_and_other_lists_are_not() -> None:
    log = b'{"x":{"items":[1]}}\n{"items":[{"a":1},{"a":2}]}\n{"Records":[]}\n'
    assert told(log, "items") == [{"x": {"items": [1]}}, {"a": 1}, {"a": 2}, {"Records": []}]


def test_an_envelope_that_breaks_off_keeps_what_came_before() -> None:
    log = b'{"items":[{"a":1},{"a":2,{"a":3},{"a":'
    assert told(log, "items") == [{"a": 1}, b'{"a":2', {"a": 3}, b'{"a":']


def test_nothing_hides_in_a_second_list() -> None:
    log = b'{"items":[{"a":1}],"items":[{"a":2}]}'
    assert told(log, "items") == [{"a": 1}, b'"items":[{"a":2}]}']


def test_an_envelope_may_be_larger_than_any_value() -> None:
    class Endless(io.RawIOBase):
        left = 3 * LARGEST_DOCUMENT

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            text = (b'{"items":[' if self.left == 3 * LARGEST_DOCUMENT else b"") + (
                b'{"a":"%b"},' % (b"x" * 4000) * (len(buffer) // 5000)
            )
            self.left -= len(text)
            buffer[: len(text)] = text
            return len(text) if self.left > 0 else 0

    endless: Any = Endless()
    found = documents(io.BufferedReader(endless, 1 << 20), ("items",))
    assert sum(document.error is None for document in found) > 10_000


def test_a_value_that_is_too_large_spares_what_follows() -> None:
    found = list(documents(stream(b'[{"a":"%b"},{"a":2}]' % (b"x" * (17 << 20)))))
    assert found[0].error == "value is too large"
    assert found[-1].value == {"a": 2}


PIECES = [
    *(b"{", b"}", b"[", b"]", b",", b":", b'"', b"\\", b"\n", b"\r\n", b" ", b"\x00", b"\xff"),
    *(b"\xef\xbb\xbf", b'{"a":1}', b'{"a":', b'"items":[', b'"x"', b"1", b"nul", b"{\n", b"NaN"),
]
logs = st.lists(st.sampled_from(PIECES) | st.binary(max_size=4), max_size=30).map(b"".join)
BETWEEN = b" \t\r\n,[]\x1e\xef\xbb\xbf"


@given(logs)
def test_no_byte_is_lost_between_documents(log: bytes) -> None:
    place = 0
    for document in documents(stream(log)):
        start = log.index(document.raw, document.offset)
        assert document.raw
        assert not log[place:start].strip(BETWEEN)
        assert document.number == log.count(b"\n", 0, start) + 1
        place = start + len(document.raw)
    assert not log[place:].strip(BETWEEN)


@given(logs)
def test_envelopes_never_raise(log: bytes) -> None:
    for document in documents(stream(log), ("items",)):
        assert document.raw


HOSTILE = (b'[{"b":2,', b'{"a":[\n', b'[{"a":"x},', b'[{"a":\x00},', b"{} {}  {}\n{},", b"a,")


@pytest.mark.parametrize("piece", HOSTILE)
def test_work_on_broken_text_grows_as_its_size_does(
    piece: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    loads, parsed = orjson.loads, 0

    def counting(text: bytes) -> object:
        nonlocal parsed
        parsed += len(text)
        return loads(text)

    monkeypatch.setattr(orjson, "loads", counting)
    work = []
    for size in (20_000, 80_000):
        parsed = 0
        assert list(documents(stream(b"[" + piece * (size // len(piece)))))
        work.append(parsed)
    assert work[1] < 5 * work[0]


def numbered(found: Document) -> tuple[int, int]:
    """Where a document stands."""
    return found.number, found.offset


def test_documents_of_an_array_know_their_line_and_place() -> None:
    log = b'[\n  {"a": 1},\n  {"a": x},\n\n  {"a": {\n    "b": 1}},\n  {"c": 3}\n]\n'
    places = [numbered(found) for found in documents(stream(log))]
    assert places == [(2, 4), (3, 16), (5, 29), (7, 53)]
