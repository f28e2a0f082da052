"""Records of the audit log in the journal: its own, and those of auditd's plugin for syslog."""

import re
from collections.abc import Mapping
from typing import Any

from analytics.auditing.enveloped import Record, record_in
from analytics.auditing.seam import ALONE
from analytics.carrying import begun_by_or_json
from analytics.seams import Seam
from analytics.sources.journald.rows import OWN, message_of, text_of

AUDIT_ID, KIND, SENT = "_AUDIT_ID", "_AUDIT_TYPE_NAME", "_SOURCE_REALTIME_TIMESTAMP"
COUNTED = re.compile(r"[0-9]{7,17}")
SERIAL = re.compile(r"[0-9]{1,20}")
FIRST = re.compile(rb"^__CURSOR=", re.MULTILINE)
OF_EVENT = re.compile(rb'"_AUDIT_ID" ?: ?"([0-9]{1,20})"|^_AUDIT_ID=([0-9]{1,20})$', re.MULTILINE)
OF_KIND = re.compile(
    rb'"_AUDIT_TYPE_NAME" ?: ?"([A-Z_0-9]+)"|^_AUDIT_TYPE_NAME=(\w+)$', re.MULTILINE
)
FOLLOWING = 1 << 16  # bytes; the records of an event are written at once
BEGUN = re.compile(rb'\{"|\{ "|__CURSOR=')  # not of an object over many lines
ENTRIES = begun_by_or_json(FIRST)


def record_of(entry: Mapping[str, Any]) -> Record | None:
    """The audit record that an entry is, if the kernel or root wrote it; else anybody could."""
    told = entry.get("_TRANSPORT")
    transport = told if isinstance(told, str) else None
    if transport not in OWN and entry.get("_UID") not in (None, "0"):
        return None
    message = message_of(entry.get("MESSAGE")).decode("utf-8", "backslashreplace").strip()
    if transport != "audit":
        return record_in(message)
    serial, kind, sent = (text_of(entry.get(name)) or "" for name in (AUDIT_ID, KIND, SENT))
    if not (SERIAL.fullmatch(serial) and kind and COUNTED.fullmatch(sent)):
        return None
    fraction = sent[-6:].removesuffix("000")
    stamp = f"{sent[:-6]}.{fraction}:{serial}"
    body = re.sub(r"^(?:<audit-[0-9]+>|\w+(?=[ ]|$)) ?", "", message)
    return Record(None, stamp, f"type={kind} msg=audit({stamp}): {body}")


def _rest(text: bytes, whole: bool) -> int:
    """As of any entries; the last event of the audit log waits with all since it began."""
    open_ = ENTRIES.rest(text, whole)
    if b"_AUDIT_ID" not in text:
        return open_
    end = len(text) - open_
    serial = None
    for record in OF_EVENT.finditer(text, max(0, end - FOLLOWING), end):
        kind = OF_KIND.search(text, *_entry(text, record.start()))
        is_alone = kind is not None and ALONE.match(kind[1] or kind[2])
        serial = None if is_alone else record.group(1, 2)
    if serial is None:
        return open_
    first = next(one for one in OF_EVENT.finditer(text) if one.group(1, 2) == serial)
    begun, _ = _entry(text, first.start())
    return max(open_, len(text) - begun) if BEGUN.match(text, begun) else open_


def _entry(text: bytes, at: int) -> tuple[int, int]:
    """Where the entry begins and ends in which a place is; of JSON only that of a line."""
    lines = (b"\n{", b"\n__CURSOR=")
    begun = max(text.rfind(line, 0, at) for line in lines) + 1
    ends = (end for line in lines if (end := text.find(line, at)) >= 0)
    return begun, min(ends, default=len(text))


SEAM = Seam(_rest, ENTRIES.apart)
