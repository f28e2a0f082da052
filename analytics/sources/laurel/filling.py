"""Fills in events of lines that are alike, and reads the others one by one.

What a process's login id says depends on whether it descends from a launcher, and so on the lines
before. That is told first, in the order of the log; then lines in jobs and others are filled in.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.auditing.actors import Descent
from analytics.auditing.sentences import LONGEST
from analytics.auditing.tables import Tables, values_of
from analytics.event import Batch, Collector
from analytics.jsonlog.alike import Forms
from analytics.jsonlog.learning import Learning
from analytics.jsonlog.lined import Block
from analytics.reading import Document
from analytics.sources.laurel.looks import LOOKS, Decided, Learner
from analytics.sources.laurel.processes import Group, InOrder
from analytics.sources.laurel.rows import read


class Reading:
    """Reads a log; what is no JSON is mended first, if it can be."""

    def __init__(self, collector: Collector, mend: Callable[[Document], Document]) -> None:
        self._collector, self._mend = collector, mend
        self._tables, self._descent, self._forms = Tables(collector), Descent(), Forms()
        self._decided = tuple(Decided(in_job=in_job) for in_job in (False, True))
        self._learning = tuple(
            Learning(Learner(in_job=in_job), LOOKS, collector.context, collector.source)
            for in_job in (False, True)
        )

    def block(self, block: Block) -> Iterator[Batch]:
        """The events of a block's lines."""
        found = map(Group.of, self._forms.found(block))
        groups = [group for group in found if group is not None]
        others = np.ones(len(block.starts), bool)
        for group in groups:
            others[group.alike.rows] = False
        order = InOrder(groups, self._descent)
        for document in block.documents(np.flatnonzero(others)):
            order.go_on(document.number - block.number - 1)
            yield from self.each((document,))
        order.go_on(np.inf)
        unlike = ~others
        tables: list[pa.Table] = []
        for group in groups:
            for table, rows in self._filled(group, order):
                tables.append(table)
                unlike[rows] = False
        if tables:
            yield Batch(events=pa.concat_tables(tables))
        rows = np.flatnonzero(unlike)
        yield from self.each(block.documents(rows), order.of(rows).tolist())

    def _filled(self, group: Group, order: InOrder) -> Iterator[tuple[pa.Table, Any]]:
        in_job = order.of(group.alike.rows)
        for told, learning in zip((~in_job, in_job), self._learning, strict=True):
            tables, rows = learning.tables(group.alike.only(told)) if told.any() else ([], ())
            if tables:
                found = pa.concat_tables(tables)
                whole = pc.less_equal(pc.utf8_length(found["message"]), LONGEST)
                if not pc.all(whole).as_py():
                    found, rows = found.filter(whole), rows[np.asarray(whole)]
                yield found, rows

    def each(
        self, documents: Iterable[Document], in_job: Iterable[bool] | None = None
    ) -> Iterator[Batch]:
        """Events one by one; of processes of which it is not known whether they are in a job."""
        told = None if in_job is None else iter(in_job)
        for found in documents:
            document = self._mend(found)
            descent = self._descent if told is None else self._decided[next(told)]
            row = document.error or read(document, self._collector.context, descent)
            if isinstance(row, str):
                self._collector.reject(document.number, row, document.raw)
            else:
                self._tables.put([values_of(row)])
            if self._collector.full:
                yield self._collector.take()

    def rest(self) -> Iterator[Batch]:
        """What was not yet handed out."""
        self._tables.turn()
        yield from self._collector.rest()
