"""Entries of the journal in JSON lines, by columns: those of one form have the same fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc

from analytics.auditing.enveloped import MARK
from analytics.columnar.values import listed, numbers
from analytics.event import EARLIEST, Context, Source, assemble
from analytics.fields import BY_NAME
from analytics.jsonlog.alike import Alike, Forms
from analytics.jsonlog.filling import hashed
from analytics.jsonlog.lined import Block
from analytics.sources.journald.audit import AUDIT_ID
from analytics.sources.journald.knowing import completed
from analytics.sources.journald.rows import DECIDING, TOLD_BY_SYSTEMD, known_of
from analytics.syslogging.bulk import Messages
from analytics.syslogging.times import EPOCH, MICROSECOND

TEXT = pa.string()
TIME = BY_NAME["@timestamp"].arrow
SENT, WRITTEN = "_SOURCE_REALTIME_TIMESTAMP", "__REALTIME_TIMESTAMP"
MESSAGE = "MESSAGE"
READ = (*TOLD_BY_SYSTEMD, SENT, WRITTEN, "__CURSOR", MESSAGE, "_CMDLINE", "_PID", "SYSLOG_PID")
COUNTED = r"^[1-9][0-9]{15}$"  # microseconds from 1970, of any year that is likely
MOST_CODES = 1 << 31
Columns = Mapping[str, pa.Array]


@dataclass(frozen=True)
class Entries:
    """Entries of some lines of a block: a column for each field that is read.

    `rows` are the places of their lines, `before` how many lines are before the block.
    """

    fields: pa.Table
    lines: pa.Array
    rows: Any
    before: int

    def events(self, context: Context, source: Source) -> pa.Table:
        """An event of each."""
        times = pc.coalesce(self._field(SENT), self._field(WRITTEN)).cast(pa.int64())
        cursors = self._field("__CURSOR")
        pids = self._field("_PID")
        if pc.any(pc.equal(pc.fill_null(pids, ""), "")).as_py():
            pids = pc.if_else(pc.equal(pc.fill_null(pids, ""), ""), self._field("SYSLOG_PID"), pids)
        columns = {
            "@timestamp": times.cast(TIME),
            "event.id": hashed(pc.binary_join_element_wise("journald", cursors, "\x1f")),
            "event.original": self.lines,
            "batch.line": pa.array(self.rows + self.before + 1),
            "process.pid": numbers(pids, 10),
            **self._told(context),
        }
        return assemble(columns, len(self.lines), context, source)

    def _field(self, name: str) -> pa.Array:
        """A field's texts, null where an entry has none."""
        return self.fields[name].combine_chunks()

    def _told(self, context: Context) -> Columns:
        """What programs say, and what systemd knows of them."""
        deciding = [self._field(name) for name in DECIDING]
        codes, firsts = _coded(deciding)
        texts = [column.take(pa.array(firsts)).to_pylist() for column in deciding]
        known = [known_of(values) for values in zip(*texts, strict=True)]
        programs = [known[place].program for place in codes.tolist()]
        messages = listed(pc.fill_null(self._field(MESSAGE), ""))
        said = Messages(programs, messages, [()] * len(programs), context.realm).columns()
        return completed(said, known, codes, self.fields, context)


def entries_of(forms: Forms, block: Block, context: Context) -> Entries | None:
    """The entries of lines that are like others; those that are odd are not among them."""
    found = [part for alike in forms.found(block) if (part := _of_form(alike, context))]
    if not found:
        return None
    fields, lines, rows = zip(*found, strict=True)
    return Entries(
        pa.concat_tables(fields), pa.concat_arrays(lines), np.concatenate(rows), block.number
    )


def _of_form(alike: Alike, context: Context) -> tuple[pa.Table, pa.Array, Any] | None:
    """Fields, lines and places of entries of one form, where all that is read of it is texts."""
    leaves = alike.form.leaves
    document = orjson.loads(alike.block.lines(alike.rows[:1])[0])
    of_texts = all(isinstance(document.get(name, ""), str) for name in READ)
    if not of_texts or any(leaf.kind != "text" for leaf in leaves):
        return None
    pieces = {leaf.path[0]: leaf.piece for leaf in leaves if len(leaf.path) == 1}
    if WRITTEN not in pieces or "__CURSOR" not in pieces or AUDIT_ID in pieces:
        return None
    usual = _are_timely(alike.raw(pieces.get(SENT, pieces[WRITTEN])), context)
    usual &= alike.widths([pieces["__CURSOR"]])[:, 0] > 0
    if MESSAGE in pieces:
        usual &= ~np.asarray(pc.match_substring(alike.raw(pieces[MESSAGE]), MARK))
    alike = alike.only(usual)
    if not alike.size:
        return None
    columns = {
        name: alike.column(pieces[name]) if name in pieces else pa.nulls(alike.size, TEXT)
        for name in READ
    }
    return pa.table(columns), alike.lines(), alike.rows


def _are_timely(texts: pa.StringArray, context: Context) -> Any:
    """Which times are written as nearly all are, and can be an event's."""
    counted = pc.if_else(pc.match_substring_regex(texts, COUNTED), texts, "0").cast(pa.int64())
    bounds = (EARLIEST, context.latest)
    earliest, latest = ((bound - EPOCH) // MICROSECOND for bound in bounds)
    times = np.asarray(counted)
    return (earliest <= times) & (times <= latest)


def _coded(columns: Sequence[pa.Array]) -> tuple[Any, Any]:
    """A number for each row by what its columns have together, and a row of each number."""
    codes, many = np.zeros(len(columns[0]), np.int64), 1
    for column in columns:
        encoded = column.dictionary_encode(null_encoding="encode")
        if many * len(encoded.dictionary) > MOST_CODES:
            codes = np.unique(codes, return_inverse=True)[1]
            many = len(codes)
        codes = codes * len(encoded.dictionary) + np.asarray(encoded.indices)
        many *= len(encoded.dictionary)
    _, firsts, codes = np.unique(codes, return_index=True, return_inverse=True)
    return codes, firsts
