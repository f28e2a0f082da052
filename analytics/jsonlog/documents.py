"""Turns the documents of a log into batches."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context
from analytics.reading import Document, documents

Row = dict[str, Any]
Reader = Callable[[Document, Context], Iterable[Mapping[str, Any]] | str]


def batches(
    stream: BinaryIO, collector: Collector, read: Reader, within: tuple[str, ...] = ()
) -> Iterator[Batch]:
    """The rows that `read` makes of each document; a text says why it cannot be read.

    `within` are names under which an envelope has its records in a list.
    """
    for document in documents(stream, within=within):
        found = document.error or read(document, collector.context)
        if isinstance(found, str):
            collector.reject(document.number, found, document.raw)
        else:
            for row in found:
                collector.add(row)
        if collector.full:
            yield collector.take()
    yield from collector.rest()
