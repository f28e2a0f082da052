"""Events of lines that are like others, from what a source's reader makes of one of them.

Lines of one form that also agree in all values that the reader looks into differ in nothing but
values that it copies. So it reads one of them, as a sample, and the rest is filled in by columns.
What a sample gives is held against what the reader makes of two such lines as they are; where it
is not the same, or cannot be told, the reader reads them all.
"""

from collections.abc import Iterator, Mapping, Sequence
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
from analytics.jsonlog.lined import Block
from analytics.jsonlog.marking import Given
from analytics.jsonlog.samples import Looks, Read, Sample, learn
from analytics.reading import Document
from analytics.reading.ends import object_of

FEW = 4  # lines that are not worth a sample, unless there were some before
MOST_SAMPLES = 4096  # of a form


@dataclass(slots=True)
class Known:
    """What is known of a form: how its leaves are looked into, and its samples by key."""

    hows: list[How]
    samples: dict[Key, Sample | None] = field(default_factory=dict)
    seen: dict[Key, int] = field(default_factory=dict)


class Learning:
    """What was learnt of a log so far."""

    def __init__(self, read: Read, looks: Looks, context: Context, source: Source) -> None:
        self.read, self.looks, self.context, self.source = read, looks, context, source
        self.alike = Forms()
        self.forms: dict[Form, Known] = {}

    def events(
        self, block: Block, within: tuple[str, ...] = ()
    ) -> tuple[pa.Table | None, Iterator[Document]]:
        """Events of those lines of a block that are like others, and what is in the rest."""
        others = np.ones(len(block.starts), bool)
        tables: list[pa.Table] = []
        for alike in self.alike.found(block):
            found, rows = self.tables(alike)
            others[rows] = False
            tables += found
        rest = block.documents(np.flatnonzero(others), within)
        return pa.concat_tables(tables) if tables else None, rest

    def tables(self, alike: Alike) -> tuple[list[pa.Table], Any]:
        """Events of lines of one form, and of which lines they are."""
        known = self._known(alike.form)
        keys = Keys(alike, known.hows)
        chosen, new = self._chosen(alike, known, keys)
        tables, rows = [], [np.empty(0, np.int64)]
        shapes: dict[int, list[int]] = {}
        for at, sample in enumerate(chosen):
            if sample:
                shapes.setdefault(id(sample.shape), []).append(at)
        for ats in shapes.values():
            place = np.full(len(chosen), -1)
            place[ats] = np.arange(len(ats))
            codes = place[keys.codes]
            samples = [sample for at in ats if (sample := chosen[at])]
            checked = [place[at] for at in ats if at in new]
            found = self._filled(alike, samples, codes, checked)
            if found is None:
                for at in ats:
                    if at in new:
                        known.samples[keys.key(at)] = None
                continue
            tables += found[0]
            rows.append(found[1])
        return tables, np.concatenate(rows)

    def _known(self, form: Form) -> Known:
        if form not in self.forms:
            if len(self.forms) > MOST_SAMPLES:
                self.forms.clear()
            self.forms[form] = Known(hows(self.looks, form))
        return self.forms[form]

    def _chosen(
        self, alike: Alike, known: Known, keys: Keys
    ) -> tuple[list[Sample | None], set[int]]:
        """A sample for each group of lines, where there is one, and which of them are new."""
        if len(known.samples) > MOST_SAMPLES:
            known.samples.clear()
            known.seen.clear()
        new: list[int] = []
        for at, count in enumerate(keys.counts):
            key = keys.key(at)
            if key not in known.samples:
                known.seen[key] = known.seen.get(key, 0) + count
                if known.seen[key] >= FEW:
                    new.append(at)
        lengths = _lengths(alike) if new else []
        given = [self._given(alike, keys, at, lengths) for at in new]
        learnt = iter(learn(self.read, [one for one in given if one], self.context))
        for at, one in zip(new, given, strict=True):
            known.samples[keys.key(at)] = next(learnt) if one else None
        found = [known.samples.get(keys.key(at)) for at in range(len(keys.counts))]
        return found, set(new)

    def _given(self, alike: Alike, keys: Keys, at: int, lengths: Sequence[int]) -> Given | None:
        row = keys.firsts[at]
        taken = keys.taken(row)
        (text,) = alike.block.lines(alike.rows[row : row + 1])
        if "other" in taken or object_of(text) is None:
            return None
        signs, same = keys.signs(row), keys.same(row)
        return Given(text, alike.form.leaves, taken, lengths, signs, same, self.looks.absent)

    def _filled(
        self, alike: Alike, samples: Sequence[Sample], codes: Any, checked: Sequence[int]
    ) -> tuple[list[pa.Table], Any] | None:
        """Tables of the lines with samples, and their rows; None where they are not right."""
        chosen = codes >= 0
        alike, codes = alike.only(chosen), codes[chosen]
        those = fit(alike, samples, self.context)
        if not those.any():
            return [], alike.rows[:0]
        filling = Filling(alike.only(those), samples, codes[those], (self.context, self.source))
        tables = filling.tables()
        if checked and not self._right(filling, tables, checked):
            return None
        return tables, filling.alike.rows

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
        return all(
            len(slot) == len(rows)
            and same(table_of(slot, self.context, self.source), table, at, {*row}.union(*slot))
            for slot, table, row in zip(wanted, tables, filling.samples[0].rows, strict=True)
        )


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
