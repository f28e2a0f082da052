"""Verdicts on model files, as `manage.py scan` and `python -m analytics.artifacts` write them."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import (
    Payload,
    known,
    labels,
    mapping,
    number,
    objects,
    text,
    time_of,
)
from analytics.reading import Document, sampled

VERDICTS = frozenset({"clean", "unreadable", "suspicious", "malicious"})
BAD = frozenset({"suspicious", "malicious"})
KINDS = frozenset({"model", "dataset", "space"})
OF = ("scanner", "scanned", "file", "verdict", "findings")
SHA256 = re.compile(r"[0-9a-f]{64}")
MARKS = tuple(
    re.compile(rb'"%s"\s*:\s*%s' % mark)
    for mark in ((b"scanner", b'"foureyes '), (b"scanned", b'"'), (b"verdict", b'"'))
)

LOOKS = Looks(
    at=("verdict", "kind", "findings.name"),
    times=("scanned",),
    counts=("uid", "size"),
    digests=("sha256",),
)


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a verdict."""
    line = mapping(document.value)
    time, file, verdict = (
        time_of(line.get("scanned")),
        text(line.get("file")),
        text(line.get("verdict")),
    )
    scanner = text(line.get("scanner"))
    if time is None or file is None or scanner is None or verdict not in VERDICTS:
        return "not a verdict on a model file"
    host = text(line.get("host")) or context.host
    findings = objects(line.get("findings"))
    digest = _digest(line.get("sha256"))
    told = _told(line, findings)
    identity = (host, file, digest, scanner, verdict, told["findings"], told["why"])
    kind, bad = text(line.get("kind")), verdict in BAD
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("artifact-scan", *identity),
            "event.kind": "alert" if bad else "event",
            "event.category": "malware" if bad else "file",
            "event.type": "info",
            "event.action": "artifact-scanned",
            "event.outcome": "failure" if verdict == "unreadable" else "success",
            "event.original": readable(document.raw),
            "message": _sentence(line, file, verdict, told),
            "actor.basis": "a scan shows who owns a file, not who put it there",
            **_owner(line, context),
            "host.name": host,
            "file.path": file,
            "file.hash.sha256": digest,
            "hf.repo": text(line.get("repo")),
            "hf.kind": kind if kind in KINDS else None,
            "hf.revision": text(line.get("revision")),
            "hf.path": text(line.get("path")),
            "hf.format": text(line.get("format")),
            "hf.verdict": verdict,
            "batch.line": document.number,
            "labels": labels(told),
        }
    ]


def _owner(line: Payload, context: Context) -> dict[str, Any]:
    """The file's owner; numbers are the same people on all hosts of a realm."""
    uid, realm = number(line.get("uid")), text(line.get("realm")) or context.realm
    return {
        "file.owner": text(line.get("owner")) or known(line.get("uid")),
        "owner.account": account("uid", f"{realm}/{uid}" if uid is not None and uid >= 0 else None),
    }


def _told(line: Payload, findings: list[Payload]) -> dict[str, Any]:
    """What has no field: names of findings and their particulars, imports, branches and tags."""
    names = dict.fromkeys(filter(None, (text(one.get("name")) for one in findings)))
    why = [f"{text(one.get('name'))}: {text(one.get('detail'))}" for one in findings]
    return {
        "findings": ", ".join(names),
        "why": "; ".join(why),
        "imports": _joined(line.get("imports")),
        "templates": _joined(line.get("templates")),
        "refs": _joined(line.get("refs")),
        "size": number(line.get("size")),
        "modified": text(line.get("modified")),
        "blob": text(line.get("blob")),
        "scanner": text(line.get("scanner")),
    }


def _joined(values: Any) -> str:
    found = (text(value) for value in values) if isinstance(values, list) else ()
    return ", ".join(filter(None, found))


def _digest(value: Any) -> str | None:
    return value if isinstance(value, str) and SHA256.fullmatch(value) else None


def _sentence(line: Payload, file: str, verdict: str, told: dict[str, Any]) -> str:
    repo = text(line.get("repo"))
    where = f"{text(line.get('path')) or PurePosixPath(file).name} of {repo}" if repo else file
    why = f": {told['why'][:300]}" if told["why"] else ""
    return f"{where[:500]} is {verdict}{why}"


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each file that was scanned."""
    return batches(stream, Collector(context, SOURCE), read, looks=LOOKS)


def recognises(head: bytes, path: str) -> float:
    """Sure of lines that name our scanner, a file and a verdict."""
    for value in sampled(head):
        if isinstance(value, dict) and all(name in value for name in OF):
            return 0.95 if value.get("verdict") in VERDICTS else 0.0
    return 0.9 if all(mark.search(head) for mark in MARKS) else 0.0


SOURCE = Source(
    name="artifact_scan",
    family="artifact",
    title="Scans of model files",
    recognises=recognises,
    parse=parse,
)
