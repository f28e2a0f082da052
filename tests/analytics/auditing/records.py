"""Audit records as the kernel writes them, and what the source reads of them."""

import dataclasses
import io
from datetime import UTC, datetime
from typing import Any

from analytics.event import Context, Rejected
from analytics.sources.auditd import SOURCE

CONTEXT = Context(
    feed="audit",
    batch="1",
    origin="first-line",
    received=datetime(2027, 3, 1, tzinfo=UTC),
    host="gpu03",
)
UNSET = "4294967295"
Row = dict[str, Any]


def read(log: str | bytes, **changes: Any) -> tuple[list[Row], list[Rejected]]:
    raw = log.encode() if isinstance(log, str) else log
    batches = list(SOURCE.parse(io.BytesIO(raw), dataclasses.replace(CONTEXT, **changes)))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    for row in rows:
        row["labels"] = dict(row["labels"] or ())
    return rows, [rejected for batch in batches for rejected in batch.rejected]


def one(log: str, **changes: Any) -> Row:
    rows, rejected = read(log, **changes)
    assert len(rows) == 1
    assert not rejected
    return rows[0]


def record(kind: str, body: str, serial: int = 7, node: str = "") -> str:
    return f"{node}type={kind} msg=audit(1767225600.{serial % 1000:03d}:{serial}): {body}\n"


def syscall(number: int, serial: int = 7, node: str = "", **fields: Any) -> str:
    told = {"a0": "ffffff9c", "a1": "0", "a2": "0", "a3": "0", "auid": 1017, "uid": 1017}
    told |= {"pid": 4100, "ppid": 4000, "comm": '"python"', "exe": '"/usr/bin/python"'} | fields
    arguments = " ".join(f"{name}={told[name]}" for name in ("a0", "a1", "a2", "a3"))
    user = told["uid"]
    return record(
        "SYSCALL",
        f"arch=c000003e syscall={number} success=yes exit=0 {arguments} items=1"
        f" ppid={told['ppid']} pid={told['pid']} auid={told['auid']} uid={user} gid={user}"
        f" euid={user} suid={user} fsuid={user} egid={user} sgid={user} fsgid={user} tty=pts0"
        f" ses=3 comm={told['comm']} exe={told['exe']} key=(null)",
        serial,
        node,
    )


def path(name: str, owner: object, kind: str = "NORMAL", serial: int = 7, node: str = "") -> str:
    body = f'item=0 name="{name}" inode=1 dev=fd:00 mode=0100644 ouid={owner} ogid=0 rdev=00:00'
    return record("PATH", f"{body} nametype={kind} cap_fp=0 cap_fi=0 cap_fe=0", serial, node)
