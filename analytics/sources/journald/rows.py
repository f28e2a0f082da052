"""A journal entry's row: what the program says, and what systemd knows of it for certain."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from analytics.event import Context, account, readable
from analytics.syslogging.envelope import SEVERITIES, Labels
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
OWN_LABELS = ("comm", "claims_to_be")  # what follows from several fields
SYSTEM = ("/usr/", "/bin/", "/sbin/", "/lib/", "/nix/store/", "/run/wrappers/")
OWN = frozenset({"kernel", "driver", "audit"})  # transports that no program can write to
UNSET = frozenset({"", "4294967295", "-1"})
NO_LOGIN = UNSET | {None}
LOGIN = "login id"
OTHER_NAMES = {
    "cron": "crond",
    "sshd-session": "sshd",
    "sshd-auth": "sshd",
    "internal-sftp": "sshd",
}
DECIDING = ("SYSLOG_IDENTIFIER", "_COMM", "_EXE", "_UID", "_AUDIT_LOGINUID", "_TRANSPORT")
TOLD_BY_SYSTEMD = tuple(dict.fromkeys((*DECIDING, "PRIORITY", "_HOSTNAME", *LABELS)))
MOST_ARRAY = 1 << 20


class Known(NamedTuple):
    """What is the same in all entries of a process; `claimed` says it goes by another's name."""

    program: str | None
    name: str | None
    claimed: bool
    labels: Labels
    login: str | None
    uid: str | None
    executable: str | None
    host: str | None
    is_snoopy: bool

    def login_account(self, realm: str) -> str | None:
        """The account of the login id, where there is one."""
        return None if self.login in NO_LOGIN else account("uid", f"{realm}/{self.login}")


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
    known = known_of(tuple(map(entry.get, TOLD_BY_SYSTEMD)))
    message = message_of(entry.get("MESSAGE"))
    said: Told = told(known.program, message, known.labels, context.realm)
    row = dict(said)
    if known.claimed:
        row["process.name"] = known.name
    _add_actor(row, known, context.realm)
    if known.uid != "0" or "user.name" not in row:
        row.setdefault("user.id", known.uid)
    row.setdefault("process.executable", known.executable)
    row.setdefault("process.command_line", text_of(entry.get("_CMDLINE")))
    row["process.pid"] = _number(text_of(entry.get("_PID")) or text_of(entry.get("SYSLOG_PID")))
    row["host.name"] = known.host or context.host
    return row


def known_of(values: tuple[Any, ...]) -> Known:
    """What the values of `TOLD_BY_SYSTEMD` say, in this order; the last ones may be left out."""
    try:
        return _known(values)
    except TypeError:  # a field with several values is a list
        return _known(tuple(map(text_of, values)))


@lru_cache(maxsize=4096)
def _known(values: tuple[Any, ...]) -> Known:
    """What the fields that systemd adds say; they are the same for many entries."""
    told = map(text_of, values)
    fields = dict.fromkeys(TOLD_BY_SYSTEMD) | dict(zip(TOLD_BY_SYSTEMD, told, strict=False))
    identifier = fields["SYSLOG_IDENTIFIER"] or fields["_COMM"]
    executable, name, uid = fields["_EXE"], fields["_COMM"], fields["_UID"]
    certain = _is_certain(identifier, executable, name, uid, fields["_TRANSPORT"])
    severity = severity_of(fields["PRIORITY"])
    labels: Labels = (("severity", severity),) if severity else ()
    labels += tuple(
        (label, text[:LONGEST_LABEL])
        for field, label in LABELS.items()
        if (text := fields[field]) and text not in UNSET
    )
    if identifier and name and name != identifier:
        labels += (("comm", name[:LONGEST_LABEL]),)
    if not certain:
        labels += (("claims_to_be", identifier or "?"),)
    return Known(
        program=identifier if identifier and certain else None,
        name=name or identifier,
        claimed=not certain,
        labels=labels,
        login=fields["_AUDIT_LOGINUID"],
        uid=uid,
        executable=executable,
        host=fields["_HOSTNAME"],
        is_snoopy=identifier == "snoopy",
    )


def _add_actor(row: dict[str, Any], known: Known, realm: str) -> None:
    """The login id says who it was where the message does not, or anybody could have written it."""
    untold = "actor.account" not in row and row.get("actor.basis") in (None, UNTOLD, OF_ROOT)
    if (untold or known.is_snoopy) and (login := known.login_account(realm)):
        row["actor.account"], row["actor.basis"] = login, LOGIN


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
def severity_of(priority: str | None) -> str | None:
    """The name of a priority, None for what is none."""
    if priority is None or not priority.isdigit() or len(priority) > 1 or priority in "89":
        return None
    return SEVERITIES[int(priority)]


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
