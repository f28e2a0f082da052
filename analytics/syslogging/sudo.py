"""What sudo says: who ran which command with whose rights, or was not allowed to."""

import re
from collections.abc import Sequence
from typing import Any

import orjson

from analytics.event import account, readable
from analytics.histories import words
from analytics.syslogging.forms import LONGEST_LABEL, Deed, Form, Forms, row_of, unescaped
from analytics.syslogging.sudo_json import event_of, told_of

USER = re.compile(r" *([^:]*?) +: (.*)", re.DOTALL)
USUAL = re.compile(
    r" *([^\s:;#]+) : TTY=([^;#]+) ; PWD=([^;#]+) ; USER=([^\s;#]+) ; COMMAND=([^;#]+)"
)
CONTINUED = "(command continued) "
COMMAND = re.compile(r"(?:^| ; )COMMAND=")
FIELD = re.compile(r"([A-Z_]{3,12})=(.*)", re.DOTALL)
ENDING = re.compile(r"(.*?)(?: ; SIGNAL=(\w{1,20}))?(?: ; EXIT=(-?\d{1,5}))?", re.DOTALL)
KNOWN = {"HOST", "TTY", "CHROOT", "PWD", "CWD", "USER", "GROUP", "TSID", "ENV"}
LABELS = {"TTY": "tty", "GROUP": "group", "TSID": "session_log", "ENV": "environment"} | {
    "CHROOT": "chroot",
    "HOST": "submit_host",
}

RAN = Deed("process", "start", "ran-command", "success")
REFUSED = Deed("process", "denied", "was-refused-command", "failure")
ENDED = Deed("process", "end", "ended-command")
CUT = Deed("process", "info", "incomplete")
PART = Deed("process", "info", "continued-command")
ALERT = Deed("process", "info", "sudo-alert", "failure")

OTHERS = Forms(
    Form(
        pattern=r"unable to execute (?P<command>\S+): (?P<reason>.*)",
        deed=Deed("process", "start", "failed-to-execute", "failure"),
        sentence="sudo could not execute {command}: {reason}",
    ),
    Form(
        pattern=r"(?P<conversation>conversation failed|a password is required.*|auth could not .*)",
        deed=Deed("authentication", "start", "authentication-failed", "failure"),
        sentence="sudo: {conversation}",
    ),
)


def read(message: str) -> dict[str, Any] | None:
    """What a message of sudo tells, as syslog or sudo's own log file has it."""
    if match := USUAL.fullmatch(message):
        user, tty, directory, effective, command = match.groups()
        told = command_of(user, command, effective=effective, directory=directory)
        return told | {"labels": [("tty", tty)]}
    if message.lstrip().startswith("@cee:"):
        return _in_json(message.lstrip()[5:])
    match = USER.fullmatch(message)
    if match is None:
        return OTHERS.read(message.lstrip())
    user, rest = match.groups()
    if not user:
        return None
    if rest.startswith(CONTINUED):
        told = _of(PART, user)
        told["process.command_line"] = unescaped(rest[len(CONTINUED) :])
        told["message"] = f"{user}'s command went on: {told['process.command_line']}"
        return told
    return _entry(user, rest)


def _in_json(text: str) -> dict[str, Any] | None:
    try:
        found = event_of(orjson.loads(text))
    except orjson.JSONDecodeError:  # also of a line that was cut
        return None
    return told_of(*found) if found else None


def _entry(user: str, rest: str) -> dict[str, Any] | None:
    split = COMMAND.search(rest)
    before, command = (rest[: split.start()], rest[split.end() :]) if split else (rest, None)
    fields: dict[str, str] = {}
    reasons: list[str] = []
    for part in before.split(" ; "):
        match = FIELD.fullmatch(part)
        if match and match[1] in KNOWN:
            fields.setdefault(match[1], unescaped(match[2]))
        elif part and fields and "=" not in part and "PWD" in fields:
            continue  # the rest of a directory's name
        elif part:
            reasons.append(part)
    if command is None and not fields:
        return None
    ending = ENDING.fullmatch(command or "")
    text, signal, code = ending.groups() if ending else (command, None, None)
    told = command_of(
        user,
        unescaped(text) if text else None,
        effective=fields.get("USER"),
        directory=fields.get("PWD") or fields.get("CWD"),
        reason=" ; ".join(reasons).rstrip("; ") or None,
        ended=bool(signal or code),
    )
    labels = [(LABELS[name], value) for name, value in fields.items() if name in LABELS]
    labels += [(name, value) for name, value in (("signal", signal), ("exit", code)) if value]
    if command and " ; USER=" in command and " ; COMMAND=" in command:
        labels.append(("ambiguous", "a directory's name looks like sudo's own fields"))
    told["labels"] = [*told["labels"], *((name, value[:LONGEST_LABEL]) for name, value in labels)]
    return told


def command_of(
    user: str,
    command: str | None,
    *,
    effective: str | None = None,
    directory: str | None = None,
    reason: str | None = None,
    ended: bool = False,
    args: Sequence[str] | None = None,
) -> dict[str, Any]:
    """The fields of a command that a user ran with another's rights, or was refused."""
    deed = REFUSED if reason else ENDED if ended else RAN if command else CUT
    told = _of(deed, user)
    told["user.effective.name"] = effective
    told["process.working_directory"] = directory
    told["process.command_line"] = command
    told["process.args"] = list(args) if args else words(command) if command else None
    told["labels"] = [("reason", reason[:LONGEST_LABEL])] if reason else []
    what = f"ran {command or '?'}" if not ended else f"ended {command or '?'}"
    if reason:
        what = f"was refused {command or 'sudo'} ({reason})"
    told["message"] = f"{user} {what} as {effective or '?'}"
    return told


def _of(deed: Deed, user: str) -> dict[str, Any]:
    return row_of(deed) | {
        "actor.account": account("unix", readable(user)),
        "actor.basis": "sudo's invoking user",
        "user.name": user,
    }
