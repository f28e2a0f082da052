"""Sudo's own events in JSON, as it writes them to its log, to syslog and beside its I/O logs."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.event import account, readable
from analytics.syslogging.forms import LONGEST_LABEL, Deed, row_of

KINDS = {
    "accept": Deed("process", "start", "ran-command", "success"),
    "reject": Deed("process", "denied", "was-refused-command", "failure"),
    "alert": Deed("process", "info", "sudo-alert", "failure"),
    "exit": Deed("process", "end", "ended-command"),
}
TIMES = ("exit_time", "alert_time", "submit_time", "timestamp", "server_time")
LABELS = {
    **{"reason": "reason", "ttyname": "tty", "rungroup": "group", "runchroot": "chroot"},
    **{"submithost": "submit_host", "iolog_path": "session_log", "exit_value": "exit"},
    **{"signal": "signal", "dumped_core": "dumped_core", "uuid": "uuid", "peeraddr": "peer"},
}
VERBS = {"accept": "ran", "reject": "was refused", "exit": "ended"}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def event_of(wrapped: Any) -> tuple[str, Mapping[str, Any]] | None:
    """Kind and content of an event in the objects that sudo wraps around it, else None."""
    if isinstance(wrapped, dict) and isinstance(wrapped.get("sudo"), dict):
        wrapped = wrapped["sudo"]
    if not isinstance(wrapped, dict):
        return None
    for kind in KINDS:
        if isinstance(wrapped.get(kind), dict):
            return kind, wrapped[kind]
    if "submituser" in wrapped and "timestamp" in wrapped:
        return "accept", wrapped  # an I/O log's index
    return None


def told_of(kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of one event."""
    user, effective = _text(event.get("submituser")), _text(event.get("runuser"))
    command = _text(event.get("command"))
    arguments = event.get("runargv")
    args = [_text(one) or "" for one in arguments] if isinstance(arguments, list) else []
    line = " ".join([command, *args[1:]]) if command else " ".join(args) or None
    directory = _text(event.get("runcwd")) or _text(event.get("submitcwd"))
    labels = [
        (label, (_text(event[name]) or "")[:LONGEST_LABEL])
        for name, label in LABELS.items()
        if event.get(name) is not None
    ]
    return row_of(KINDS[kind]) | {
        "actor.account": account("unix", user),
        "actor.basis": "sudo's invoking user" if user else "not told",
        "user.name": user,
        "user.effective.name": effective,
        "user.effective.id": _text(event.get("runuid")),
        "process.name": "sudo",
        "process.command_line": line,
        "process.args": args or None,
        "process.working_directory": directory,
        "labels": labels,
        "message": _sentence(kind, event, user, line, effective),
    }


def _sentence(
    kind: str, event: Mapping[str, Any], user: str | None, line: str | None, effective: str | None
) -> str:
    if kind == "alert":
        return f"sudo's alert of {user or '?'}: {_text(event.get('reason')) or '?'}"
    return f"{user or '?'} {VERBS[kind]} {line or '?'} as {effective or '?'}"


def time_of(event: Mapping[str, Any]) -> datetime | None:
    """When it happened, by the client's clock where that is told."""
    for name in TIMES:
        stamp = event.get(name)
        if isinstance(stamp, dict):
            seconds, nano = stamp.get("seconds"), stamp.get("nanoseconds", 0)
            if isinstance(seconds, int) and isinstance(nano, int):
                try:
                    return EPOCH + timedelta(seconds=seconds, microseconds=nano // 1000)
                except OverflowError:
                    return None
    return None


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return readable(str(value)[: 1 << 16]) or None
