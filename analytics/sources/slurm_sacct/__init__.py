"""Slurm's accounting as `sacct -P` prints it: a row for each job, array task and step."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

from analytics.event import Batch, Context, Source, merged, readable
from analytics.reading import lines
from analytics.sources.slurm_sacct.columns import (
    NEEDED,
    Columns,
    of_header,
    of_names,
    of_ruler,
    of_shape,
)
from analytics.sources.slurm_sacct.rows import Rows

SAMPLED = 50
AT_ONCE = 2_000  # rows: more would fall out of the caches
BYTES_AT_ONCE = 8 << 20
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each row; header lines, also repeated ones, say what follows."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    told = (line for line in lines(stream) if line.text.strip())
    head = list(islice(told, SAMPLED))
    texts = [readable(line.text.removeprefix(BYTE_ORDER_MARK)) for line in head]
    rows = Rows(context, SOURCE, _columns(texts, context), texts)
    size = 0
    for line in chain(head, told):
        text = readable(line.text.removeprefix(BYTE_ORDER_MARK))
        if line.too_long:
            rows.reject(line.number, "line is too long", text)
            continue
        if text[:1].isalpha() and (header := of_header(text)):
            yield from rows.take()
            rows.columns, size = header, 0
            continue
        if text.startswith("--") and (header := of_ruler(rows.last(), text)):
            rows.drop_last()
            yield from rows.take()
            rows.columns, size = header, 0
            continue
        rows.add(line.number, text)
        size += len(text)
        if len(rows.texts) >= AT_ONCE or size >= BYTES_AT_ONCE:
            yield from rows.take(more=True)
            size = 0
    yield from rows.take()


def _columns(head: list[str], context: Context) -> Columns | None:
    """The columns before any header: those that were told, or those that the shape gives away."""
    if not head:
        return None
    return of_names(context.columns, head[0]) if context.columns else of_shape(head)


def recognises(head: bytes, path: str) -> float:
    """Sure of a header of sacct, and of rows of a call that is known."""
    begun = head.removeprefix(BYTE_ORDER_MARK).decode("utf-8", "replace")
    whole = begun[: begun.rfind("\n") + 1] or begun
    rows = [line.rstrip("\r") for line in whole.split("\n") if line.strip()][:SAMPLED]
    if rows and (of_header(rows[0]) or (len(rows) > 1 and of_ruler(*rows[:2]))):
        return 0.95
    return 0.9 if of_shape(rows) else 0.0


SOURCE = Source(
    name="slurm_sacct",
    family="scheduler",
    title="Slurm accounting (sacct)",
    recognises=recognises,
    parse=parse,
    needs=NEEDED,
)
