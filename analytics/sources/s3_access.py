"""Access logs of S3 buckets, as AWS and compatible stores write them: a line a request."""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import BinaryIO
from urllib.parse import unquote_to_bytes

import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.lined import EPOCH, MICROSECOND, Columns, Form, Lines, read
from analytics.columnar.splitting import NOTHING, Splitting, cut, words
from analytics.columnar.values import ids, known, labelled, made, mapped, numbers
from analytics.event import Batch, Context, Source, account, readable
from analytics.jsonlog.values import address

TIME = r"(\[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\])"
QUOTED = r'(?:"([^"]*)"|-)'
REQUEST = r'(?:"((?:[^"]|"(?! (?:\d{3}|-) ))*)"|-)'  # a status is behind its last quote
NUMBER = r"([0-9]{1,18}|-)"
LINE = re.compile(
    rf"(\S+) (\S+) {TIME} (\S+) (\S+) (\S+) ([A-Z0-9]+\.[A-Z0-9_.]+) (\S+)"
    rf" {REQUEST} ([0-9]{{3}}|-) (\S+)"
    rf" {NUMBER} {NUMBER} \S+ \S+ {QUOTED} (?:\"(.*)\"|-)([^\"]*)"
)
PARTS = (
    *("bucket_owner", "bucket", "time", "remote", "requester", "request_id", "operation", "key"),
    *("asked", "status", "error", "sent", "object_size", "referrer", "agent", "tail"),
)
TAIL = (  # what stands behind the user agent, in this order
    *("version_id", "host_id", "signature_version", "cipher_suite", "authentication_type"),
    *("host_header", "tls_version", "access_point_arn", "acl_required"),
)
LABELS = ("bucket", "bucket_owner", "request_id", "requester", "error", "object_size", "referrer")
HEADED = (
    r"^[!-~]+ [!-~]+ \[\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] [!-~]+ [!-~]+ [!-~]+"
    r" [A-Z0-9]+\.[A-Z0-9_.]+ [!-~]+ $"
)
ANSWERED = r"^ (\d{3}|-) [!-~]+ (\d{1,18}|-) (\d{1,18}|-) [!-~]+ [!-~]+ $"
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
ARN = re.compile(r"arn:[\w-]+:(?:iam|sts)::\d*:(?:assumed-role/[^/]+/|user/|role/)?(.+)")
# The HTTP method within an operation such as REST.PUT.OBJECT decides what kind of act it is.
TYPES = {
    "GET": "access",
    "HEAD": "access",
    "PUT": "creation",
    "POST": "creation",
    "COPY": "creation",
    "DELETE": "deletion",
    "EXPIRE": "deletion",
}


def _usual(line: Splitting) -> None:
    """Lines that have quotes only where they belong."""
    line.split("line", '"', ("head", "asked", "answer", "referrer", "between", "agent", "tail"))
    line.match("head", HEADED)
    line.match("answer", ANSWERED)
    line.match("between", "^ $")
    line.match("tail", "^( [!-~]+)*$")
    line.split("head", " ", (*PARTS[:2], "day", "zone", *PARTS[3:8], ""))
    line.split("answer", " ", ("", *PARTS[9:13], "", "", ""))
    line.put("tail", pc.utf8_ltrim(line["tail"], " "))
    line.put("time", pc.binary_join_element_wise(line["day"], line["zone"], " "))


def _exact(text: str) -> tuple[str | None, ...] | None:
    match = LINE.fullmatch(text)
    return (*match.groups()[:-1], " ".join(match[len(PARTS)].split())) if match else None


def _times(parts: Columns, zone: tzinfo) -> pa.Array:
    return mapped(parts["time"], _time)


def _time(text: str) -> int | None:
    day, month, year, clock = text[1:3], text[4:7], text[8:12], text[13:-1]
    try:
        time = datetime.fromisoformat(f"{year}-{MONTHS[month]:02}-{day}T{clock.replace(' ', '')}")
    except (KeyError, ValueError):
        return None
    return (time - EPOCH) // MICROSECOND


@lru_cache(maxsize=8192)
def person_of(requester: str) -> str | None:
    """The name in an ARN of a user or a role's session, else what stands there; None for `-`."""
    match = ARN.fullmatch(requester)
    return match[1] if match else None if requester == "-" else requester


def _who(requester: str) -> tuple[str | None, ...]:
    who = person_of(requester)
    return who, account("aws", who), "requester" if who else "anonymous request"


def _from(remote: str) -> tuple[str | None]:
    return (address(remote),)


def _deed(operation: str) -> tuple[str, str]:
    method = operation.split(".")[1] if operation.count(".") else ""
    return "file" if "OBJECT" in operation else "configuration", TYPES.get(method, "info")


def _unquoted(keys: pa.Array) -> pa.Array:
    """Paths of keys, which the store has quoted twice."""
    if not pc.any(pc.match_substring(keys, "%")).as_py():
        return keys
    return pa.array(
        [
            readable(unquote_to_bytes(unquote_to_bytes(key))) if key and "%" in key else key
            for key in keys.to_pylist()
        ],
        pa.string(),
    )


def _asked(requests: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Methods and addresses of request lines; what is none is an address."""
    method, behind = cut(requests, " ")
    target, protocol = cut(behind, " ", last=True)
    parted = pc.and_(pc.is_valid(protocol), pc.not_equal(target, ""))
    return known(method, "-"), known(pc.if_else(pc.fill_null(parted, False), target, requests), "-")


def _columns(lines: Lines, context: Context) -> Columns:
    parts = lines.parts
    bucket, operation, key, agent = (
        parts[name] for name in ("bucket", "operation", "key", "agent")
    )
    who = made(parts["requester"], ("user.name", "actor.account", "actor.basis"), _who)
    by_itself = pc.and_(pc.is_null(who["user.name"]), pc.starts_with(operation, "S3."))
    who["actor.basis"] = pc.if_else(by_itself, "the bucket's own rules", who["actor.basis"])
    path = _unquoted(known(key, "-"))
    place = pc.binary_join_element_wise("s3://", bucket, "")
    file = pc.binary_join_element_wise(place, pc.fill_null(path, ""), "/")
    status, (method, target) = numbers(parts["status"]), _asked(parts["asked"])
    failed = pc.fill_null(pc.greater_equal(status, 400), False)
    begun = pc.utf8_slice_codeunits(lines.texts, 0, 128)
    deed = pc.binary_join_element_wise(operation, file, " ")
    labels = {name: parts[name] for name in LABELS}
    labels |= dict(zip(TAIL, words(parts["tail"], len(TAIL)), strict=True))
    return {
        **who,
        **made(operation, ("event.category", "event.type"), _deed),
        **made(parts["remote"], ("source.ip",), _from),
        "event.id": ids(context, "s3", bucket, parts["request_id"], operation, key, begun),
        "event.action": operation,
        "event.outcome": pc.if_else(failed, "failure", "success"),
        "message": pc.binary_join_element_wise(
            pc.fill_null(who["user.name"], "somebody"), deed, ": "
        ),
        "file.path": pc.if_else(pc.equal(pc.fill_null(path, ""), ""), place, file),
        "url.original": target,
        "http.request.method": method,
        "http.response.status_code": status,
        "http.response.body.bytes": numbers(parts["sent"]),
        "user_agent.original": pc.if_else(pc.equal(agent, "-"), NOTHING, agent),
        "labels": labelled(labels),
    }


FORM = Form(
    parts=PARTS,
    usual=_usual,
    exact=_exact,
    times=_times,
    columns=_columns,
    no_record="no request to a bucket",
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each request."""
    return read(stream, FORM, context, SOURCE)


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
