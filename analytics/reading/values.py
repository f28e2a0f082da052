"""JSON values that stand in an array or one after another, found without reading them all at once.

A value's end is guessed from what stood between the last two, or else asked of the parser, which
says where the first value of a text ends. A value that is broken is rejected whole: up to the
bracket that closes it where its brackets match, else up to the next object that reads well. What
is read in vain is paid from a credit that every byte raises which was not: so whatever the bytes,
reading takes time in proportion to them, and memory of a few times `LARGEST_DOCUMENT`.
"""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import orjson

from analytics.reading.ends import closing, object_of, opening_of, refusal, valid
from analytics.reading.lines import BLOCK
from analytics.reading.loading import NotJson, loaded

LARGEST_DOCUMENT = 16 << 20
LARGEST_OPENING = 16 << 10  # of an envelope
LONGEST_GAP = 256  # between two values that are told apart by it
FIRST_LOOK = 4096
PATIENCE = 1 << 16  # bytes in which a guess has to come true
CREDIT = 1 << 20
MOST_NAMES = 64

BETWEEN = re.compile(rb"(?:[ \t\r\n,\[\]\x1e]|\xef\xbb\xbf)*")
BETWEEN_ITEMS = re.compile(rb"(?:[ \t\r\n,\x1e]|\xef\xbb\xbf)*")
NULS = re.compile(rb"\x00++")
STRAY = re.compile(rb"[^{][^,\r\n{]*+")
FIRST_NAME = re.compile(rb'\{[ \t\r\n]*+"([^"\\]{0,64})"[ \t\r\n]*+:')
AFTER_ITEMS = re.compile(rb"\][ \t\r\n]*+,?+[ \t\r\n]*+")


class Document(NamedTuple):
    """One JSON value of a log with its raw text; `error` says why there is no value.

    `envelope` marks what is around the values asked for: the members before and after them.
    """

    number: int
    offset: int
    raw: bytes
    value: Any = None
    error: str | None = None
    envelope: bool = False


class Values:
    """The values of a stream, from where it stands; `begun` is what was read of it already.

    `within` names lists: of an object that has one, its items are the values. `glued` says that
    objects follow each other on one line, so that none begins behind a comma.
    """

    def __init__(
        self,
        stream: BinaryIO,
        within: tuple[str, ...] = (),
        *,
        begun: bytes = b"",
        number: int = 1,
        offset: int = 0,
        glued: bool = False,
    ) -> None:
        self.stream, self.text, self.at, self.ended = stream, begun, 0, False
        self.number, self.offset = number, offset  # of the next value's line, of the text
        self.opening = opening_of(within)
        self.inside = False  # of an envelope
        self.glued = glued
        self.credit = CREDIT
        self.usual, self.patience = FIRST_LOOK, 0
        self.joint = b""  # what ends one object and begins the next
        self.names: set[bytes] = set()  # the first ones of the objects so far
        self.reason = ""

    def __iter__(self) -> Iterator[Document]:
        outside = True
        while self._to_next():
            if self.inside and self.text[self.at] == 0x5D:  # ]
                yield from self._closed()
            elif outside and not self.inside and (opened := self._opened()):
                yield opened
            else:
                outside = self.inside
                yield self._guessed() or self._nuls() or self._asked() or self._broken()

    def _more(self, wanted: int) -> bool:
        """Whether there was more to read; drops what is done with."""
        if self.ended:
            return False
        blocks = [self.text[self.at :]]
        self.offset, self.at = self.offset + self.at, 0
        size = len(blocks[0])
        while size <= wanted and not self.ended:
            block = self.stream.read(BLOCK)
            self.ended = not block
            blocks.append(block)
            size += len(block)
        self.text = b"".join(blocks)
        return True

    def _move(self, end: int) -> None:
        self.number += self.text.count(b"\n", self.at, end)
        self.credit += 4 * (end - self.at)
        self.at = end

    def _to_next(self) -> bool:
        """Whether there is another value, before which it then stands."""
        between = BETWEEN_ITEMS if self.inside else BETWEEN
        while True:
            match = between.match(self.text, self.at)
            if match:
                self._move(match.end())
            if len(self.text) - self.at > 2:  # or a mark of byte order might be cut
                return True
            if not self._more(BLOCK):
                return self.at < len(self.text)

    def _document(self, end: int, value: Any = None, error: str | None = None) -> Document:
        raw = self.text[self.at : end]
        document = Document(self.number, self.offset + self.at, raw, value, error)
        self._move(end)
        return document

    def _guessed(self) -> Document | None:
        """The object up to where there is again what stood between the last two."""
        text, joint, start = self.text, self.joint, self.at
        if not joint or text[start] != 0x7B:  # {
            return None
        end, opened = start, 0
        while opened or end == start:
            found = text.find(joint, end, start + self.patience) + 1
            if not found:
                self.joint = b""
                return None
            opened += text.count(b"{", end, found) - text.count(b"}", end, found)
            end = found
        try:
            value = orjson.loads(text[start:end])
        except orjson.JSONDecodeError:
            self.credit -= end - start
            return None
        return self._document(end, value)

    def _nuls(self) -> Document | None:
        match = NULS.match(self.text, self.at)
        return self._document(match.end(), error="NUL bytes") if match else None

    def _asked(self) -> Document | None:
        """The value up to where the parser says that it ends; None for one that is broken."""
        size = self.usual
        end, cut = self._end(self.at, size)
        while cut:
            if size > LARGEST_DOCUMENT:
                end, self.reason = None, "value is too large"
                break
            if self.at + size >= len(self.text) and not self._more(4 * size):
                break
            size = min(4 * size, LARGEST_DOCUMENT + 1)
            end, cut = self._end(self.at, size)
        if end is None:
            return None
        raw = self.text[self.at : end].rstrip(b" \t\r\n")
        document = self._document(self.at + len(raw), orjson.loads(raw))
        self._learn(document.raw)
        return document

    def _end(self, start: int, size: int) -> tuple[int | None, bool]:
        """Where the value at `start` ends, and whether it may go on behind `size` bytes."""
        part, shortened = self.text[start : start + size], 0
        said = refusal(part)
        if said and not said.doc:  # not UTF-8
            whole = valid(part)
            part, shortened = part[:whole], len(part) - whole
            said = refusal(part)
        end = start + len(part)
        if not said:
            last = self.ended and end == len(self.text)
            return end, not last and part[-1] not in b'}]"'
        if said.msg.startswith("unexpected content after"):
            before = said.doc[: said.pos]
            return start + (said.pos if before.isascii() else len(before.encode())), False
        self.reason = f"not JSON: {said}"
        self.credit -= said.pos
        return None, said.pos >= len(said.doc) and shortened < 4

    def _learn(self, raw: bytes) -> None:
        """Remembers how an object looks, and what is between it and the next."""
        self.usual = max(FIRST_LOOK, min(2 * len(raw), PATIENCE))
        self.patience = min(3 * len(raw), PATIENCE)
        if len(self.names) < MOST_NAMES and (name := FIRST_NAME.match(raw)):
            self.names.add(name[1])
        match = BETWEEN.match(self.text, self.at, self.at + LONGEST_GAP)
        after = match.end() if match else self.at
        if raw[-1:] == b"}" and self.text[after : after + 1] == b"{":
            self.joint = self.text[self.at - 1 : after + 1]

    def _broken(self) -> Document:
        """What is no JSON value: one in the end, or rejected, whole and not more than that."""
        if self.text[self.at] != 0x7B:  # {
            match = STRAY.match(self.text, self.at, self.at + BLOCK)
            return self._rejected(match.end() if match else self.at + 1)
        end = self._balanced()
        if end is None:
            return self._rejected(self._resumption())
        try:
            return self._document(end, loaded(self.text[self.at : end]))
        except NotJson as error:
            return self._document(end, error=str(error))

    def _rejected(self, end: int) -> Document:
        kept = len(self.text[self.at : end].rstrip(b" \t\r\n,"))
        return self._document(self.at + max(kept, 1), error=self.reason)

    def _balanced(self) -> int | None:
        """Where the brackets of an object close; None where they do not match."""
        size, most = FIRST_LOOK, min(self.credit // 4, LARGEST_DOCUMENT)
        while True:
            place, closed = closing(self.text, self.at, self.at + min(size, most))
            if closed:
                return place
            self.credit -= place - self.at
            if closed is False or size >= most:
                return None
            if self.at + size >= len(self.text) and not self._more(4 * size):
                return None
            size *= 4

    def _resumption(self) -> int:
        """Where the next object begins that reads well: rather one that looks as others did."""
        indent = self.at - 1 - self.text.rfind(b"\n", 0, self.at)
        place, other = self.at + 1, None
        while self.credit > 0:
            place = self.text.find(b"{", place)
            if place < 0:
                known = len(self.text) - self.at
                if other is not None or known > LARGEST_DOCUMENT or not self._more(2 * known):
                    break
                place = self.at + known
                continue
            self.credit -= 64
            name = FIRST_NAME.match(self.text, place)
            usual = not self.names or (name is not None and name[1] in self.names)
            if (usual or other is None) and self._begins(place, indent) and self._reads(place):
                if usual:
                    return place
                other = place
            place += 1
        return len(self.text) if other is None else other

    def _begins(self, place: int, indent: int) -> bool:
        """Whether what stands before a place lets an object begin that is in no other."""
        before = self.text[max(0, place - LONGEST_GAP) : place]
        last = before.rstrip(b" \t\r\n\x00\x1e")
        if last.endswith(b"}") or (last.endswith(b",") and not self.glued):
            return True
        line = before[len(last) :].rpartition(b"\n")
        return bool(line[1]) and len(line[2]) <= indent

    def _reads(self, place: int) -> bool:
        """Whether a whole object stands there, or one that is whole as far as it was read."""
        size = FIRST_LOOK
        while True:
            end, cut = self._end(place, size)
            if not cut or self.credit < 0:
                return end is not None
            if place + size >= len(self.text):
                return not self.ended
            size *= 4

    def _opened(self) -> Document | None:
        """The beginning of an envelope, up to its list, with the members before that."""
        if not self.opening or self.text[self.at] != 0x7B:  # {
            return None
        if len(self.text) - self.at < LARGEST_OPENING:
            self._more(LARGEST_OPENING)
        for match in self.opening.finditer(self.text, self.at, self.at + LARGEST_OPENING):
            members = self.text[self.at : match.start()].rstrip().removesuffix(b",")
            if (value := object_of(members + b"}")) is not None:
                self.inside = True
                return self._document(match.end(), value)._replace(envelope=True)
        return None

    def _closed(self) -> Iterator[Document]:
        """The members behind an envelope's list, where there are any."""
        if len(self.text) - self.at < LARGEST_OPENING:
            self._more(LARGEST_OPENING)
        match = AFTER_ITEMS.match(self.text, self.at)
        self._move(match.end() if match else self.at + 1)
        self.inside = False
        rest = self.text[self.at :]
        self.text, self.offset, self.at = b"{" + rest, self.offset + self.at - 1, 0
        if members := self._asked():
            if members.value:
                raw, offset = members.raw[1:], members.offset + 1
                yield members._replace(raw=raw, offset=offset, envelope=True)
        else:  # nothing to close
            self.text, self.offset, self.at = self.text[self.at + 1 :], self.offset + 1, 0
