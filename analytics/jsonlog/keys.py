"""By what lines of one form differ that their reader looks into."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.jsonlog.alike import Alike
from analytics.jsonlog.forms import Form, Leaf
from analytics.jsonlog.kinds import (
    COUNT,
    LIKE,
    NOUGHT,
    OTHER,
    PLAIN,
    TAKEN,
    WHOLE,
    are_numbers,
    numbers,
)
from analytics.jsonlog.parts import PARTED, Like, parted
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.texts import begin_with, matching, numbered

ANY = "*"
LONGEST_KEY = 1 << 62
BRACKET = ord("[")  # before an address with colons that has a port
OF_NUMBERS = "0123456789.-+eE"
ODD_DIGITS = "0[0-9]{0,17}|[1-9][0-9]{15,17}"  # that are numbers, but not written as one is
SHA256 = "^[0-9a-f]{64}$"
DIGITS, DIGEST = Like("digits", WHOLE, WHOLE), Like("digest", SHA256, SHA256)
Key = tuple[Any, ...]


class How(NamedTuple):
    """How a leaf is looked into: time, address, all, or nothing but what stands here; or left."""

    how: str
    words: str | None = None
    sign: str | None = None
    same: int | None = None  # an earlier leaf of which it may have the text
    like: tuple[Like, ...] = ()  # texts that are taken in another way


def hows(looks: Looks, form: Form) -> list[How]:
    """How each leaf of a form is looked into."""
    earlier, mixed = _pairs(looks, form)
    found = []
    for at, leaf in enumerate(form.leaves):
        into, words, sign = looks.into(leaf), _words(looks, form, leaf), looks.signs.get(leaf.name)
        if into == "left":
            found.append(How("left"))
        elif leaf.kind == "text" and not into and at not in mixed:
            like = tuple(parted(one) for name in leaf.names for one in looks.parts.get(name, ()))
            if leaf.name in looks.counts:
                words = f"{ODD_DIGITS}|{words}" if words else ODD_DIGITS
                like += (DIGITS,)
            elif leaf.name in looks.digests:
                like += (DIGEST,)
            found.append(How("", words and f"^(?:{words})$", sign, earlier.get(at), like))
        elif (sign and sign in OF_NUMBERS) or at in mixed:
            found.append(How("all"))
        else:
            found.append(How(into, words and f"^(?:{words})$", same=earlier.get(at)))
    return found


def _words(looks: Looks, form: Form, leaf: Leaf) -> str | None:
    """The pattern of texts that decide."""
    texts = {leaf.path for leaf in form.leaves if leaf.kind == "text"}
    told = [looks.words.get(name) for name in (*leaf.names, ANY)]
    told += [words.get(leaf.name) for name, words in looks.without.items() if (name,) not in texts]
    return "|".join(filter(None, told)) or None


def _pairs(looks: Looks, form: Form) -> tuple[dict[int, int], set[int]]:
    """Leaves that may say the same as an earlier one, and those of pairs of a text and a number."""
    named = {leaf.name: at for at, leaf in enumerate(form.leaves) if leaf.kind != "plain"}
    pairs = [sorted((named[a], named[b])) for a, b in looks.same if a in named and b in named]
    kinds = [leaf.kind for leaf in form.leaves]
    earlier = {later: first for first, later in pairs if kinds[first] == kinds[later]}
    return earlier, {at for pair in pairs if kinds[pair[0]] != kinds[pair[1]] for at in pair}


class Keys:
    """Lines of one form, numbered by how they differ in what their reader looks into.

    `codes` are these numbers, from 0; of each `firsts` has a line and `counts` how many.
    """

    def __init__(self, alike: Alike, known: Sequence[How]) -> None:
        self.alike, self.hows = alike, known
        self._kinds: dict[int, Any] = {}
        self._words: dict[int, Any] = {}
        self._parted: dict[int, Any] = {}  # texts that are of parts, which are no words
        self._signs: dict[int, Any] = {}
        self._same: dict[int, Any] = {}
        self._parts: list[tuple[Any, list[Any] | None]] = []
        key, distinct = np.zeros(alike.size, np.int64), 1
        for codes, values in self._columns():
            self._parts.append((codes, values))
            many = int(codes.max()) + 1
            if many == 1:
                continue
            distinct *= many
            if distinct >= LONGEST_KEY:
                key = np.unique(key, return_inverse=True)[1]
                distinct = alike.size * many
            key = key * many + codes
        if distinct > 1:
            self.codes = np.asarray(pa.array(key).dictionary_encode().indices)
        else:
            self.codes = key
        self.counts = np.bincount(self.codes).tolist()
        firsts = np.empty(len(self.counts), np.int64)
        firsts[self.codes[::-1]] = np.arange(alike.size - 1, -1, -1)
        self.firsts = firsts.tolist()
        self._keys: dict[int, Key] = {}

    def _columns(self) -> Iterator[tuple[Any, list[Any] | None]]:
        leaves = self.alike.form.leaves
        for at, column in self._empty():
            self._kinds[at] = np.where(column, NOUGHT, PLAIN)
            yield self._kinds[at], None
        for at, (how, words, sign, earlier, like) in enumerate(self.hows):
            leaf = leaves[at]
            if how == "left":
                if leaf.kind == "number":
                    self._kinds[at] = np.where(
                        are_numbers(self.alike.raw(leaf.piece)), COUNT, OTHER
                    )
                    yield self._kinds[at], None
                continue
            if how == "all":
                yield numbered(self.alike.raw(leaf.piece))
                continue
            yield from self._measured(at, how)
            if like:
                self._kinds[at] = self._like(at, like)
                yield self._kinds[at], None
            if how == "address" or words is not None or sign is not None:
                yield from self._told(at, words, sign)
            if earlier is not None:
                other = self.alike.column(leaves[earlier].piece)
                found = pc.equal(self.alike.column(leaf.piece), other)
                self._same[at] = np.asarray(found).astype(np.int64)
                yield self._same[at], None

    def _measured(self, at: int, how: str) -> Iterator[tuple[Any, None]]:
        """What kinds of numbers these are, and how long times are that are counted."""
        leaf = self.alike.form.leaves[at]
        if leaf.kind == "number":
            self._kinds[at] = numbers(self.alike.raw(leaf.piece))
            yield self._kinds[at], None
        if how == "time":
            yield self._counted(at), None

    def _counted(self, at: int) -> Any:
        """Of how many digits times are that are counted; 0 for others."""
        piece = self.alike.form.leaves[at].piece
        last = len(self.alike.text) - 1
        fifth = self.alike.text.take(np.minimum(self.alike.places[:, piece] + 4, last))
        if not ((fifth >= ord("0")) & (fifth <= ord("9"))).any():  # it ends a year, mostly
            return np.zeros(self.alike.size, np.int64)
        places = self.alike.places[:, [piece]] + np.arange(5)
        begins = self.alike.text[np.minimum(places, last)]
        counted = ((begins >= ord("0")) & (begins <= ord("9"))).all(axis=1)
        return np.where(counted, self.alike.widths([piece])[:, 0], 0)

    def _told(
        self, at: int, words: str | None, sign: str | None
    ) -> Iterator[tuple[Any, list[Any] | None]]:
        """Which texts are words that decide, in which a sign stands, and which are in brackets."""
        if self.hows[at].how == "address":
            yield begin_with(self.alike.raw(self.alike.form.leaves[at].piece), BRACKET), None
        if words is None and sign is None:
            return
        column = self.alike.column(self.alike.form.leaves[at].piece)
        if sign is None and at in self._parted:  # of which there may be ever other ones
            column = pc.if_else(pa.array(self._parted[at]), "", column)
        if words is not None:
            those = matching(column, words) & ~self._parted.get(at, np.False_)
            self._words[at] = those
            number, told = np.zeros(len(those), np.int64), [None]
            if those.any():
                encoded = column.filter(pa.array(those)).dictionary_encode()
                number[those] = np.asarray(encoded.indices) + 1
                told += encoded.dictionary.to_pylist()
            yield number, told
        if sign is not None:
            self._signs[at] = matching(column, re.escape(sign)).astype(np.int64)
            yield self._signs[at], None

    def _like(self, at: int, likes: Sequence[Like]) -> Any:
        """Which texts are whole numbers, digests or of parts; those nearly so are strange."""
        piece = self.alike.form.leaves[at].piece
        said, raw = self.alike.column(piece), self.alike.raw(piece)
        kinds = self._kinds.get(at, np.full(len(raw), PLAIN))
        odd = np.ones(len(raw), bool)
        if likes == (DIGITS,) and not self._begins_like_digits(piece):
            return kinds
        for number, like in enumerate(likes):
            of_parts = like.taken.startswith(PARTED)
            found = np.asarray(pc.match_substring_regex(said if of_parts else raw, like.written))
            if of_parts:
                self._parted[at] = self._parted.get(at, False) | found
            kinds = np.where(found, LIKE + number, kinds)
            odd &= ~found
        for like in likes if odd.any() else ():
            kinds = np.where(odd & pc.match_substring_regex(said, like.told), OTHER, kinds)
        return kinds

    def _begins_like_digits(self, piece: int) -> bool:
        """Whether any text begins with a digit, or with an escape that may be one."""
        begins = self.alike.text[self.alike.places[:, piece]]
        return bool((((begins >= ord("0")) & (begins <= ord("9"))) | (begins == ord("\\"))).any())

    def _empty(self) -> Iterator[tuple[int, Any]]:
        """Texts that are empty in some lines, and in which."""
        leaves = self.alike.form.leaves
        texts = [
            at
            for at, how in enumerate(self.hows)
            if how.how not in ("all", "left") and leaves[at].kind == "text"
        ]
        if texts:
            none = self.alike.widths([leaves[at].piece for at in texts]) == 0
            for column in np.flatnonzero(none.any(axis=0)).tolist():
                yield texts[column], none[:, column]

    def key(self, at: int) -> Key:
        """What tells a group of lines apart, now and in other blocks."""
        if at not in self._keys:
            row = self.firsts[at]
            told = [
                int(codes[row]) if values is None else values[codes[row]]
                for codes, values in self._parts
            ]
            self._keys[at] = (*self._kinds, *told)
        return self._keys[at]

    def taken(self, row: int) -> list[str]:
        """How each leaf of a line is taken: not at all where it is looked into."""
        found = []
        for at, how in enumerate(self.hows):
            kind = int(self._kinds[at][row]) if at in self._kinds else PLAIN
            is_word = at in self._words and self._words[at][row]
            if how.how == "left":
                found.append("other" if kind == OTHER else "")
            elif how.how == "all" or kind == NOUGHT or is_word:
                found.append("")
            elif kind == OTHER:
                found.append("other")
            elif kind >= LIKE:
                found.append(how.like[kind - LIKE].taken)
            else:
                found.append(how.how or TAKEN[kind])
        return found

    def signs(self, row: int) -> dict[int, dict[str, bool]]:
        """Which signs stand in a line's texts."""
        return {
            at: {sign: bool(told[row])}
            for at, told in self._signs.items()
            if (sign := self.hows[at].sign)
        }

    def same(self, row: int) -> dict[int, int]:
        """Which texts of a line are the same as others."""
        return {
            at: earlier
            for at, told in self._same.items()
            if told[row] and (earlier := self.hows[at].same) is not None
        }
