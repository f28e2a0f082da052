"""An event's row out of its records: when and where, who, with which program, and what."""

from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.auditing.actors import Descent, actor_of
from analytics.auditing.deeds import add_deed
from analytics.auditing.joining import Joined
from analytics.auditing.records import Records, read
from analytics.auditing.sentences import sentence
from analytics.auditing.values import Fields, is_set, plain
from analytics.event import Context

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OUTCOMES = {
    **dict.fromkeys(("yes", "success", "1"), "success"),
    **dict.fromkeys(("no", "failed", "0"), "failure"),
}
NOTHING: Fields = {}

Row = dict[str, Any]


def row_of(event: Joined, context: Context, descent: Descent) -> Row:
    """The row of one event; whether its time is plausible is not looked at."""
    records = read(event.text)
    told = records.syscall or records.lead or NOTHING
    row = _placed(event, records, context)
    _add_who(row, told, descent.in_job(event.prefix, told), context.realm)
    _add_program(row, told, records)
    add_deed(row, records, context.realm)
    row["message"] = sentence(row)
    return row


def _placed(event: Joined, records: Records, context: Context) -> Row:
    """When and where; a part that came too late to be joined is known by its first record."""
    host = event.prefix[5:-1] or context.host
    time, _, serial = event.stamp.partition(":")
    seconds, _, fraction = time.partition(".")
    identity: tuple[object, ...] = ("auditd", host, time, serial)
    if records.syscall is None and records.kind is None:
        identity += ("part", event.text[: event.text.index(" msg=")])
    return {
        "@timestamp": EPOCH
        + timedelta(seconds=int(seconds), microseconds=int(fraction.ljust(6, "0"))),
        "event.id": context.event_id(*identity),
        "event.original": event.text.rstrip("\n"),
        "host.name": host,
        "batch.line": event.line,
    }


def _add_who(row: Row, told: Fields, in_job: bool, realm: str) -> None:
    login, user = told.get("auid"), told.get("uid")
    effective = told.get("euid") or user
    row["actor.account"], row["actor.basis"] = actor_of(told, in_job, realm)
    if is_set(login):
        row["user.id"], row["user.name"] = login, plain(told.get("AUID"))
    elif is_set(user):
        row["user.id"], row["user.name"] = user, plain(told.get("UID"))
    if is_set(effective):
        row["user.effective.id"] = effective
        row["user.effective.name"] = plain(told.get("EUID") or told.get("UID"))


def _add_program(row: Row, told: Fields, records: Records) -> None:
    executable, command = plain(told.get("exe")), plain(told.get("comm"))
    row["process.executable"] = executable
    row["process.name"] = command or (executable.rpartition("/")[2] if executable else None)
    row["process.pid"] = _number(told.get("pid"))
    row["process.parent.pid"] = _number(told.get("ppid"))
    row["process.working_directory"] = records.directory
    if records.arguments:
        row["process.args"] = records.arguments
        row["process.command_line"] = " ".join(records.arguments)
    else:
        row["process.command_line"] = records.title
    row["event.outcome"] = OUTCOMES.get(told.get("success") or told.get("res") or "", "unknown")


def _number(text: str | None) -> int | None:
    """A process id; None for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 11 else None
