"""Slurm's own record of changes: `sacctmgr -P list transactions`, who changed whose rights."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.blocks import pieces
from analytics.columnar.lined import AT_ONCE, Columns, Lines, Meaning, told
from analytics.columnar.values import ids, known, labelled, made, mapped
from analytics.event import Batch, Context, Source
from analytics.slurm.changes import HEADER, Tables
from analytics.slurm.times import Clock, instants

ROW = re.compile(
    r"[^|]{8,40}\|(?:Add|Modify|Remove|Delete|Register|Clear|Archive|Fix|Cluster|Flush|Update)"
    r" [A-Za-z ]{2,40}\|[^|]{0,64}\|"
)
NONE = "not a transaction"
TARGET = re.compile(r"\b(?:name|user)\s*=\s*\\?['\"]?([\w.@$-]{1,64})")
LEVEL = re.compile(r"\badmin_?level\s*=\s*['\"]?(\w+)", re.IGNORECASE)
LEVELS = {"0": "not set", "1": "none", "2": "operator", "3": "administrator"}
TYPES = {"add": "creation", "remove": "deletion", "delete": "deletion"}


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each change."""
    tables, clock = Tables(context.framing, NONE), Clock(context.timezone, context.received)
    meaning = Meaning(
        times=lambda parts, _: instants(parts["time"], clock).cast(pa.int64()),
        columns=_columns,
        no_time=NONE,
    )
    return told(map(tables.found, pieces(stream, AT_ONCE)), meaning, context, SOURCE)


def _deed(action: str) -> tuple[str, str, str]:
    """The verb's kind, the action, and the words of a sentence."""
    words = action.strip().lower()
    return TYPES.get(words.partition(" ")[0], "change"), words.replace(" ", "-")[:64], words


def _target(text: str) -> str | None:
    found = TARGET.search(text)
    return found[1] if found else None


def _level(text: str) -> str | None:
    found = LEVEL.search(text)
    return LEVELS.get(found[1], found[1].lower()) if found else None


def _columns(lines: Lines, context: Context) -> Columns:
    size = len(lines.texts)
    cells = {name: pc.fill_null(part, "") for name, part in lines.parts.items()}
    where, changes = cells["where"], pc.utf8_rtrim(cells["info"], "|")
    actors = known(mapped(cells["actor"], str.strip, pa.string()))
    level = mapped(changes, _level, pa.string())
    deeds = made(cells["action"], ("event.type", "event.action", "message"), _deed)
    done = pc.binary_join_element_wise(pc.fill_null(actors, "somebody"), deeds["message"], ": ")
    sentence = pc.binary_join_element_wise(done, where, " ")
    labels = {
        **{"where": where, "changes": changes},
        **{"cluster": cells["cluster"], "admin_level": level},
    }
    return {
        "event.id": ids(context, "slurm-transaction", cells["identity"]),
        "event.category": pa.repeat("iam", size),
        "event.type": deeds["event.type"],
        "event.action": pc.if_else(pc.is_valid(level), "admin-level-set", deeds["event.action"]),
        "event.outcome": pa.repeat("success", size),
        "message": pc.utf8_slice_codeunits(
            pc.binary_join_element_wise(sentence, changes, ": "), 0, 300
        ),
        "actor.account": pc.binary_join_element_wise("slurm:", actors, ""),
        "actor.basis": pc.if_else(pc.is_valid(actors), "actor of the transaction", "not told"),
        "user.name": actors,
        "user.target.name": pc.coalesce(
            mapped(where, _target, pa.string()), mapped(changes, _target, pa.string())
        ),
        "host.name": pa.repeat(pa.scalar(context.host, pa.string()), size),
        "labels": labelled(labels, nothing=""),
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
    headed=True,
)
