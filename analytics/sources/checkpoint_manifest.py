"""Which checkpoints there are, as docs/collect/checkpoint_manifest.py writes them down."""

import re
from collections.abc import Iterator
from typing import BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import known, labels, mapping, number, text, time_of
from analytics.reading import Document, sampled

NAME = "checkpoint_manifest"
MARK = re.compile(rb'\{"foureyes": ?"checkpoint_manifest"')
SHA256 = re.compile(r"[0-9a-f]{64}")
MOMENTS = {
    "written": ("checkpoint-recorded", "info"),
    "found": ("checkpoint-recorded", "info"),
    "loaded": ("checkpoint-loaded", "access"),
}
SAID = {"written": "was written", "found": "was there", "loaded": "was loaded"}
LOOKS = Looks(
    at=("foureyes", "at"),
    times=("time",),
    counts=("bytes", "uid"),
    digests=("sha256", "parent_sha256"),
)


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a file's line."""
    line = mapping(document.value)
    at, time, path = text(line.get("at")), time_of(line.get("time")), text(line.get("path"))
    digest = _digest(line.get("sha256"))
    if line.get("foureyes") != NAME or at not in MOMENTS:
        return "not a line of a checkpoint manifest"
    if time is None or path is None or digest is None:
        missing = "path" if path is None else "SHA-256" if digest is None else "time that is one"
        return f"no {missing}"
    action, kind = MOMENTS[at]
    job, user = known(line.get("job")), text(line.get("user"))
    if at != "found":  # of that whoever looked is not the owner
        user = user or context.user
    host = text(line.get("host")) or context.host
    parent, parent_digest = text(line.get("parent")), _digest(line.get("parent_sha256"))
    uid = number(line.get("uid"))
    identity = (line["time"], host, job, at, path, digest, parent, parent_digest)
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("checkpoint-manifest", *identity),
            "event.category": "file",
            "event.type": kind,
            "event.action": action,
            "event.outcome": "success",
            "event.original": readable(document.raw),
            "message": f"{path} {SAID[at]}" + (f" by job {job}" if job else ""),
            "actor.basis": "a manifest says what is there, not who put it there",
            "owner.account": account("unix", user)
            or account("uid", f"{context.realm}/{uid}" if uid is not None else None),
            "user.name": user,
            "file.owner": known(line.get("uid")),
            "host.name": host,
            "job.id": job,
            "job.owner": account("unix", user) if job else None,
            "file.path": path,
            "file.hash.sha256": digest,
            "batch.line": document.number,
            "labels": labels(
                {
                    "at": at,
                    "bytes": line.get("bytes"),
                    "modified": line.get("modified"),
                    "cluster": line.get("cluster"),
                    "parent": parent,
                    "parent_sha256": parent_digest,
                }
            ),
        }
    ]


def _digest(value: object) -> str | None:
    return value if isinstance(value, str) and SHA256.fullmatch(value) else None


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each file, and for each that it came of."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of the mark that our manifest has."""
    marked = [mapping(value).get("foureyes") == NAME for value in sampled(head)]
    if marked:
        return 0.97 if sum(marked) * 2 >= len(marked) else 0.0
    return 0.9 if MARK.search(head) else 0.0


SOURCE = Source(
    name=NAME,
    family="artifact",
    title="Checkpoint manifest",
    recognises=recognises,
    parse=parse,
)
