"""Turns the documents of a log into batches."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context
from analytics.jsonlog.keeping import KEPT
from analytics.jsonlog.lined import Block, blocks
from analytics.jsonlog.samples import Looks, Read, Rows
from analytics.reading import Document, documents
from analytics.reading.documents import Within

Row = dict[str, Any]
Reader = Callable[[Document, Context], Iterable[Mapping[str, Any]] | str]

Mend = Callable[[Document], Document]


def batches(
    stream: BinaryIO,
    collector: Collector,
    read: Reader,
    within: tuple[str, ...] = (),
    looks: Looks | None = None,
    mend: Mend | None = None,
) -> Iterator[Batch]:
    """The rows that `read` makes of each document; a text says why it cannot be read.

    `within` are names under which an envelope has its records in a list. `looks` are what `read`
    looks into: of a log in lines that are alike it then has to read only a few. What is no JSON is
    mended, if it can be, before it is rejected.
    """
    within = Within.of(within, collector.context.framing.add)
    if looks is None:
        yield from _collected(_mended(documents(stream, within), mend), collector, read)
    else:
        reads: Read = lambda found, context: [_rows(one, context, read) for one in found]  # noqa: E731
        with KEPT.learning(reads, looks, collector.context, collector.source) as learning:
            for part in blocks(stream, within):
                rest: Iterable[Document] = ()
                if isinstance(part, Block):
                    events, rest = learning.events(part, within)
                    if events:
                        yield Batch(events=events)
                else:
                    rest = (part,)
                yield from _collected(_mended(rest, mend), collector, read)
    yield from collector.rest()


def _mended(found: Iterable[Document], mend: Mend | None) -> Iterable[Document]:
    return (mend(one) if one.error else one for one in found) if mend else found


def _rows(document: Document, context: Context, read: Reader) -> Rows:
    found = document.error or read(document, context)
    return found if isinstance(found, str) else list(found)


def _collected(found: Iterable[Document], collector: Collector, read: Reader) -> Iterator[Batch]:
    for document in found:
        rows: Iterable[Mapping[str, Any]] | str
        rows = document.error or read(document, collector.context)
        if isinstance(rows, str):
            collector.reject(document.number, rows, document.raw)
        else:
            for row in rows:
                collector.add(row)
        if collector.full:
            yield collector.take()
