"""Turns the documents of a forge's log into batches, and pages of an API into their items."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context
from analytics.forges.values import Row, mapping, objects, written
from analytics.reading import Document, documents

Reader = Callable[[Document, Context], Iterable[Row] | str]


def batches(stream: BinaryIO, collector: Collector, read: Reader) -> Iterator[Batch]:
    """The rows that `read` makes of each document; a text says why it cannot be read."""
    for document in documents(stream):
        found = document.error or read(document, collector.context)
        if isinstance(found, str):
            collector.reject(document.number, found, document.raw)
        else:
            for row in found:
                collector.add(row)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def items_of(document: Document, *names: str) -> list[Document]:
    """The items of a page of an API, which has them under one of these names; else the document.

    The first item keeps the whole page as its text, so that nothing of it is lost.
    """
    page = mapping(document.value)
    items = next(filter(None, (objects(page.get(name)) for name in names)), None)
    if not items:
        return [document]
    return [
        document._replace(value=item, raw=document.raw if place == 0 else _text(item))
        for place, item in enumerate(items)
    ]


def _text(item: Row) -> bytes:
    return written(item, "").encode()
