"""Commands out of shell histories, whichever shell wrote them, as rows of events."""

import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime

from analytics.event import Collector, Row, account, readable

NOBODY = "whose history is this? give --user"
LONGEST_SPLIT = 8192  # characters; of a longer command only blanks part the words
LONGEST_TOLD = 200
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a history: its first line's number and offset, and its bytes, raw and plain.

    `head` is as much of `raw` as never changes when the history grows.
    """

    line: int
    offset: int
    epoch: int
    head: bytes
    raw: bytes
    plain: bytes
    seconds: int | None = None  # how long it ran, where the shell says


def add(command: Command, collector: Collector) -> None:
    """Hands a command with its time to the collector, as an event or, without a user, rejected."""
    if collector.context.user is None:
        collector.reject(command.line, NOBODY, command.raw)
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
    row = {
        "@timestamp": time,
        "event.id": collector.context.line_id(command.offset, command.head),
        "event.category": "process",
        "event.type": "start",
        "event.action": "executed",
        "event.outcome": "unknown",
        "event.original": readable(command.raw),
        "message": f"{user} ran {text.lstrip().splitlines()[0][:LONGEST_TOLD]}",
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
