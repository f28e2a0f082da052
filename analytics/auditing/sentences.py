"""One short sentence for an event: who did what to what."""

import signal
from typing import Any

LONGEST = 200
NAMES = {number.value: number.name for number in signal.Signals}


def sentence(row: dict[str, Any]) -> str:
    """The sentence for a row that has everything else."""
    who = row.get("user.name") or (f"uid {row['user.id']}" if "user.id" in row else "somebody")
    failed = " (failed)" if row["event.outcome"] == "failure" else ""
    what = _object(row)
    return f"{who} {row['event.action'].replace('-', ' ')}{f' {what}' if what else ''}{failed}"


def _object(row: dict[str, Any]) -> str:
    action = row["event.action"]
    if action in ("sent-signal", "probed-process"):
        return _signalled(row, dict(row["labels"]))
    if row["event.category"] == "process":
        what = row.get("process.command_line") or row.get("file.path")
    else:
        what = row.get("file.path") or row.get("user.target.name")
    what = what or dict(row["labels"]).get("unit") or row.get("source.ip")
    return what.split("\n", 1)[0][:LONGEST] if what else ""


def _signalled(row: dict[str, Any], labels: dict[str, str]) -> str:
    number = int(labels["signal"])
    name = "" if number == 0 else NAMES.get(number, f"{number}") + " to "
    process = labels.get("target_comm") or labels.get("target_pid") or "a process"
    owner = row.get("owner.account")
    return f"{name}{process}{f' of {owner}' if owner else ''}"
