"""Access logs of S3 buckets, as AWS and compatible stores write them: a line a request."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.values import address
from analytics.reading import lines

TIME = r"\[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\]"
QUOTED = r'(?:"([^"]*)"|-)'
REQUEST = r'(?:"((?:[^"]|"(?! (?:\d{3}|-) ))*)"|-)'  # a status is behind its last quote
LINE = re.compile(
    rf"(\S+) (\S+) {TIME} (\S+) (\S+) (\S+) ([A-Z0-9]+\.[A-Z0-9_.]+) (\S+)"
    rf" {REQUEST} (\d{{3}}|-) (\S+)"
    rf" (\d{{1,18}}|-) (\d{{1,18}}|-) (\S+) (\S+) {QUOTED} (?:\"(.*)\"|-)([^\"]*)"
)
HEAD = re.compile(
    rb"^[0-9a-f]{16,128} \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \S+ \S+ \S+"
    rb" [A-Z0-9]+\.[A-Z0-9_.]+ ",
    re.MULTILINE,
)
MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
TAIL = (  # what stands behind the user agent, in this order
    *("version_id", "host_id", "signature_version", "cipher_suite", "authentication_type"),
    *("host_header", "tls_version", "access_point_arn", "acl_required"),
)
ARN = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d*:(?:assumed-role/[^/]+/|user/|role/)?(.+)")
# The HTTP method within an operation such as REST.PUT.OBJECT decides what kind of act it is.
TYPES = {
    "GET": "access",
    "HEAD": "access",
    "PUT": "creation",
    "POST": "creation",
    "COPY": "creation",
    "DELETE": "deletion",
}


@lru_cache(maxsize=8192)
def _time(day: str, month: str, year: str, clock: str, zone: str) -> datetime | None:
    try:
        text = f"{year}-{MONTHS[month]:02}-{day}T{clock}{zone}"
        return datetime.fromisoformat(text).astimezone(UTC)
    except (KeyError, ValueError, OverflowError):
        return None


@lru_cache(maxsize=8192)
def person_of(requester: str) -> str | None:
    """The name in an ARN of a user or a role's session, else what stands there; None for `-`."""
    match = ARN.fullmatch(requester)
    return match[1] if match else None if requester == "-" else requester


def _whole(text: str | None) -> int | None:
    return int(text) if text and text != "-" else None


def _row(match: re.Match[str], raw: str, number: int, context: Context) -> dict[str, Any]:
    groups = match.groups()
    owner, bucket = groups[:2]
    (remote, requester, request, operation, key, asked, status, error) = groups[7:15]
    sent, size, referrer = groups[15], groups[16], groups[19]
    agent = groups[20]
    who = person_of(requester)
    path = None if key == "-" else readable(unquote_to_bytes(unquote_to_bytes(key)))
    method = operation.split(".")[1] if operation.count(".") else ""
    told = {
        "bucket": bucket,
        "bucket_owner": owner,
        "request_id": request,
        "requester": requester,
        "error": error,
        "object_size": size,
        "referrer": referrer,
        **dict(zip(TAIL, groups[21].split(), strict=False)),
    }
    code = _whole(status)
    return {
        "event.id": context.event_id("s3", bucket, request, operation, key, raw[:128]),
        "event.category": "file" if "OBJECT" in operation else "configuration",
        "event.type": TYPES.get(method, "info"),
        "event.action": operation,
        "event.outcome": "failure" if (code or 0) >= 400 else "success",
        "event.original": raw,
        "message": f"{who or 'somebody'}: {operation} s3://{bucket}/{path or ''}",
        "actor.account": account("aws", who),
        "actor.basis": "requester" if who else "anonymous request",
        "user.name": who,
        "source.ip": address(remote),
        "file.path": f"s3://{bucket}/{path}" if path else f"s3://{bucket}",
        "url.original": " ".join((asked or "").split(" ")[1:-1]) or asked,
        "http.request.method": (asked or "").partition(" ")[0] or None,
        "http.response.status_code": code,
        "http.response.body.bytes": _whole(sent),
        "user_agent.original": agent if agent != "-" else None,
        "batch.line": number,
        "labels": [(name, text[:1024]) for name, text in told.items() if text and text != "-"],
    }


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each request."""
    collector = Collector(context, SOURCE)
    for line in lines(stream):
        raw = readable(line.text)
        match = None if line.too_long else LINE.fullmatch(raw)
        time = _time(*match.groups()[2:7]) if match else None
        if match and time:
            collector.add({"@timestamp": time, **_row(match, raw, line.number, context)})
        elif raw.strip():
            reason = "line is too long" if line.too_long else "no request to a bucket"
            collector.reject(line.number, "its time does not exist" if match else reason, raw)
        if collector.full:
            yield collector.take()
    yield from collector.rest()


def recognises(head: bytes, path: str) -> float:
    """Sure of lines with a bucket's owner, the bucket, a time and an operation of the store."""
    return 0.95 if HEAD.match(head) else 0.6 if HEAD.search(head) else 0.0


SOURCE = Source(
    name="s3_access",
    family="context",
    title="S3 access log",
    recognises=recognises,
    parse=parse,
)
