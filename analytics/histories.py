"""Commands out of shell histories, whichever shell wrote them, as rows of events."""

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.splitting import extents
from analytics.columnar.values import listed, mapped
from analytics.event import Collector, Context, Row, account, readable
from analytics.fields import BY_NAME

NOBODY = "whose history is this? give --user"
LONGEST_SPLIT = 8192  # characters; of a longer command only blanks part the words
LONGEST_TOLD = 200
# It was run at some time before it was received: a state that was found, not a timed event.
UNTIMED: Row = {"event.kind": "state", "labels": {"time": "when first received"}}
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a history: its first line's number and offset, and its bytes, raw and plain.

    `head` is as much of `raw` as never changes when the history grows.
    """

    line: int
    offset: int
    epoch: int | None  # None where the history does not say
    head: bytes
    raw: bytes
    plain: bytes
    seconds: int | None = None  # how long it ran, where the shell says


def add(command: Command, collector: Collector) -> None:
    """Hands a command with its time to the collector, as an event or, without a user, rejected."""
    if collector.context.user is None:
        collector.reject(command.line, NOBODY, command.raw)
        return
    if command.epoch is None:
        end = command.offset + len(command.raw)
        time = collector.context.first_seen(end)
        collector.add({**_row(command, time, collector.context.user, collector), **UNTIMED})
        return
    try:
        time = datetime.fromtimestamp(command.epoch, UTC)
    except (ValueError, OverflowError, OSError):
        collector.reject(command.line, f"time {command.epoch} is no date", command.raw)
        return
    collector.add(_row(command, time, collector.context.user, collector))


def _row(command: Command, time: datetime, user: str, collector: Collector) -> Row:
    text = readable(command.plain)
    args = words(text)
    first, *_ = text.lstrip().splitlines() or [""]
    row = {
        "@timestamp": time,
        "event.id": collector.context.line_id(command.offset, command.head),
        "event.category": "process",
        "event.type": "start",
        "event.action": "executed",
        "event.outcome": "unknown",
        "event.original": readable(command.raw),
        "message": f"{user} ran {first[:LONGEST_TOLD]}",
        "actor.account": account("unix", user),
        "actor.basis": "history file",
        "user.name": user,
        "host.name": collector.context.host,
        "process.name": program(args),
        "process.command_line": text,
        "process.args": args,
        "batch.line": command.line,
    }
    if command.seconds is not None:
        row["labels"] = {"duration_seconds": str(command.seconds)}
    return row


def columns_of(commands: pa.Array, epochs: pa.Array, context: Context) -> dict[str, pa.Array]:
    """Columns of timed commands of one line each, of the user of a history: as `add` has rows.

    The commands are of printable ASCII and begin with none of its blanks; the epochs are
    plausible. What hangs on places in the log is left out.
    """
    args = _words(commands)
    told = f"{context.user} ran "
    shared = {
        "event.category": "process",
        "event.type": "start",
        "event.action": "executed",
        "event.outcome": "unknown",
        "actor.account": account("unix", context.user),
        "actor.basis": "history file",
        "user.name": context.user,
        "host.name": context.host,
    }
    return {
        **{
            name: pa.repeat(pa.scalar(value, pa.string()), len(args))
            for name, value in shared.items()
        },
        "@timestamp": pc.multiply(epochs, 1_000_000).cast(BY_NAME["@timestamp"].arrow),
        "message": pc.binary_join_element_wise(
            told, pc.utf8_slice_codeunits(commands, 0, LONGEST_TOLD), ""
        ),
        "process.name": _programs(args),
        "process.command_line": commands,
        "process.args": args,
    }


def _words(commands: pa.Array) -> pa.Array:
    """As `words`, of each command; most need no shell to part them."""
    plain = pc.ascii_split_whitespace(commands)
    quoted = np.flatnonzero(np.asarray(pc.match_substring_regex(commands, "[\"'\\\\]")))
    if not len(quoted):
        return plain
    coded = pc.dictionary_encode(commands.take(pa.array(quoted)))
    parted = pa.array(map(words, listed(coded.dictionary)), plain.type).take(coded.indices)
    places = np.arange(len(commands))
    places[quoted] = len(commands) + np.arange(len(quoted))
    return pa.concat_arrays([plain, parted]).take(pa.array(places))


def _programs(args: pa.Array) -> pa.Array:
    """As `program`, of each command."""
    starts, counts = extents(args)
    firsts = args.values.take(pa.array(starts, mask=counts < 1))
    names = mapped(firsts, _named, pa.string())
    others = np.flatnonzero(np.asarray(names.is_null()))
    if not len(others):
        return names
    found = [program(args[at].as_py()) for at in others.tolist()]
    return pc.replace_with_mask(names, names.is_null(), pa.array(found, pa.string()))


def _named(word: str) -> str | None:
    return program([word])


def words(command: str) -> list[str]:
    """A command's words as a shell parts them, or by blanks where its quotes do not match."""
    if len(command) <= LONGEST_SPLIT and any(mark in command for mark in "\"'\\"):
        try:
            return shlex.split(command)
        except ValueError:
            pass
    return command.split()


def program(args: list[str]) -> str | None:
    """The short name of the program that a command starts, after any VARIABLE=value."""
    for word in args:
        if not ASSIGNMENT.match(word):
            return word.rsplit("/", 1)[-1] or None
    return None
