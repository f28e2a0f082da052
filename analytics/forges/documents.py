"""Turns the documents of a forge's log into batches, and pages of an API into their items."""

from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, readable
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


def rows_of_page(
    document: Document, names: tuple[str, ...], make: Callable[[Document], Row | None]
) -> list[Row]:
    """The rows of a document, or of its items where it is a page of an API with a list of them.

    The first row keeps the whole page as its text, so that nothing of it is lost.
    """
    page = mapping(document.value)
    items = next(filter(None, (objects(page.get(name)) for name in names)), None)
    if items is None:
        alone = make(document)
        return [alone] if alone else []
    made = (make(document._replace(value=item, raw=_text(item))) for item in items)
    rows = [row for row in made if row]
    return [{**rows[0], "event.original": readable(document.raw)}, *rows[1:]] if rows else []


def _text(item: Row) -> bytes:
    return written(item, "").encode()
