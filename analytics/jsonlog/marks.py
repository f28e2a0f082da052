"""What stands for a line's values while it is learnt what a source makes of them.

A source's reader is given a document in which values are marks. Where these come out again tells
which values are copied, and whereto. Two kinds of marks are tried: what is made of a mark by
looking into it differs between them, or comes out in parts, and is not taken for a copy.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from analytics.event import Context
from analytics.framing import Framing
from analytics.jsonlog import parts as gaps
from analytics.jsonlog.forms import MOST_LEAVES
from analytics.jsonlog.moments import Unclear, dressed
from analytics.jsonlog.parts import GAPS, Part, is_with_port

# In one of the two kinds of marks: whatever a reader may split at. Both have what JSON escapes.
SIGNS = " \"\\/:@,.;=&?%41+-_#()[]{}<>|'$*~^`!É"
BEGUN = re.compile(r"[Qq]a\d{3}|\d{3}a[Qq]|Qb\d{5}")
MARKED = re.compile(r"[QqAa][ab]\d|a[Qq]|\d\d|198\.1")  # what any mark has
MOMENT = datetime(2021, 3, 5, 4, 5, 6, tzinfo=UTC)
FIRST_ID = -10  # the first id's leaf, and down from there
LINE, NUMBER, RECEIVED = -1, -2, -3  # the line itself, its number, when its log was received
NOTHING: Mapping[str, bool] = {}
SHORTEST = 16  # characters of a mark
NOT_IN = {gaps.ONE: "/", gaps.QUOTED: '"\\'}  # signs, by gap
LAST_PART = 999  # the line's own number
LONGEST_KEPT = 4096  # characters of a mark that is kept for other samples
OTHERWISE = timedelta(days=1, hours=1, minutes=1, microseconds=1)  # between logs, by kind of mark


class Cut(Exception):
    """A mark came out cut short: shorter values may be copied whole."""

    def __init__(self, leaf: int) -> None:
        super().__init__(leaf)
        self.leaf = leaf


class Piece(NamedTuple):
    """A value in a text: by the number of its leaf, in lower case or as it is.

    `shown` is only the address in it, `written` is as JSON would have it, `quoted` as Python
    shows bytes; `iso` is a time as Python writes it. Of a long one `cut` characters may be all.
    """

    leaf: int
    lower: bool = False
    shown: bool = False
    written: bool = False
    quoted: bool = False
    iso: bool = False
    cut: int = 0


class Marks:
    """The marks of one kind, by the number of the leaf that each stands for."""

    def __init__(self, kind: int) -> None:
        self.kind = kind
        self.absent: tuple[tuple[str, bool], ...] = ()  # signs that are in no mark
        self.texts: dict[int, str] = {}
        self.long: dict[int, int] = {}  # characters of what long marks stand for
        self.known: dict[str, Any] = {}  # what was read of texts with such marks
        self.numbers: dict[int, int] = {self.count(999): NUMBER}
        self.decimals: dict[float, int] = {}
        self.times: dict[datetime, int] = {}
        self.parted_in: dict[int, Part] = {}
        self.written: list[tuple[str, Piece]] = []  # of anything but texts

    def count(self, leaf: int) -> int:
        """A number that stands for a leaf."""
        found = int((f"61{leaf:03d}3", f"81{leaf:03d}7777777")[self.kind])
        return found

    def text(self, leaf: int, length: int, told: Mapping[str, bool] = NOTHING) -> str:
        """A text of about so many characters that stands for a leaf, with or without some signs."""
        signs = (*told.items(), *self.absent)
        made = _written if length <= LONGEST_KEPT else _written.__wrapped__
        self.texts[leaf] = found = made(self.kind, leaf, length, signs)
        return found

    def _part(self, leaf: int, gap: str, length: int) -> str:
        """A text fit for a gap."""
        if gap == gaps.SECONDS:
            return self._seconds(leaf)
        if gap == gaps.ADDRESS:
            return self.address(leaf, "")
        if gap in (gaps.DIGITS, gaps.PORT):
            found = str(self.count(leaf)) if gap == gaps.DIGITS else f"{4 + self.kind}{leaf:03d}1"
            self.written.append((found, Piece(leaf)))
            return found
        if gap == gaps.TWELVE:
            return self.text(leaf, 12, dict.fromkeys(SIGNS, False))
        return self.text(leaf, length, dict.fromkeys(NOT_IN.get(gap, ""), False))

    def _seconds(self, leaf: int) -> str:
        """A time since 1970 as text."""
        moment = MOMENT + timedelta(days=100 * self.kind, seconds=leaf, milliseconds=171)
        found = f"{moment.timestamp():.3f}"
        self.times[moment] = leaf
        self.written.append((found, Piece(leaf)))
        return found

    def line(self) -> str:
        """A text that stands for the line itself: other bytes are shown for it."""
        return self.text(LINE, 96, {"\\": True})

    def parted(self, leaf: int, template: str, length: int) -> str:
        """A text that stands for a leaf of parts, each with a mark of its own. Raises Unclear."""
        pieces = GAPS.split(template)
        for gap, piece in enumerate(pieces[1::2]):
            number = MOST_LEAVES + len(self.parted_in)
            if number >= LAST_PART:
                raise Unclear("too many parts")
            self.parted_in[number] = Part(leaf, template, gap)
            pieces[2 * gap + 1] = self._part(number, piece, length)
        return "".join(pieces)

    def number(self, leaf: int) -> int:
        """A whole number that stands for a leaf."""
        found = self.count(leaf)
        self.numbers[found] = leaf
        self.written.append((str(found), Piece(leaf)))
        return found

    def digits(self, leaf: int) -> str:
        """A text of no more than ten digits that stands for a leaf."""
        found = self.count(leaf) // (1, 100)[self.kind]
        self.numbers[found] = leaf
        self.written.append((str(found), Piece(leaf)))
        return str(found)

    def decimal(self, leaf: int, *, small: bool) -> float:
        """A number with a fraction that stands for a leaf.

        A small one has a power of one digit, before which Python writes a nought and JSON none.
        """
        count = self.count(leaf)
        found = float(f"{count}e-{len(str(count)) + 6}") if small else count + 0.25
        self.decimals[found] = leaf
        self.written.append((str(found), Piece(leaf)))
        return found

    def digest(self, leaf: int) -> str:
        """A digest of SHA-256 that stands for a leaf."""
        found = f"5a{leaf:03d}".ljust(64, "ef"[self.kind])
        self.written.append((found, Piece(leaf)))
        return found

    def time(self, leaf: int, like: Any) -> Any:
        """A time that stands for a leaf, written as another one is. Raises Unclear."""
        found, moment = dressed(MOMENT + timedelta(days=100 * self.kind, seconds=leaf), like)
        self.times[moment] = leaf
        self.written.append((str(found), Piece(leaf)))
        self.written.append((moment.isoformat(), Piece(leaf, iso=True)))
        return found

    def received(self, moment: datetime) -> None:
        """Takes the time at which a log was received for what stands for that."""
        self.times[moment] = RECEIVED
        self.written.append((moment.isoformat(), Piece(RECEIVED, iso=True)))

    def address(self, leaf: int, like: str) -> str:
        """An internet address that stands for a leaf, with a port where one is written."""
        shown = told = f"198.{18 + self.kind}.{leaf // 100}.{100 + leaf % 100}"
        if like.startswith("["):
            shown = f"2001:db8::{1 + self.kind}:{0x1000 + leaf:x}"
            told = f"[{shown}]"
        if is_with_port(like):
            told += ":4711"
            self.written.append((told, Piece(leaf)))
        self.written.append((shown, Piece(leaf, shown=told != shown)))
        return told

    def parts(self, text: str) -> tuple[str | Piece, ...]:
        """A text's parts: what is always the same, and what stands for values."""
        found: list[str | Piece] = [text]
        for mark, piece in self.written:
            if mark in text:
                found = [new for part in found for new in _split(part, mark, piece)]
        return tuple(new for part in found for new in self._unmarked(part))

    def _unmarked(self, part: str | Piece) -> list[str | Piece]:
        if isinstance(part, Piece):
            return [part]
        found: list[str | Piece] = []
        place = 0
        while match := BEGUN.search(part, place):
            piece, length = self._marked(match)
            found += [part[place : match.start()], piece]
            place = match.start() + length
        return [*found, part[place:]]

    def _marked(self, match: re.Match[str]) -> tuple[Piece, int]:
        """Which mark stands there, and how long it is. Raises Cut and Unclear."""
        told, text = match[0], match.string
        number = int(told[2:] if told[0] in "Qq" else told[:3])
        if told[1] == "b":
            return Piece(FIRST_ID - number), len(told)
        leaf = number if number in self.texts else LINE
        mark = self.texts[leaf]
        if told[0] == "q":
            piece, mark = Piece(leaf, lower=True), mark.lower()
        else:
            piece = Piece(leaf)
        if text.startswith(mark, match.start()):
            return piece, len(mark)
        written = orjson.dumps(mark).decode()[1:-1]
        if text.startswith(written, match.start()):
            return piece._replace(written=True), len(written)
        quoted = repr(mark.encode())[2:-1]
        if leaf == LINE and text.startswith(quoted, match.start()):
            return piece._replace(quoted=True), len(quoted)
        rest = text[match.start() :]
        if len(rest) <= self.long.get(leaf, 0) and mark.startswith(rest):
            return piece._replace(cut=len(rest)), len(rest)
        of = self.parted_in[leaf].leaf if leaf in self.parted_in else leaf
        raise _partly(rest, mark, of)


@lru_cache(maxsize=1 << 13)
def _written(kind: int, leaf: int, length: int, told: tuple[tuple[str, bool], ...]) -> str:
    """A text's mark: one object for all samples, so that its hash is made once."""
    signs = SIGNS if kind else "".join(['"', *(sign for sign, there in told if there)])
    for sign, there in told:
        signs = signs if there else signs.replace(sign, "")
    filler = "x" * (length - 10 - len(signs))
    return f"Qa{leaf % 1000:03d}{signs}{filler}{leaf % 1000:03d}aQ"


def _partly(text: str, mark: str, leaf: int) -> Exception:
    same = next((n for n, (a, b) in enumerate(zip(text, mark, strict=False)) if a != b), len(text))
    return Cut(leaf) if same >= SHORTEST // 2 else Unclear(f"a part of leaf {leaf}")


def _split(part: str | Piece, mark: str, piece: Piece) -> list[str | Piece]:
    if isinstance(part, Piece):
        return [part]
    first, *others = part.split(mark)
    return [first, *(new for other in others for new in (piece, other))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Noting(Context):
    """A context that notes what ids are made of, in place of making them."""

    raw: bytes
    noted: list[str | None] = field(default_factory=list, compare=False)

    @classmethod
    def of(cls, context: Context, raw: bytes, kind: int) -> "Noting":
        """The same context, of a line that has this text, in a log of each kind's own.

        So nothing is learnt that only holds for one log of a feed.
        """
        told = {each.name: getattr(context, each.name) for each in fields(context)} | {
            "batch": f"batch {kind}",
            "origin": f"origin {kind}",
            "received": context.received.replace(microsecond=171_717) - (1 + kind) * OTHERWISE,
            "read": max(context.received, context.read or context.received),
            "framing": Framing(),
        }
        return cls(**told, raw=raw)

    def _note(self, text: str | None) -> str:
        self.noted.append(text)
        return f"Qb{len(self.noted) - 1:05d}"

    def event_id(self, *identity: object) -> str:
        """A mark for the id of these parts."""
        return self._note("\x1f".join(map(str, identity)))

    def event_ids(self, kind: str, *identities: Any) -> list[str]:
        """Marks for the ids of these parts."""
        return [self.event_id(kind, *parts) for parts in zip(*identities, strict=True)]

    def line_id(self, offset: int, line: bytes) -> str:
        """A mark for the id of the line."""
        if line != self.raw:
            raise Unclear("an id of a part of a line")
        return self._note(None)

    def line_ids(self, offsets: Any, lines: Any) -> list[str]:
        """Marks for the ids of lines."""
        return [self.line_id(*pair) for pair in zip(offsets, lines, strict=True)]

    def first_seen(self, end: int) -> datetime:
        """Nothing: it depends on where the line stands."""
        raise Unclear("a time that depends on the line's place")
