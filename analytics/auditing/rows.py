"""An event's row out of its records: when and where, who, with which program, and what."""

from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.auditing.actors import Descent, actor_of
from analytics.auditing.deeds import add_deed
from analytics.auditing.joining import Joined
from analytics.auditing.processes import process_of
from analytics.auditing.records import Records, read
from analytics.auditing.sentences import sentence
from analytics.auditing.values import Fields
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
    told = records.call or records.lead or NOTHING
    process = records.process or process_of(told)
    pid, parent = _number(told.get("pid")), _number(told.get("ppid"))
    in_job = descent.in_job(event.prefix, process, pid, parent)
    actor = actor_of(process.login, process.user, in_job, context.realm)
    row = {
        "event.outcome": OUTCOMES.get(told.get("success") or told.get("res") or "", "unknown"),
        "event.original": event.text.rstrip("\n"),
        "batch.line": event.line,
        "actor.account": actor.account,
        "actor.basis": actor.basis,
        "process.pid": pid,
        "process.parent.pid": parent,
        "process.working_directory": records.directory,
        **process.columns,
    }
    if in_job:
        row["user.id"], row["user.name"] = process.user, process.user_name
    _place(row, event, records, context)
    if records.arguments:
        row["process.args"] = records.arguments
        row["process.command_line"] = " ".join(records.arguments)
    else:
        row["process.command_line"] = records.title
    add_deed(row, records, process, context.realm)
    row["message"] = sentence(row)
    return row


def _place(row: Row, event: Joined, records: Records, context: Context) -> None:
    """Adds when and where; a part that came too late to be joined is known by its first record."""
    host = event.prefix[5:-1] or context.host
    time, _, serial = event.stamp.partition(":")
    seconds, _, fraction = time.partition(".")
    identity: tuple[object, ...] = ("auditd", host, time, serial)
    if records.call is None and records.kind is None:
        identity += ("part", event.text[: event.text.index(" msg=")])
    row["@timestamp"] = EPOCH + timedelta(0, int(seconds), int(fraction.ljust(6, "0")))
    row["event.id"] = context.event_id(*identity)
    row["host.name"] = host


def _number(text: str | None) -> int | None:
    """A process id; None for what is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 11 else None
