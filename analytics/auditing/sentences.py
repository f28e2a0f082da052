"""One short sentence for an event: who did what to what."""

import signal

from analytics.auditing.tables import Row

LONGEST = 200
NAMES = {number.value: number.name for number in signal.Signals}


def sentence(row: Row, longest: int | None = LONGEST) -> str:
    """The sentence for a row that has everything else; what it was done to may be cut short."""
    did = row["event.action"].replace("-", " ")
    what = _object(row, row["labels"], longest)
    failed = " (failed)" if row["event.outcome"] == "failure" else ""
    return f"{row['doer'].name} {did}{f' {what}' if what else ''}{failed}"


def _object(row: Row, labels: dict[str, str], longest: int | None) -> str:
    if "target_pid" in labels:
        return _process(row["owner.account"], labels)
    if row["event.category"] == "process":
        what = row["process.command_line"] or row["doer"].executable
    else:
        what = row["file.path"] or row["user.target.name"] or labels.get("destination")
    what = labels.get("unit") or what or row["source.ip"]
    return what.split("\n", 1)[0][:longest] if what else ""


def _process(owner: str | None, labels: dict[str, str]) -> str:
    number = int(labels.get("signal", "0"))
    name = f"{NAMES.get(number, number)} to " if number else ""
    process = labels.get("target_comm") or labels["target_pid"]
    return f"{name}{process}{f' of {owner}' if owner else ''}"
