"""A journal entry's row: what the program says, and what systemd knows of it for certain."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from analytics.event import Context, account, readable
from analytics.syslogging.envelope import SEVERITIES
from analytics.syslogging.forms import LONGEST_LABEL, OF_ROOT, UNTOLD, Told
from analytics.syslogging.messages import READERS, told

LABELS = {
    "_SYSTEMD_UNIT": "unit",
    "_SYSTEMD_USER_UNIT": "user_unit",
    "_TRANSPORT": "transport",
    "_AUDIT_SESSION": "session",
    "MESSAGE_ID": "message_id",
    "UNIT": "about_unit",
    "COREDUMP_SIGNAL_NAME": "signal",
}
SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib/", "/nix/store/", "/run/wrappers/")
OWN = frozenset({"kernel", "driver", "audit"})  # transports that no program can write to
UNSET = frozenset({"", "4294967295", "-1"})
OTHER_NAMES = {
    "cron": "crond",
    "sshd-session": "sshd",
    "sshd-auth": "sshd",
    "internal-sftp": "sshd",
}
MOST_ARRAY = 1 << 20


def message_of(value: Any) -> bytes:
    """A message's bytes: text, or the array of numbers in which the journal writes other bytes."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace")
    if isinstance(value, bytes):
        return value
    if isinstance(value, list):
        if all(isinstance(one, int) and 0 <= one < 256 for one in value[:MOST_ARRAY]):
            return bytes(value[:MOST_ARRAY])
        return b"\n".join(message_of(one) for one in value[:64] if not isinstance(one, list))
    return b""


def row_of(entry: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """The fields of an entry beside its time, id and text."""
    identifier = text_of(entry.get("SYSLOG_IDENTIFIER")) or text_of(entry.get("_COMM"))
    executable, name = text_of(entry.get("_EXE")), text_of(entry.get("_COMM"))
    uid, login = text_of(entry.get("_UID")), text_of(entry.get("_AUDIT_LOGINUID"))
    transport = text_of(entry.get("_TRANSPORT"))
    certain = _is_certain(identifier, executable, name, uid, transport)
    severity = _severity(text_of(entry.get("PRIORITY")))
    labels = severity + tuple(
        (label, text[:LONGEST_LABEL])
        for field, label in LABELS.items()
        if field in entry and (text := text_of(entry[field])) and text not in UNSET
    )
    if identifier and name and name != identifier:
        labels += (("comm", name),)
    program = identifier.encode() if identifier and certain else None
    said: Told = told(program, message_of(entry.get("MESSAGE")), labels, context.realm)
    row = dict(said)
    if not certain:
        row["process.name"] = name or identifier
        row["labels"] = [*row.get("labels", ()), ("claims_to_be", identifier or "?")]
    _add_actor(row, login, identifier, context.realm)
    if uid != "0" or "user.name" not in row:
        row.setdefault("user.id", uid)
    row.setdefault("process.executable", executable)
    row.setdefault("process.command_line", text_of(entry.get("_CMDLINE")))
    row["process.pid"] = _number(text_of(entry.get("_PID")) or text_of(entry.get("SYSLOG_PID")))
    row["host.name"] = text_of(entry.get("_HOSTNAME")) or context.host
    return row


def _add_actor(row: dict[str, Any], login: str | None, identifier: str | None, realm: str) -> None:
    """The login id says who it was where the message does not, or anybody could have written it."""
    untold = "actor.account" not in row and row.get("actor.basis") in (None, UNTOLD, OF_ROOT)
    if (untold or identifier == "snoopy") and login is not None and login not in UNSET:
        row["actor.account"] = account("uid", f"{realm}/{login}")
        row["actor.basis"] = "login id"


@lru_cache(maxsize=16_384)
def _is_certain(
    identifier: str | None,
    executable: str | None,
    name: str | None,
    uid: str | None,
    transport: str | None,
) -> bool:
    """Whether the entry comes from the program that it names, not from another in its name."""
    if identifier is None or identifier.lower() not in READERS:
        return True
    if transport in OWN or uid in (None, "0"):
        return True
    plain = identifier.lower()
    wanted = {plain, OTHER_NAMES.get(plain, plain)}
    if executable is not None:
        return executable.startswith(SYSTEM) and executable.rsplit("/", 1)[-1] in wanted
    return name is None or name in wanted


@lru_cache(maxsize=64)
def _severity(priority: str | None) -> tuple[tuple[str, str], ...]:
    if priority is None or not priority.isdigit() or len(priority) > 1 or priority in "89":
        return ()
    return (("severity", SEVERITIES[int(priority)]),)


def text_of(value: Any) -> str | None:
    """A field's text, of several values the first's."""
    if isinstance(value, str):
        return readable(value) if "\x00" in value or not value.isascii() else value
    if value is None:
        return None
    if isinstance(value, list):
        value = value[0] if value and isinstance(value[0], str) else message_of(value)
    return readable(value) if isinstance(value, bytes | str) else str(value)[:LONGEST_LABEL]


def _number(text: str | None) -> int | None:
    if text and text.isascii() and text.isdigit() and len(text) <= 10:
        return int(text)
    return None
