"""Logs as they lie about: lines, JSON documents, archives, and those that mean harm."""

import gzip
import io
import json
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from analytics.reading import LONGEST_LINE, Unreadable, documents, lines, plain, sampled


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


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"line\n" * 3)
    return out.getvalue()


@pytest.mark.parametrize(
    "packed",
    [
        b"line\n" * 3,
        gzip.compress(b"line\n" * 3, mtime=0),
        gzip.compress(b"line\n", mtime=0) + gzip.compress(b"line\n" * 2, mtime=0),
        zstandard.compress(b"line\n" * 3),
        zipped("audit.log"),
    ],
    ids=["plain", "gzip", "two gzip members", "zstd", "zip"],
)
def test_archives_are_unpacked_by_their_content(packed: bytes) -> None:
    with plain(io.BytesIO(packed)) as unpacked:
        assert unpacked.read() == b"line\n" * 3


@pytest.mark.parametrize(
    ("packed", "reason"),
    [
        (gzip.compress(b"line\n" * 1000, mtime=0)[:40], "damaged"),
        (b"\x1f\x8b\x08\x00garbage-after-the-magic", "damaged"),
        (b"\x28\xb5\x2f\xfdgarbage", "damaged"),
        (b"PK\x03\x04garbage", "damaged"),
        (b"PK\x03\x04" + zipped("a.log")[5:], "damaged"),
        (zipped("a.log", "b.log"), "zip of 2 files"),
    ],
)
def test_a_damaged_archive_is_unreadable_with_a_reason(packed: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason), plain(io.BytesIO(packed)) as unpacked:
        unpacked.read()


def test_an_archive_that_unpacks_out_of_proportion_is_stopped() -> None:
    bomb = io.BytesIO()
    with gzip.GzipFile(fileobj=bomb, mode="wb", compresslevel=9) as packer:
        for _ in range(160):
            packer.write(bytes(1 << 20))
    bomb.seek(0)
    read = 0
    with pytest.raises(Unreadable, match="more than 200 times"), plain(bomb) as unpacked:
        while block := unpacked.read(1 << 20):
            read += len(block)
    assert read < 80 << 20


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
