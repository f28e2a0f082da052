"""What was done to which file, process, address or account, out of an event's records."""

import posixpath
from functools import lru_cache

from analytics.auditing.actors import OWNED_BY_NOBODY, owner_of
from analytics.auditing.addresses import address_of
from analytics.auditing.leads import Lead
from analytics.auditing.processes import Process
from analytics.auditing.records import Call, Path, Records, touched
from analytics.auditing.syscalls import Deed, SystemCall, system_call
from analytics.auditing.tables import Row
from analytics.auditing.values import Fields, is_set, plain

WRITING = 0o1 | 0o2 | 0o100 | 0o1000 | 0o2000  # write-only, read-write, create, truncate, append
HERE = frozenset({"ffffff9c", "ffffffffffffff9c", "-100", "AT_FDCWD"})
PART = Deed("process", "info", "incomplete")
MOST_LABELS = 24


def add_deed(row: Row, records: Records, process: Process, lead: Lead | None, realm: str) -> None:
    """Adds category, type, action, object and labels to the row of an event."""
    labels: dict[str, str] = {}
    call = records.call
    if call is not None:
        kind = system_call(process.syscall, call.number)
        labels["record"], labels["syscall"] = "SYSCALL", kind.name
        _add_syscall(row, labels, records, call, kind, realm)
    if lead is not None:
        labels["record"] = records.kind or ""
        _add_lead(row, labels, lead, call is None or not records.paths)
        if call is None and records.paths:
            _add_file(row, labels, records, None, realm)
    elif call is None:
        row["event.category"], row["event.type"], row["event.action"] = PART
        _add_file(row, labels, records, None, realm)
    labels |= row["doer"].labels
    row["labels"] = labels


def _add_syscall(
    row: Row, labels: dict[str, str], records: Records, call: Call, kind: SystemCall, realm: str
) -> None:
    row["event.category"], row["event.type"], row["event.action"] = kind.deed
    if row["event.outcome"] == "failure":
        labels["exit"] = call.exit or ""
    if records.paths:
        start = None if kind.directory is None else call.argument(kind.directory)
        _add_file(row, labels, records, start, realm)
    if kind.signal is not None:
        _add_signal(row, labels, records, call.argument(kind.signal), realm)
    elif records.objects:
        _add_process(row, labels, records, realm)
    elif kind.opens:
        flags = None if kind.flags is None else call.argument(kind.flags)
        _add_opening(row, records, flags)
    elif kind.tells_arguments:
        labels |= {f"a{place}": call.argument(place) or "" for place in range(4)}
    if records.address and (socket := address_of(records.address)):
        _add_address(row, labels, kind.deed, socket)


def _add_opening(row: Row, records: Records, flags: str | None) -> None:
    """Tells an opening for writing from one for reading."""
    if records.flags is not None:
        value = whole(records.flags, 8)
    else:
        value = whole(flags, 16) if flags else WRITING * (row["event.type"] == "creation")
    if value & WRITING:
        file = touched(records.paths)
        created = file is not None and file.kind == "CREATE"
        row["event.type"] = "creation" if created else "change"
        row["event.action"] = "wrote-file"


def _add_file(
    row: Row, labels: dict[str, str], records: Records, start: str | None, realm: str
) -> None:
    file = touched(records.paths)
    if file is None:
        return
    row["file.path"] = full_path(file, records.directory, start)
    if file.owner is not None:
        row["file.owner"] = file.owner_name or file.owner
        row["owner.account"] = owner_of(file.owner, realm)
    if row["event.action"] in ("renamed", "linked", "symlinked"):
        new = [path for path in records.paths if path.kind == "CREATE" and path is not file]
        if new and (path := full_path(new[-1], records.directory, None)):
            labels["new_path"] = path


def full_path(file: Path, directory: str | None, start: str | None) -> str | None:
    """A file's path from the root where it can be known: not from another open directory."""
    name = file.name
    if name is None:
        return None
    if name[:1] != "/":
        if directory is None or not (start is None or start in HERE):
            return name
        return _joined(directory, name)
    return posixpath.normpath(name) if "/." in name or "//" in name else name


@lru_cache(maxsize=8192)
def _joined(directory: str, name: str) -> str:
    name = posixpath.join(directory, name)
    return posixpath.normpath(name) if "/." in name or "//" in name else name


def _add_signal(
    row: Row, labels: dict[str, str], records: Records, signal: str | None, realm: str
) -> None:
    number = whole(signal or "", 16)
    labels["signal"] = str(number)
    if number == 0:
        row["event.type"], row["event.action"] = "access", "probed-process"
    _add_process(row, labels, records, realm)


def _add_process(row: Row, labels: dict[str, str], records: Records, realm: str) -> None:
    """Adds the process that was acted upon; of several the first that is another's."""
    owned = [(_owner_of(told, realm), told) for told in records.objects or ()]
    if not owned:
        return
    others = [one for one in owned if one[0] not in (None, row["doer"].account)]
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


def _add_lead(row: Row, labels: dict[str, str], lead: Lead, pathless: bool) -> None:
    """Adds what the leading record says, which is none of a system call's own."""
    row.update(lead.columns)
    if pathless and lead.path is not None:
        row["file.path"] = lead.path
    for name, text in lead.labels:
        if len(labels) < MOST_LABELS:
            labels.setdefault(name, text)


def whole(text: str, base: int) -> int:
    """A number, 0 for what is none."""
    try:
        return int(text, base)
    except ValueError:
        return 0
