"""IBM Storage Scale (GPFS) file audit logging: a JSON object an act on a file."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import address, known, labels, mapping, number, text, time_of
from analytics.reading import Document, sampled

MARK = re.compile(rb'"LWE_JSON"\s*:\s*"[\d.]+"')
OWN_TIME = re.compile(r"(\d{4}-\d\d-\d\d)_(\d\d:\d\d:\d\d)(?:\.(\d{1,6})\d*)?([+-]\d{4})")
KINDS = {
    "OPEN": ("opened-file", "access"),
    "CREATE": ("created-file", "creation"),
    "CLOSE": ("closed-file", "access"),
    "RENAME": ("renamed", "change"),
    "XATTRCHANGE": ("changed-extended-attributes", "change"),
    "ACLCHANGE": ("changed-file-permissions", "change"),
    "UNLINK": ("deleted", "deletion"),
    "DESTROY": ("deleted", "deletion"),
    "RMDIR": ("deleted-directory", "deletion"),
    "GPFSATTRCHANGE": ("changed-file-attributes", "change"),
    "ACCESS_DENIED": ("denied-opening-file", "denied"),
}
WRITTEN = re.compile(r"write|WRITE")
KEPT = (
    "fsName",
    "clusterName",
    "inode",
    "poolName",
    "fileSize",
    "permissions",
    "subEvent",
    "oldPath",
    "clientGroupId",
)
WRITING = 0o3  # O_WRONLY, O_RDWR
# Users that are nobody, or whose number is written in another way.
ODD_USERS = r"65534|4294967295|[0-9]{19,}|[0-9]*[^\x00-\x7f]\p{Nd}*"
USERS = ("clientUserId", "ownerUserId")
LOOKS = Looks(
    at=("event", "openFlags", "subEvent"),
    words=dict.fromkeys(USERS, ODD_USERS),
    times=("eventTime",),
    addresses=("nfsClientIp",),
    counts=(*USERS, "processId"),
)


@lru_cache(maxsize=8192)
def _time(value: Any) -> datetime | None:
    match = OWN_TIME.fullmatch(value) if isinstance(value, str) else None
    if match:
        value = f"{match[1]}T{match[2]}.{(match[3] or '').ljust(6, '0')}{match[4]}"
    return time_of(value)


def _account(identity: Any, context: Context) -> str | None:
    uid = known(identity)
    return f"uid:{context.realm}/{uid}" if uid and uid.isdecimal() and uid != "4294967295" else None


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of an act."""
    record = mapping(document.value)
    event, time = text(record.get("event")), _time(known(record.get("eventTime")))
    if event is None or time is None:
        return f"no {'event' if event is None else 'eventTime that is a time'}"
    action, kind = KINDS.get(event, (event.lower(), "info"))
    flags = number(record.get("openFlags")) or 0
    if (event == "OPEN" and flags & WRITING) or WRITTEN.search(str(record.get("subEvent"))):
        action, kind = "wrote-file", "change"
    path, owner = text(record.get("path")), _account(record.get("ownerUserId"), context)
    actor = _account(record.get("clientUserId"), context)
    uid = known(record.get("clientUserId"))
    return [
        {
            "@timestamp": time.astimezone(UTC),
            "event.id": context.event_id("gpfs", document.raw),
            "event.category": "file",
            "event.type": kind,
            "event.action": action,
            "event.outcome": "failure" if kind == "denied" else "success",
            "event.original": readable(document.raw),
            "message": f"uid {uid or 'unknown'}: {action} {path or ''}".rstrip(),
            "actor.account": actor if uid != "0" else None,
            "actor.basis": "root, not told for whom"
            if uid == "0"
            else "uid"
            if actor
            else "not told",
            "owner.account": owner
            if known(record.get("ownerUserId")) not in ("0", "65534")
            else None,
            "user.id": uid,
            "file.path": path,
            "file.owner": known(record.get("ownerUserId")),
            "host.name": text(record.get("nodeName")) or context.host,
            "process.pid": number(record.get("processId")),
            "source.ip": address(record.get("nfsClientIp")),
            "batch.line": document.number,
            "labels": labels({name: record.get(name) for name in KEPT}),
        }
    ]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each act."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of records that name their version as Storage Scale does."""
    if MARK.search(head):
        return 0.97
    needed = {"fsName", "clientUserId", "eventTime", "event"}
    return 0.9 if any(needed <= mapping(value).keys() for value in sampled(head)) else 0.0


SOURCE = Source(
    name="gpfs_audit",
    family="context",
    title="Storage Scale (GPFS) file audit",
    recognises=recognises,
    parse=parse,
)
