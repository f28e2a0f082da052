"""Slurm's own record of changes: `sacctmgr -P list transactions`, who changed whose rights."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, readable
from analytics.reading import lines
from analytics.slurm.times import Clock, time_of

HEADER = re.compile(
    r"(?=(?:.*\W)?Action\b)(?=(?:.*\W)?Actor\b)(?=(?:.*\W)?Time\b)\w+([|;,\t^~])(?:[\w ]+\1)*[\w ]*"
)
ROW = re.compile(
    r"[^|]{8,40}\|(?:Add|Modify|Remove|Delete|Register|Clear|Archive|Fix|Cluster|Flush|Update)"
    r" [A-Za-z ]{2,40}\|[^|]{0,64}\|"
)
NAMES = ("time", "action", "actor", "where", "info")
TARGET = re.compile(r"\b(?:name|user)\s*=\s*\\?['\"]?([\w.@$-]{1,64})")
LEVEL = re.compile(r"\badmin_?level\s*=\s*['\"]?(\w+)", re.IGNORECASE)
LEVELS = {"0": "not set", "1": "none", "2": "operator", "3": "administrator"}
TYPES = {"add": "creation", "remove": "deletion", "delete": "deletion"}


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each change."""
    collector = Collector(context, SOURCE)
    clock = Clock(context.timezone, context.received)
    names: tuple[str, ...] = NAMES
    delimiter = "|"
    for line in lines(stream):
        text = readable(line.text.removeprefix(b"\xef\xbb\xbf"))
        if not text.strip():
            continue
        if header := HEADER.fullmatch(text[:1024]):
            delimiter = header[1]
            names = tuple(name.strip().lower() for name in text.split(delimiter) if name)
            continue
        cells = dict(zip(names, text.split(delimiter, len(names) - 1), strict=False))
        time = time_of(cells.get("time"), clock)
        if line.too_long or time is None or not cells.get("action"):
            collector.reject(line.number, "not a transaction", text)
            continue
        row = _row(cells, context)
        row |= {"@timestamp": time, "event.original": text, "batch.line": line.number}
        collector.add(row)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def _row(cells: dict[str, str], context: Context) -> dict[str, object]:
    what, actor = cells["action"].strip(), cells.get("actor", "").strip()
    where, changes = cells.get("where", ""), cells.get("info", "").rstrip("|")
    target, level = TARGET.search(where) or TARGET.search(changes), LEVEL.search(changes)
    target_name = target[1] if target else None
    verb = what.partition(" ")[0].lower()
    labels = {"where": where, "changes": changes, "cluster": cells.get("cluster", "")}
    if level:
        labels["admin_level"] = LEVELS.get(level[1], level[1].lower())
    return {
        "event.id": context.event_id("slurm-transaction", *cells.values()),
        "event.category": "iam",
        "event.type": TYPES.get(verb, "change"),
        "event.action": "admin-level-set" if level else what.lower().replace(" ", "-")[:64],
        "event.outcome": "success",
        "message": f"{actor or 'somebody'}: {what.lower()} {where}: {changes}"[:300],
        "actor.account": f"slurm:{actor}" if actor else None,
        "actor.basis": "actor of the transaction" if actor else "not told",
        "user.name": actor or None,
        "user.target.name": target_name,
        "host.name": context.host,
        "labels": [(name, value[:1024]) for name, value in labels.items() if value],
    }


def recognises(head: bytes, path: str) -> float:
    """Sure of the header, and of rows with a time, a known change and an actor."""
    text = head[:8192].removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    rows = [row for row in text.split("\n")[:-1] or [text] if row.strip()]
    if rows and HEADER.fullmatch(rows[0].rstrip("\r")):
        return 0.9
    return 0.9 if rows and all(ROW.match(row) for row in rows) else 0.0


SOURCE = Source(
    name="slurm_transactions",
    family="scheduler",
    title="Slurm account changes (sacctmgr list transactions)",
    recognises=recognises,
    parse=parse,
)
