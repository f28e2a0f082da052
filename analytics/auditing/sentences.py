"""One short sentence for an event: who did what to what."""

import signal
from typing import Any

LONGEST = 200
NAMES = {number.value: number.name for number in signal.Signals}


def sentence(row: dict[str, Any]) -> str:
    """The sentence for a row that has everything else."""
    failed = " (failed)" if row["event.outcome"] == "failure" else ""
    what = _object(row)
    return (
        f"{_who(row)} {row['event.action'].replace('-', ' ')}{f' {what}' if what else ''}{failed}"
    )


def _who(row: dict[str, Any]) -> str:
    if row["actor.account"] is None:
        return "somebody"
    return row.get("user.name") or f"uid {row.get('user.id')}"


def _object(row: dict[str, Any]) -> str:
    labels = dict(row["labels"])
    if "target_pid" in labels:
        return _process(row, labels)
    if row["event.category"] == "process":
        what = row["process.command_line"] or row.get("process.executable")
    else:
        what = row.get("file.path") or row.get("user.target.name") or labels.get("destination")
    what = labels.get("unit") or what or row.get("source.ip")
    return what.split("\n", 1)[0][:LONGEST] if what else ""


def _process(row: dict[str, Any], labels: dict[str, str]) -> str:
    number = int(labels.get("signal", "0"))
    name = f"{NAMES.get(number, number)} to " if number else ""
    owner = row.get("owner.account")
    process = labels.get("target_comm") or labels["target_pid"]
    return f"{name}{process}{f' of {owner}' if owner else ''}"
