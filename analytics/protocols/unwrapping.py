"""Reads what a body carries: its records by source, host and file, each group as one log."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.event import LONGEST_REJECTED, Batch, Context, Rejected, Source, readable
from analytics.fields import SCHEMA
from analytics.protocols.protocol import NOTHING_TOLD, Carried, Told

AT_ONCE = 64 << 20  # bytes of records that are grouped before they are read
HEAD = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Readers:
    """Who reads what is in a body.

    `named` gives our source of a name, `recognise` the one that is surest to read a log, both
    None for none. `allowed` says whether the sender may send that source. `about` gives the
    context of a record, which is that of the body but for what was told.
    """

    named: Callable[[str], Source | None]
    recognise: Callable[[bytes, str], Source | None]
    allowed: Callable[[str], bool]
    about: Callable[[Context, Told], Context]


@dataclass(slots=True)
class _Group:
    """Records that are read as one log; `numbers` are their places in the body."""

    told: Told
    numbers: list[int] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)
    documents: list[bytes] = field(default_factory=list)


def unwrapped(
    records: Iterable[Carried], context: Context, readers: Readers, usual: Told = NOTHING_TOLD
) -> Iterator[Batch]:
    """Batches of events and rejections; lines are numbered by their record's place in the body.

    Records with the same words told of them are one log, in their order; `usual` is told where
    they say nothing. What nobody reads is rejected with the reason.
    """
    groups: dict[tuple[object, ...], _Group] = {}
    rejected: list[Rejected] = []
    size = 0
    for record in records:
        size += len(record.text) + len(record.document) + 100
        if record.error:
            rejected.append(_refused(record.number, record.error, record.text or record.document))
        else:
            told = _told(record.told, usual)
            key = (told, bool(record.text), bool(record.document))
            group = groups.setdefault(key, _Group(told))
            group.numbers.append(record.number)
            group.texts.append(record.text)
            group.documents.append(record.document)
        if size >= AT_ONCE:
            yield from _read_all(groups, rejected, context, readers)
            groups, rejected, size = {}, [], 0
    yield from _read_all(groups, rejected, context, readers)


def _told(own: Told, usual: Told) -> Told:
    """What is told of a record, else of all."""
    if usual == NOTHING_TOLD:
        return own
    return Told(*(mine or others for mine, others in zip(own, usual, strict=True)))


def _read_all(
    groups: dict[tuple[object, ...], _Group],
    rejected: list[Rejected],
    context: Context,
    readers: Readers,
) -> Iterator[Batch]:
    for group in groups.values():
        source, lines = _source(group, readers)
        why = "no source recognises it"
        if source and not readers.allowed(source.name):
            why = f"this token may not send {source.name}"
        elif source:
            yield from _read(group, lines, source, _context(context, group.told, readers))
            continue
        rejected.extend(map(_refused, group.numbers, [why] * len(lines), lines))
    if rejected:
        yield Batch(events=SCHEMA.empty_table(), rejected=tuple(rejected))


def _source(group: _Group, readers: Readers) -> tuple[Source | None, list[bytes]]:
    """Who reads a group, and what of it: the lines in its records, or the records themselves."""
    forms = [lines for lines in (group.texts, group.documents) if lines[0]]
    path = group.told.path
    named = readers.named(group.told.source)
    if named:
        if len(forms) == 1:
            return named, forms[0]
        sure = [named.recognises(_head(lines), path) for lines in forms]
        return named, forms[0 if sure[0] >= sure[1] else 1]
    for lines in forms:
        if source := readers.recognise(_head(lines), path):
            return source, lines
    return None, forms[0]


def _head(lines: list[bytes]) -> bytes:
    taken, size = [], 0
    for line in lines:
        if size and size + len(line) > HEAD:
            break
        taken.append(line)
        size += len(line) + 1
    return b"\n".join(taken)[:HEAD]


def _context(context: Context, told: Told, readers: Readers) -> Context:
    """The context of a group; its origin tells its lines from those of others in the body."""
    parts = "\x1f".join((context.origin, *told)).encode("utf-8", "backslashreplace")
    return replace(readers.about(context, told), origin=hashlib.sha256(parts).hexdigest())


def _read(group: _Group, lines: list[bytes], source: Source, context: Context) -> Iterator[Batch]:
    counts = np.fromiter((line.count(b"\n") + 1 for line in lines), np.int64, len(lines))
    first = np.concatenate(([1], 1 + np.cumsum(counts)[:-1]))
    places = _Places(first, np.array(group.numbers, np.int64))
    for batch in source.parse(io.BytesIO(b"\n".join(lines) + b"\n"), context):
        yield places.told(batch)


@dataclass(frozen=True, slots=True)
class _Places:
    """Which record of the body a line of a group belongs to."""

    first: "np.typing.NDArray[np.int64]"  # lines on which the group's records begin
    numbers: "np.typing.NDArray[np.int64]"

    def told(self, batch: Batch) -> Batch:
        """The same with places in the body in the place of lines."""
        rejected = tuple(
            replace(one, line=int(self._of(np.array([one.line]))[0])) for one in batch.rejected
        )
        events = batch.events
        at = events.schema.get_field_index("batch.line")
        column = events.column(at).combine_chunks()
        known = pc.fill_null(column, 1).to_numpy(zero_copy_only=False).astype(np.int64)
        mask = pc.is_null(column).to_numpy(zero_copy_only=False)
        numbers = pa.array(self._of(known), column.type, mask=mask)
        return Batch(
            events=events.set_column(at, events.schema.field(at), numbers), rejected=rejected
        )

    def _of(self, lines: "np.typing.NDArray[np.int64]") -> "np.typing.NDArray[np.int64]":
        at = np.searchsorted(self.first, lines, side="right") - 1
        return self.numbers[np.maximum(at, 0)]


def _refused(number: int, reason: str, text: bytes) -> Rejected:
    kept = readable(text[: 5 * LONGEST_REJECTED])[:LONGEST_REJECTED]
    return Rejected(line=number, reason=reason, text=kept)
