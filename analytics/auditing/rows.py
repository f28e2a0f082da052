"""An event's row out of its records: when and where, who, with which program, and what."""

from analytics.auditing.actors import Descent, doer_of
from analytics.auditing.deeds import add_deed
from analytics.auditing.joining import Joined
from analytics.auditing.leads import Lead, Told, lead_in
from analytics.auditing.processes import NOTHING_TOLD, Process
from analytics.auditing.records import Records, read, title_of
from analytics.auditing.sentences import sentence
from analytics.auditing.tables import BLANK, PLACED, Row, Values
from analytics.auditing.values import number
from analytics.event import Context

OUTCOMES: dict[str | None, str] = {
    **dict.fromkeys(("yes", "success", "1"), "success"),
    **dict.fromkeys(("no", "failed", "0"), "failure"),
}


def row_of(event: Joined, context: Context, descent: Descent) -> Row:
    """The row of one event; whether its time is plausible is not looked at."""
    records = read(event.text)
    told = None if records.kind is None else lead_in(records.kind, records.lead)
    return row_with(records, told, event, context, descent)


def row_with(
    records: Records, told: Told | None, event: Joined, context: Context, descent: Descent
) -> Row:
    """As `row_of`, of an event whose records were read, and told what the leading one says."""
    call, lead = records.call, None
    if told is not None:
        lead, pid, parent = told
        process, success = lead.process, lead.success
    if call is not None:
        process, success = records.process or NOTHING_TOLD, call.success
        pid, parent = number(call.pid), number(call.parent)
    elif lead is None:
        process, success, pid, parent = NOTHING_TOLD, None, None, None
    in_job = descent.in_job(event.prefix, process, pid, parent)
    row = blank_of(process, in_job, success, context.realm)
    row.update(zip(PLACED, placed(event, context, _part(event, records)), strict=False))
    row["process.pid"], row["process.parent.pid"] = pid, parent
    row["process.working_directory"] = records.directory
    if records.arguments:
        row["process.args"] = records.arguments
        row["process.command_line"] = " ".join(records.arguments)
    elif records.encoded_title is not None:
        row["process.command_line"] = title_of(records.encoded_title)
    return completed(row, records, process, lead, context.realm)


def blank_of(process: Process, in_job: bool, success: str | None, realm: str) -> Row:
    """A row that tells who did something, and how it went."""
    row = BLANK.copy()
    row["doer"] = doer_of(process, in_job, realm)
    row["event.outcome"] = OUTCOMES.get(success, "unknown")
    return row


def completed(row: Row, records: Records, process: Process, lead: Lead | None, realm: str) -> Row:
    """The row with what was done, also as a sentence."""
    add_deed(row, records, process, lead, realm)
    row["message"] = sentence(row)
    return row


def microseconds(time: str) -> int:
    if time[-4:-3] == ".":
        return int(time[:-4] + time[-3:]) * 1000
    seconds, _, fraction = time.partition(".")
    return int(seconds) * 1_000_000 + int(fraction.ljust(6, "0"))


def placed(event: Joined, context: Context, part: str = "") -> Values:
    """When and where an event was, as `tables.PLACED` begins; `part` tells parts of one apart."""
    host = event.prefix[5:-1] or context.host
    time, _, serial = event.stamp.partition(":")
    identity = f"{host}\x1f{time}\x1f{serial}{part}"
    return microseconds(time), identity, event.text, event.line, host


def _part(event: Joined, records: Records) -> str:
    """What came too late to be joined is known by its first record."""
    if records.call is None and records.kind is None:
        record, mark, _ = event.text.partition(" msg=")
        return f"\x1fpart\x1f{record if mark else record + chr(10)}"  # ids stay what they were
    return ""
