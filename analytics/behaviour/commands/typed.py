"""The commands that people typed on a day, as numbers that person-days keep.

A command is an int64: the hash of its name in the upper half, of its form in the lower. Neither a
command nor a secret in it can be read from that. A day's commands stand in the order in which they
were typed, one host after the other, with `PAUSE` where one does not follow the other.
"""

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour.commands.forms import form
from analytics.behaviour.commands.tokens import Flags, Ints
from analytics.identity import Directory
from analytics.identity.accounts import Use
from analytics.selection import both, filled, has

COLUMNS: tuple[str, ...] = (
    *("@timestamp", "event.id", "event.action", "event.category", "event.dataset", "event.kind"),
    *("event.module", "event.type", "actor.account", "actor.on_behalf_of", "owner.account"),
    *("host.name", "process.name", "process.command_line", "batch.line", "labels"),
)
HISTORIES = ("bash_history", "zsh_history", "fish_history")
# Histories and audits tell of the same commands differently, so they are never compared.
KINDS = ("commands_in_histories", "commands_at_terminals")
KEPT = 200  # commands a person, day and kind: two blocks
STRETCH = 20  # of more than that so long stretches are kept, spread over the day
PAUSE = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """Commands of one kind: each one's event, person (a place in a list), code, and whether it
    follows the one before; by person, and as typed."""

    events: pa.Table
    person: Ints
    code: Ints
    follows: Flags


def kinds(events: pa.Table, directory: Directory) -> dict[str, pa.Table]:
    """The timed events of personal accounts that are commands typed by hand, by kind, with
    `person`. What an agent or a service ran was typed by nobody."""
    started = both(
        has(events, "event.module", "shell"),
        has(events, "event.category", "process"),
        has(events, "event.type", "start"),
        filled(events, "process.name"),
        pc.invert(has(events, "event.kind", "state")),
        pc.invert(filled(events, "actor.on_behalf_of")),
    )
    accounts = [link.account for link in directory.links if link.use is Use.PERSONAL]
    told = events.select(COLUMNS).filter(both(started, has(events, "actor.account", *accounts)))
    person = directory.persons(told["actor.account"], told["@timestamp"])
    told = told.append_column("person", person)
    told = told.filter(filled(told, "person"))
    history = has(told, "event.dataset", *HISTORIES)
    terminal = pc.is_valid(pc.map_lookup(told["labels"], "tty", "first"))
    seen = both(pc.invert(history), has(told, "event.action", "executed"), _flags(terminal))
    return dict(zip(KINDS, (told.filter(history), told.filter(seen)), strict=True))


def in_order(events: pa.Table, persons: list[str]) -> Typed:
    """Commands of one kind, of these persons, no more than are kept."""
    names = pa.array(persons, pa.string())
    events = events.filter(pc.is_in(events["person"], value_set=names))
    order = [("person", "ascending"), ("host.name", "ascending"), ("@timestamp", "ascending")]
    events = events.sort_by([*order, ("batch.line", "ascending"), ("event.id", "ascending")])
    person = _ints(pc.index_in(events["person"], value_set=names))
    place, many = _places(person)
    kept = _kept(place, many)
    host = _ints(
        pc.fill_null(pc.dictionary_encode(events["host.name"].combine_chunks()).indices, -1)
    )
    follows = np.zeros(len(person), dtype=bool)
    follows[1:] = (person[1:] == person[:-1]) & (host[1:] == host[:-1]) & kept[:-1]
    events = events.filter(pa.array(kept))
    return Typed(events, person[kept], _codes(events), follows[kept])


def added(today: pa.Table, events: pa.Table, directory: Directory) -> pa.Table:
    """Person-days with a column of commands for each kind; `events` are the day's."""
    persons = today["person"].to_pylist()
    for name, told in kinds(events, directory).items():
        today = today.append_column(name, _lists(in_order(told, persons), len(persons)))
    return today


def _lists(typed: Typed, people: int) -> pa.Array:
    """A list a person, null where there is nothing."""
    first = np.r_[True, typed.person[1:] != typed.person[:-1]][: len(typed.person)]
    pauses = np.flatnonzero(~typed.follows & ~first)
    codes = np.insert(typed.code, pauses, PAUSE)
    counts = np.bincount(typed.person, minlength=people)
    counts += np.bincount(typed.person[pauses], minlength=people)
    offsets = np.r_[0, np.cumsum(counts)]
    lists = pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(codes, pa.int64()))
    return pc.if_else(pa.array(counts > 0), lists, pa.scalar(None, lists.type))


def _places(person: Ints) -> tuple[Ints, Ints]:
    """Each row's place among its person's, and how many those are."""
    starts = np.flatnonzero(np.r_[True, person[1:] != person[:-1]][: len(person)])
    many = np.diff(np.r_[starts, len(person)])
    return np.arange(len(person)) - np.repeat(starts, many), np.repeat(many, many)


def _kept(place: Ints, many: Ints) -> Flags:
    """All of no more than `KEPT`, else stretches that are spread over the day."""
    stretches = -(-many // STRETCH)
    most = KEPT // STRETCH
    here = place // STRETCH
    spread = (here + 1) * most // stretches > here * most // stretches
    return (many <= KEPT) | spread


def _codes(events: pa.Table) -> Ints:
    lines = pc.coalesce(events["process.command_line"], events["process.name"])
    return (_hashed(events["process.name"]) << 32) | _hashed(lines, formed=True)


def _hashed(texts: pa.ChunkedArray, *, formed: bool = False) -> Ints:
    """A number of 31 bits, never `PAUSE`, for each text, or for its form."""
    told = pc.dictionary_encode(texts.combine_chunks())
    known = (form(text) if formed else text for text in told.dictionary.to_pylist())
    numbers = np.fromiter(map(_number, known), np.int64, len(told.dictionary))
    return numbers[_ints(told.indices)] if len(texts) else np.zeros(0, dtype=np.int64)


def _number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=4).digest()
    return max(1, int.from_bytes(digest, "little") & 0x7FFFFFFF)


def _ints(values: pa.Array | pa.ChunkedArray) -> Ints:
    return np.asarray(values, dtype=np.int64)


def _flags(values: pa.ChunkedArray) -> pa.BooleanArray:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
