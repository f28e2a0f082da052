"""Lustre's changelog as `lfs changelog` prints it: who made, wrote, renamed, removed which file."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.jsonlog.values import address
from analytics.reading import lines

RECORD = re.compile(
    r"(?P<device>[\w.-]+-MDT[0-9a-f]{4}\.?)?\s*"
    r"(?P<index>\d{1,20}) (?P<kind>\d\d)(?P<type>[A-Z]{2,6})"
    r" (?P<clock>\d\d:\d\d:\d\d)\.(?P<fraction>\d{1,9}) (?P<day>\d{4}\.\d\d\.\d\d)"
    r" (?P<flags>0x[0-9a-f]+) t=(?P<target>\S+)(?P<rest>.*)",
    re.DOTALL,
)
HEAD = re.compile(
    rb"^(?:[\w.-]+-MDT[0-9a-f]{4}\.?\s+)?\d+ \d\d[A-Z]{2,6} \d\d:\d\d:\d\d\.\d+"
    rb" \d{4}\.\d\d\.\d\d 0x[0-9a-f]+ t=\[",
    re.MULTILINE,
)
PART = re.compile(r" (j|ef|u|nid|m|x|s|sp|p)=(\[[^\]]*\]|\S+)")
OWNER = re.compile(r"(\d{1,10}):(\d{1,10})")
PARENTS = ("p", "sp")
JOB = re.compile(r"\d{1,12}")
# Type of record: what was done, and event.type.
KINDS = {
    "CREAT": ("created-file", "creation"),
    "MKDIR": ("created-directory", "creation"),
    "HLINK": ("linked", "creation"),
    "SLINK": ("symlinked", "creation"),
    "MKNOD": ("created-node", "creation"),
    "UNLNK": ("deleted", "deletion"),
    "RMDIR": ("deleted-directory", "deletion"),
    "RENME": ("renamed", "change"),
    "RNMTO": ("renamed-to", "change"),
    "OPEN": ("opened-file", "access"),
    "CLOSE": ("wrote-file", "change"),
    "LYOUT": ("changed-layout", "change"),
    "TRUNC": ("truncated-file", "change"),
    "SATTR": ("changed-file-attributes", "change"),
    "XATTR": ("changed-extended-attributes", "change"),
    "MTIME": ("wrote-file", "change"),
    "CTIME": ("changed-file-attributes", "change"),
    "ATIME": ("read-file", "access"),
    "NOPEN": ("denied-opening-file", "denied"),
    "GXATR": ("read-extended-attributes", "access"),
    "MIGRT": ("migrated-file", "change"),
    "FLRW": ("wrote-file", "change"),
    "RESYNC": ("mirrored-file", "change"),
    "HSM": ("archived-file", "change"),
    "MARK": ("marked-log", "info"),
}
LABELS = {
    "s": "source_fid",
    "sp": "source_parent_fid",
    "p": "parent_fid",
    "m": "mode",
    "x": "xattr",
    "ef": "flags",
}


@lru_cache(maxsize=8192)
def _second(day: str, clock: str) -> datetime | None:
    """A second of Lustre's clock, which is UTC."""
    try:
        return datetime.fromisoformat(f"{day.replace('.', '-')}T{clock}+00:00").astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _parts(text: str) -> tuple[dict[str, str], str]:
    """Parts of a record up to the parent's id, and the name behind it, whatever is in that."""
    parts: dict[str, str] = {}
    end = 0
    while found := PART.match(text, end):
        parts[found[1]] = found[2]
        end = found.end()
        if found[1] in PARENTS:
            break
    return parts, text[end + 1 :]


def _row(match: re.Match[str], raw: str, number: int, context: Context) -> dict[str, Any]:
    parts, name = _parts(match["rest"])
    old = None
    if " s=[" in name:  # renamed: new name, what it was, old name
        name, _, behind = name.partition(" s=[")
        more, old = _parts(f" s=[{behind}")
        parts = more | parts
    owner = OWNER.fullmatch(parts.get("u", ""))
    job, nid = parts.get("j"), parts.get("nid", "")
    action, kind = KINDS.get(match["type"], (match["type"].lower(), "info"))
    told = {text: parts[key] for key, text in LABELS.items() if key in parts}
    told |= {"fid": match["target"], "record": match["kind"] + match["type"]}
    told |= {
        key: text
        for key, text in (("old_name", old), ("gid", owner and owner[2]), ("jobid", job))
        if text
    }
    return {
        "event.id": context.event_id(
            "lustre", context.feed, match["device"], match["index"], match["target"], match["clock"]
        ),
        "event.category": "file",
        "event.type": kind,
        "event.action": action,
        "event.outcome": "failure" if match["type"] == "NOPEN" else "success",
        "event.original": raw,
        "message": f"{f'uid {owner[1]}' if owner else 'somebody'}: {action} {name}".rstrip(),
        "actor.account": f"uid:{context.realm}/{owner[1]}" if owner else None,
        "actor.basis": "uid" if owner else "changelog without users (changelog_mask, -u)",
        "user.id": owner[1] if owner else None,
        "file.path": name or None,
        "host.name": context.host,
        "source.ip": address(nid.partition("@")[0]),
        "job.id": job if job and JOB.fullmatch(job) else None,
        "process.name": job.rpartition(".")[0] or None if job and not JOB.fullmatch(job) else None,
        "batch.line": number,
        "labels": [(key, text[:1024]) for key, text in told.items()],
    }


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record."""
    collector = Collector(context, SOURCE)
    for line in lines(stream):
        raw = readable(line.text)
        match = None if line.too_long else RECORD.fullmatch(raw)
        second = _second(match["day"], match["clock"]) if match else None
        if match and second:
            time = second.replace(microsecond=int(match["fraction"].ljust(9, "0")[:6]))
            collector.add({"@timestamp": time, **_row(match, raw, line.number, context)})
        elif raw.strip():
            reason = "line is too long" if line.too_long else "no record of a changelog"
            collector.reject(line.number, "its time does not exist" if match else reason, raw)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with index, type, time and target as Lustre prints them."""
    return 0.97 if HEAD.match(head) else 0.6 if HEAD.search(head) else 0.0


SOURCE = Source(
    name="lustre_changelog",
    family="context",
    title="Lustre changelog",
    recognises=recognises,
    parse=parse,
)
