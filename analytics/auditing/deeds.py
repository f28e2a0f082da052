"""What was done to which file, process, address or account, out of an event's records."""

import posixpath
from typing import Any

from analytics.auditing.actors import OWNED_BY_NOBODY, owner_of
from analytics.auditing.addresses import address_of, internet_address
from analytics.auditing.kinds import deed_of
from analytics.auditing.processes import Process
from analytics.auditing.records import Path, Records, touched
from analytics.auditing.syscalls import DEEDS, DIRECTORIES, OPEN_FLAGS, SIGNALS, Deed, name_of
from analytics.auditing.values import LONGEST_LABEL, Fields, is_set, plain, unquoted

WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # write-only, read-write, create, truncate, append
HERE = frozenset({"ffffff9c", "ffffffffffffff9c", "-100", "AT_FDCWD"})
ELSEWHERE = frozenset(  # fields of a leading record that have a column of their own
    {"pid", "uid", "auid", "exe", "comm", "cwd", "cmd", "acct", "success", "res", "key", "ses"}
    | {"tty", "terminal", "AUID", "UID", "data", "hostname", "addr", "subj"}
)
ENCODED = frozenset(  # fields that the kernel and programs write in hexadecimal where they must
    {"name", "path", "sw", "vm", "unit", "file", "dir", "device", "grp", "old-disk", "new-disk"}
)
OTHER_CALL = Deed("process", "info", "called-syscall")
PART = Deed("process", "info", "incomplete")
MOST_LABELS = 24

Row = dict[str, Any]


def add_deed(row: Row, records: Records, process: Process, realm: str) -> None:
    """Adds category, type, action, object and labels to the row of an event."""
    labels: dict[str, str] = {}
    if records.call is not None:
        name = process.syscall or name_of(records.call.get("arch"), records.call.get("syscall"))
        labels["record"], labels["syscall"] = "SYSCALL", name
        _add_syscall(row, labels, records, name, realm)
    if records.kind is not None:
        _add_lead(row, labels, records.kind, records.lead or {})
    elif records.call is None:
        row["event.category"], row["event.type"], row["event.action"] = PART
        _add_file(row, labels, records, None, realm)
    labels |= process.labels
    row["labels"] = list(labels.items())


def _add_syscall(row: Row, labels: dict[str, str], records: Records, name: str, realm: str) -> None:
    call = records.call or {}
    deed = DEEDS.get(name, OTHER_CALL)
    row["event.category"], row["event.type"], row["event.action"] = deed
    if row["event.outcome"] == "failure":
        labels["exit"] = call.get("exit") or ""
    if records.paths:
        _add_file(row, labels, records, call.get(DIRECTORIES.get(name, "")), realm)
    if name in SIGNALS:
        _add_signal(row, labels, records, call.get(SIGNALS[name]), realm)
    elif records.objects:
        _add_process(row, labels, records, realm)
    elif deed.action == "opened-file":
        _add_opening(row, records, call.get(OPEN_FLAGS.get(name, "")))
    elif deed.category not in ("file", "network") and deed.action != "executed":
        labels.update((key, call.get(key) or "") for key in ("a0", "a1", "a2", "a3"))
    if records.address and (socket := address_of(records.address)):
        _add_address(row, labels, deed, socket)


def _add_opening(row: Row, records: Records, flags: str | None) -> None:
    """Tells an opening for writing from one for reading."""
    if records.flags is not None:
        value = _whole(records.flags, 8)
    else:
        value = _whole(flags, 16) if flags else WRITING * (row["event.type"] == "creation")
    file = touched(records.paths)
    if value & WRITING:
        created = file is not None and file.kind == "CREATE"
        row["event.type"] = "creation" if created else "change"
        row["event.action"] = "wrote-file"


def _add_file(
    row: Row, labels: dict[str, str], records: Records, start: str | None, realm: str
) -> None:
    file = touched(records.paths)
    if file is None:
        return
    row["file.path"] = _full(file, records.directory, start)
    if is_set(file.owner):
        row["file.owner"] = file.owner_name or file.owner
        row["owner.account"] = owner_of(file.owner, realm)
    if row.get("event.action") in ("renamed", "linked", "symlinked"):
        new = [path for path in records.paths if path.kind == "CREATE" and path is not file]
        if new and (path := _full(new[-1], records.directory, None)):
            labels["new_path"] = path


def _full(file: Path, directory: str | None, start: str | None) -> str | None:
    """A file's path from the root where it can be known: not from another open directory."""
    name = file.name
    if name is None:
        return None
    if name[:1] != "/":
        if directory is None or not (start is None or start in HERE):
            return name
        name = posixpath.join(directory, name)
    return posixpath.normpath(name) if "/." in name or "//" in name else name


def _add_signal(
    row: Row, labels: dict[str, str], records: Records, signal: str | None, realm: str
) -> None:
    number = _whole(signal or "", 16)
    labels["signal"] = str(number)
    if number == 0:
        row["event.type"], row["event.action"] = "access", "probed-process"
    _add_process(row, labels, records, realm)


def _add_process(row: Row, labels: dict[str, str], records: Records, realm: str) -> None:
    """Adds the process that was acted upon; of several the first that is another's."""
    owned = [(_owner_of(told, realm), told) for told in records.objects]
    if not owned:
        return
    others = [one for one in owned if one[0] not in (None, row["actor.account"])]
    owner, told = (others or owned)[0]
    row["owner.account"] = owner
    row["user.target.name"] = plain(told.get("OUID")) or told.get("ouid")
    labels["target_pid"] = told.get("opid") or ""
    labels["target_comm"] = plain(told.get("ocomm")) or ""
    if len(owned) > 1:
        labels["targets"] = str(len(owned))


def _owner_of(told: Fields, realm: str) -> str | None:
    login = told.get("oauid")
    preferred = login if is_set(login) and login not in OWNED_BY_NOBODY else told.get("ouid")
    return owner_of(preferred, realm)


def _add_address(
    row: Row, labels: dict[str, str], deed: Deed, socket: tuple[str, int | None]
) -> None:
    address, port = socket
    if deed.action in ("accepted-connection-from", "received-from") and port is not None:
        row["source.ip"] = address
    else:
        labels["destination"] = address
    if port is not None:
        labels["port"] = str(port)


def _add_lead(row: Row, labels: dict[str, str], kind: str, lead: Fields) -> None:
    """Adds what the leading record says, which is none of a system call's own."""
    labels["record"] = kind
    row["event.category"], row["event.type"], row["event.action"] = deed_of(kind)
    if "apparmor" in lead:
        row["event.action"] = "violated-apparmor-policy"
    target = lead.get("AUID") or lead.get("auid") if kind == "LOGIN" else lead.get("id")
    row["user.target.name"] = plain(lead.get("acct")) or unquoted(target)
    row["source.ip"] = internet_address(lead.get("addr"))
    if "file.path" not in row and "path" in lead:
        row["file.path"] = plain(lead["path"])
    if command := plain(lead.get("cmd")) or plain(lead.get("data")):
        row["process.command_line"] = command
    if directory := plain(lead.get("cwd")):
        row["process.working_directory"] = directory
    for name, value in lead.items():
        text = plain(value) if name in ENCODED else unquoted(value)
        if text and name not in ELSEWHERE and len(labels) < MOST_LABELS:
            labels.setdefault(name, text[:LONGEST_LABEL])


def _whole(text: str, base: int) -> int:
    """A number, 0 for what is none."""
    try:
        return int(text, base)
    except ValueError:
        return 0
