"""What snoopy says: every command that was executed, and by which user ids."""

import re
from typing import Any

from analytics.event import account
from analytics.histories import program, words
from analytics.syslogging.forms import LONGEST_LABEL, UNTOLD, Deed, row_of, unescaped

ENTRY = re.compile(r"\[(.*?)\]: ?(.*)", re.DOTALL)
NAMED = re.compile(r"([^\s()/]*)\((\d{1,10})\)(?:/([^\s()/]*)\((\d{1,10})\))?")  # real/effective
PART = re.compile(r"([a-z_]{2,24}):((?:[^\s]|\s(?![a-z_]{2,24}:))*)")
FIELDS = {"cwd": "process.working_directory", "filename": "process.executable"}
NAMES = ("login", "username", "user")
KEPT = frozenset({"tty", "sid", "ssh", "ppid", "rpname", "eusername", "group", "cgroup"})
EXECUTED = Deed("process", "start", "executed", "success")
UNSET = frozenset(
    {"", "(undefined)", "((undefined))", "(unknown)", "(none)", "(unset)", "4294967295", "-1"}
)


def read(message: str, realm: str) -> dict[str, Any] | None:
    """What a message of snoopy tells, in whichever order the site has its parts."""
    match = ENTRY.fullmatch(message)
    if match is None:
        return None
    parts = {name: value for name, value in PART.findall(match[1]) if value not in UNSET}
    if named := NAMED.fullmatch(parts.get("uid", "")):
        told_ids = zip(("username", "uid", "eusername", "euid"), named.groups(), strict=True)
        parts |= {name: value for name, value in told_ids if value}
    command = unescaped(match[2])
    args = words(command)
    told = row_of(EXECUTED)
    told |= {FIELDS[name]: value for name, value in parts.items() if name in FIELDS}
    told |= {"process.command_line": command, "process.args": args, "process.name": program(args)}
    user = next((parts[name] for name in NAMES if name in parts), None)
    told |= {"user.name": user, "user.id": parts.get("uid")}
    told["actor.account"], told["actor.basis"] = _actor(parts, realm)
    if parent := parts.get("ppid"):
        told["process.parent.pid"] = int(parent) if parent.isdigit() and len(parent) < 11 else None
    told["user.effective.id"] = parts.get("euid")
    labels = [(name, value[:LONGEST_LABEL]) for name, value in parts.items() if name in KEPT]
    told["labels"] = labels
    told["message"] = f"{user or parts.get('uid') or '?'} ran {command}"
    return told


def _actor(parts: dict[str, str], realm: str) -> tuple[str | None, str]:
    """The one who logged in, else the user id unless that is root's."""
    if login := parts.get("login"):
        return account("unix", login), "login name"
    if name := parts.get("username") or parts.get("user"):
        return (account("unix", name), "user name") if name != "root" else (None, UNTOLD)
    number = parts.get("uid", "")
    if number.isdigit() and number != "0":
        return account("uid", f"{realm}/{number}"), "uid"
    return None, "root, not told" if number == "0" else UNTOLD
