"""A log's JSON values: one a line, an array's items, or one after another over many lines."""

import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import orjson

from analytics.reading.lines import BLOCK
from analytics.reading.loading import NotJson, loaded
from analytics.reading.values import BETWEEN_ITEMS, LARGEST_DOCUMENT, Document, Values

NOTHING = Document(0, 0, b"")
ALONE = (b"{", b"[")  # on a line


class Within(tuple[str, ...]):
    """Names of lists whose items are wanted, and who is told what stands around the items.

    `framed` gets the number of a line and a text, and says whether that is kept.
    """

    framed: Callable[[int, bytes], bool]

    @classmethod
    def of(cls, names: tuple[str, ...], framed: Callable[[int, bytes], bool]) -> "Within":
        """The names, and who is told."""
        made = cls(names)
        made.framed = framed
        return made


def documents(stream: BinaryIO, within: tuple[str, ...] = ()) -> Iterator[Document]:
    """Each JSON value of a stream: JSON lines, pretty-printed objects, or an array's items.

    Where lines are whole values it is read line by line, so one broken line never spoils the
    next; else value by value. What is no value is a document with an error; white space, commas
    and the brackets of arrays around values are none.

    `within` names lists whose items are wanted rather than the objects they are in, such as
    `items` of a Kubernetes EventList. Such an object may be of any size; what it has beside its
    list is left out, as brackets are; see `Within`.
    """
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(stream)  # type: ignore[type-var]
    head = buffered.peek(BLOCK)[:BLOCK]
    try:
        if not is_lined(head) or is_enveloped(head, within):
            found: Iterator[Document] = iter(Values(buffered, within))
        else:
            found = by_line(buffered)
        yield from unwrapped(found, within) if within else found
    finally:
        if buffered is not stream:
            buffered.detach()  # or it would close the stream, which is the caller's


def is_lined(head: bytes) -> bool:
    """Whether JSON lines begin so, rather than an array or an object over several lines."""
    head = _begun(head)
    return head[:1] != b"[" and not _is_spread(head)


def _begun(text: bytes) -> bytes:
    """The text without white space, marks and commas before it."""
    match = BETWEEN_ITEMS.match(text)
    return text[match.end() :] if match else text


def _is_spread(head: bytes) -> bool:
    """Whether the first value is an object over several lines."""
    if head[:1] != b"{":
        return False
    first = head.split(b"\n", 1)[0]
    if first.strip() == b"{":
        return True
    try:
        orjson.loads(first)
    except orjson.JSONDecodeError:
        value = next(iter(Values(io.BytesIO(head))))
        return value.error is None and b"\n" in value.raw
    return False


def is_enveloped(head: bytes, within: tuple[str, ...]) -> bool:
    """Whether an object begins that has its records in a list under one of these names."""
    return bool(within) and next(iter(Values(io.BytesIO(_begun(head)), within)), NOTHING).envelope


def unwrapped(found: Iterator[Document], within: tuple[str, ...]) -> Iterator[Document]:
    """The same, with the items of small envelopes that came as one value, and without envelopes."""
    for document in found:
        value = document.value
        if type(value) is dict and not document.envelope and value.keys().isdisjoint(within):
            yield document
            continue
        if document.envelope or not _has_list(document, within):
            inner = iter((document,))
        else:
            raw, number, offset = document.raw, document.number, document.offset
            inner = iter(Values(io.BytesIO(raw), within, number=number, offset=offset))
        for item in inner:
            if not item.envelope:
                yield item
            elif _has_list(item, within):  # or records could hide behind those that are shown
                yield item._replace(value=None, envelope=False, error="another list in an envelope")
            elif isinstance(within, Within) and not within.framed(item.number, item.raw):
                yield item._replace(value=None, envelope=False, error="one of too many envelopes")


def _has_list(document: Document, within: tuple[str, ...]) -> bool:
    value = document.value
    return type(value) is dict and any(type(value.get(name)) is list for name in within)


def by_line(stream: BinaryIO, number: int = 0, offset: int = 0) -> Iterator[Document]:
    """The JSON values of lines; `number` lines and `offset` bytes of the log are before them."""
    loads, new = orjson.loads, tuple.__new__
    while raw := stream.readline(LARGEST_DOCUMENT + 1):
        number += 1
        try:
            value = loads(raw)
        except orjson.JSONDecodeError:
            if raw.strip() in ALONE:  # an object over many lines begins
                yield from Values(stream, begun=raw, number=number, offset=offset)
                return
            if len(raw) > LARGEST_DOCUMENT and not raw.endswith(b"\n"):
                yield Document(number, offset, raw, error="line is too long")
                while raw and not raw.endswith(b"\n"):
                    offset += len(raw)
                    raw = stream.readline(BLOCK)
            else:
                yield from _odd_line(raw, number, offset)
        else:
            yield new(Document, (number, offset, raw.rstrip(b"\r\n"), value, None, False))
        offset += len(raw)


def _odd_line(raw: bytes, number: int, offset: int) -> Iterator[Document]:
    """The value of a line that is not quite JSON, or what is whole in it and what is not."""
    text = _begun(raw.rstrip(b" \t\r\n"))
    if not text.strip(b" \t,]"):  # what closes an array that began in an earlier part of a stream
        return
    try:
        yield Document(number, offset, text, loaded(text))
    except NotJson as error:
        if text.lstrip(b"\x00")[:1] in (b"{", b"["):
            start = offset + raw.index(text)
            yield from Values(io.BytesIO(text), number=number, offset=start, glued=True)
        else:
            yield Document(number, offset, text, error=str(error))
