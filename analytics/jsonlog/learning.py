"""Events of lines that are like others, from what a source's reader makes of one of them.

Lines of one form that also agree in all values that the reader looks into differ in nothing but
values that it copies. So it reads one of them, as a sample, and the rest is filled in by columns.
What a sample gives is held against what the reader makes of two such lines as they are; where it
is not the same, or cannot be told, the reader reads them all.

What was learnt of one log is kept for the next one of its source and feed (`keeping.py`), and held
against the reader again there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from analytics.event import Context, Source, table_of
from analytics.jsonlog.alike import Alike, Forms
from analytics.jsonlog.filling import Filling
from analytics.jsonlog.fitting import fit
from analytics.jsonlog.forms import Form
from analytics.jsonlog.keys import How, Key, Keys, hows
from analytics.jsonlog.learnt import Sample
from analytics.jsonlog.lined import Block
from analytics.jsonlog.marking import Given
from analytics.jsonlog.samples import Looks, Read, learn
from analytics.reading import Document
from analytics.reading.ends import object_of

FEW = 4  # lines that are not worth a sample, unless there were some before
MOST_SEEN = 4096  # keys of a form of which there were too few lines so far
HEAVIEST = 32 << 20  # bytes that all samples and forms take, more or less
OF_SAMPLE, OF_LEAF = 8 << 10, 512  # bytes that a sample takes beside its texts, and a leaf


@dataclass(slots=True)
class Known:
    """What is known of a form: how its leaves are looked into, and its samples by key.

    Samples are `proved` that were held against the reader in this log, and `refuted` where it
    read something else. Of keys that were seen too seldom there are only hashes: they may be long.
    """

    hows: list[How]
    samples: dict[Key, Sample | None] = field(default_factory=dict)
    seen: dict[int, int] = field(default_factory=dict)
    proved: set[Key] = field(default_factory=set)
    refuted: set[Key] = field(default_factory=set)

    def sample(self, key: Key) -> Sample | None:
        """The sample of lines that have this key; None where they are to be read one by one."""
        return None if key in self.refuted else self.samples.get(key)

    def forget(self, keys: Iterable[Key]) -> None:
        """Lets samples be learnt again."""
        for key in keys:
            self.samples.pop(key, None)

    def begin(self) -> None:
        """Holds what was learnt from an earlier log for true no longer."""
        nothing = [key for key, sample in self.samples.items() if sample is None]
        self.forget([*nothing, *self.refuted])
        self.proved.clear()
        self.refuted.clear()
        self.seen.clear()


class Learning:
    """What was learnt of a log so far, and of earlier ones of the same source and feed."""

    def __init__(self, read: Read, looks: Looks, context: Context, source: Source) -> None:
        self.read, self.looks, self.context, self.source = read, looks, context, source
        self.alike = Forms()
        self.forms: dict[Form, Known] = {}
        self.weight = 0  # bytes, more or less

    def begin(self, read: Read, context: Context) -> None:
        """Goes on with another log."""
        self.read, self.context = read, context
        for known in self.forms.values():
            known.begin()

    def _weigh(self, bytes_: int) -> None:
        self.weight += bytes_
        if self.weight > HEAVIEST:
            self.alike, self.weight = Forms(), bytes_
            self.forms.clear()

    def events(
        self, block: Block, within: tuple[str, ...] = ()
    ) -> tuple[pa.Table | None, Iterator[Document]]:
        """Events of those lines of a block that are like others, and what is in the rest."""
        others = np.ones(len(block.starts), bool)
        tables: list[pa.Table] = []
        waiting = self.alike.found(block)[::-1]
        while waiting:  # each gives its columns up before those of the next are taken
            found, rows = self.tables(waiting.pop())
            others[rows] = False
            tables += found
        rest = block.documents(np.flatnonzero(others), within)
        return pa.concat_tables(tables) if tables else None, rest

    def tables(self, alike: Alike) -> tuple[list[pa.Table], Any]:
        """Events of lines of one form, and of which lines they are."""
        known = self._known(alike.form)
        keys = Keys(alike, known.hows)
        new = self._learn(alike, known, keys)
        chosen = [known.sample(keys.key(at)) for at in range(len(keys.counts))]
        tables, rows = [], [np.empty(0, np.int64)]
        waiting = _grouped({at: id(sample.fitting) for at, sample in enumerate(chosen) if sample})
        while waiting:
            ats = waiting.pop()
            place = np.full(len(chosen), -1)
            place[ats] = np.arange(len(ats))
            samples = [sample for at in ats if (sample := chosen[at])]
            unproved = [at for at in ats if keys.key(at) not in known.proved]
            filling = self._filling(alike, samples, place[keys.codes])
            older = [keys.key(at) for at in unproved if at not in new]
            if older and 2 * filling.alike.size < sum(keys.counts[at] for at in ats):
                known.forget(older)  # their marks were too short, perhaps
            if not filling.alike.size:
                continue
            found = filling.tables()
            if unproved:
                if not self._right(filling, found, [int(place[at]) for at in unproved]):
                    shapes = map(id, (sample.shape for sample in samples))
                    apart = _grouped(dict(zip(ats, shapes, strict=True)))
                    if len(apart) > 1:
                        waiting += apart
                    else:
                        known.refuted.update(keys.key(at) for at in unproved)
                    continue
                there = set(np.unique(filling.codes).tolist())
                known.proved.update(keys.key(at) for at in unproved if int(place[at]) in there)
            tables += found
            rows.append(filling.alike.rows)
        return tables, np.concatenate(rows)

    def _known(self, form: Form) -> Known:
        if form not in self.forms:
            self._weigh(len(form.repeated) + OF_LEAF * len(form.leaves))
            self.forms[form] = Known(hows(self.looks, form))
        return self.forms[form]

    def _learn(self, alike: Alike, known: Known, keys: Keys) -> set[int]:
        """Learns of those groups of lines of which nothing is known, and says which these are."""
        if len(known.seen) > MOST_SEEN:
            known.seen.clear()
        new: list[int] = []
        for at, count in enumerate(keys.counts):
            key = keys.key(at)
            if key not in known.samples:
                seen = hash(key)
                known.seen[seen] = known.seen.get(seen, 0) + count
                if known.seen[seen] >= FEW:
                    new.append(at)
        lengths = _lengths(alike) if new else []
        given = [self._given(alike, keys, at, lengths) for at in new]
        learnt = iter(learn(self.read, [one for one in given if one], self.context))
        for at, one in zip(new, given, strict=True):
            known.samples[keys.key(at)] = next(learnt) if one else None
            length = int(alike.places[keys.firsts[at], [-1, 0]] @ (1, -1))
            self._weigh(OF_SAMPLE + 4 * length)
        return set(new)

    def _given(self, alike: Alike, keys: Keys, at: int, lengths: Sequence[int]) -> Given | None:
        row = keys.firsts[at]
        taken = keys.taken(row)
        (text,) = alike.block.lines(alike.rows[row : row + 1])
        if "other" in taken or object_of(text) is None:
            return None
        signs, same = keys.signs(row), keys.same(row)
        return Given(text, alike.form.leaves, taken, lengths, signs, same, self.looks.absent)

    def _filling(self, alike: Alike, samples: Sequence[Sample], codes: Any) -> Filling:
        """Those lines with samples that are fit to be filled in."""
        chosen = codes >= 0
        alike, codes = alike.only(chosen), codes[chosen]
        those = fit(alike, samples, self.context)
        return Filling(alike.only(those), samples, codes[those], (self.context, self.source))

    def _right(self, filling: Filling, tables: list[pa.Table], checked: Sequence[int]) -> bool:
        """Whether the reader makes the same of the first and the last line of some samples."""
        rows: list[int] = []
        for code in checked:
            of = np.flatnonzero(filling.codes == code)
            rows += sorted({int(of[0]), int(of[-1])}) if len(of) else []
        alike = filling.alike
        wanted: list[list[Mapping[str, Any]]] = [[] for _ in tables]
        documents = list(alike.block.documents(alike.rows[sorted(rows)]))
        for read in self.read(documents, self.context):
            if isinstance(read, str) or len(read) != len(tables):
                return False
            for slot, row in zip(wanted, read, strict=True):
                slot.append(row)
        at = pa.array(sorted(rows), pa.int64())
        told = [set(filling.names(row)) for row in range(len(tables))]
        return all(
            len(slot) == len(rows)
            and same(table_of(slot, self.context, self.source), table, at, names.union(*slot))
            for slot, table, names in zip(wanted, tables, told, strict=True)
        )


def _grouped(kinds: Mapping[int, int]) -> list[list[int]]:
    """Places of samples that are of one kind."""
    found: dict[int, list[int]] = {}
    for at, kind in kinds.items():
        found.setdefault(kind, []).append(at)
    return list(found.values())


def _lengths(alike: Alike) -> Sequence[int]:
    """How long each leaf's texts may be, in bytes: a power of two above the longest one."""
    widths = alike.widths([leaf.piece for leaf in alike.form.leaves]).max(axis=0)
    found: list[int] = (1 << np.ceil(np.log2(widths + 32)).astype(int)).tolist()
    return found


def same(one: pa.Table, other: pa.Table, at: pa.Array, names: set[str]) -> bool:
    """Whether one table's columns are those of some rows of another."""
    return all(
        one[name].combine_chunks().equals(other[name].take(at).combine_chunks()) for name in names
    )
