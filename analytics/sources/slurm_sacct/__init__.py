"""Slurm's accounting as `sacct -P` prints it: a row for each job, array task and step."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import BinaryIO

from analytics.columnar.blocks import Block, blocks
from analytics.event import Batch, Context, Source, merged
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
AT_ONCE = 4_000  # rows: more would fall out of the caches
BYTES_AT_ONCE = 8 << 20
BYTE_ORDER_MARK = "\ufeff"
BLOCK = 1 << 20


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each row; header lines, also repeated ones, say what follows."""
    return merged(_batches(stream, context))


def _batches(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    found = blocks(stream, BLOCK)
    first = next(found, None)
    if first is None:
        return
    told = (text for text in first.texts if text.strip())
    head = [text.removeprefix(BYTE_ORDER_MARK) for text in islice(told, SAMPLED)]
    rows = Rows(context, SOURCE, _columns(head, context), head)
    for block in chain([first], found):
        yield from _taken(block, rows)
        if len(rows.texts) >= AT_ONCE or rows.size >= BYTES_AT_ONCE:
            yield from rows.take(more=True)
    yield from rows.take()


def _taken(block: Block, rows: Rows) -> Iterator[Batch]:
    """Takes a block's lines; batches come where a header ends what was before it."""
    if block.too_long:
        rows.reject(block.number, "line is too long", block.texts[0])
        return
    texts, begun = block.texts, 0
    others = [at for at, text in enumerate(texts) if not text[:1].isdigit()]
    for at in [*others, len(texts)]:
        rows.extend(range(block.number + begun, block.number + at), texts[begun:at])
        if at < len(texts) and texts[at].strip():
            text = texts[at].removeprefix(BYTE_ORDER_MARK)
            yield from _other(block.number + at, text, rows)
        begun = at + 1


def _other(number: int, text: str, rows: Rows) -> Iterator[Batch]:
    """Takes a line that may be a header."""
    if text[:1].isalpha() and (header := of_header(text)):
        yield from rows.take()
        rows.columns = header
        rows.frame(number, text)
    elif text.startswith("--") and (header := of_ruler(rows.last(), text)):
        names = rows.drop_last()
        yield from rows.take()
        rows.columns = header
        rows.frame(*names)
        rows.frame(number, text, goes_on=True)
    else:
        rows.extend([number], [text])


def _columns(head: list[str], context: Context) -> Columns | None:
    """The columns before any header: those that were told, or those that the shape gives away."""
    if not head:
        return None
    return of_names(context.columns, head[0]) if context.columns else of_shape(head)


def recognises(head: bytes, path: str) -> float:
    """Sure of a header of sacct, and of rows of a call that is known."""
    begun = head.decode("utf-8", "replace").removeprefix(BYTE_ORDER_MARK)
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
    headed=True,
)
