"""AWS CloudTrail: S3 data events and what was changed in an account."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.values import address, at, first, labels, mapping, text, time_of
from analytics.reading import Document, sampled

NEEDED = frozenset({"eventSource", "eventName", "eventTime", "userIdentity"})
MARKS = tuple(
    re.compile(rb'"%s"\s*:' % name)
    for name in (b"eventSource", b"eventName", b"eventTime", b"userIdentity", b"awsRegion")
)
CATEGORIES = {
    "s3.amazonaws.com": "file",
    "iam.amazonaws.com": "iam",
    "sts.amazonaws.com": "authentication",
    "signin.amazonaws.com": "authentication",
    "ec2.amazonaws.com": "host",
    "kms.amazonaws.com": "iam",
}
TYPES = (
    (("Get", "Head", "List", "Describe", "Lookup"), "access"),
    (("Put", "Create", "Upload", "Copy", "Complete", "Run", "Add"), "creation"),
    (("Delete", "Remove", "Terminate"), "deletion"),
    (("ConsoleLogin", "AssumeRole"), "start"),
)
KEPT = (
    *("eventSource", "awsRegion", "recipientAccountId", "errorCode", "errorMessage", "readOnly"),
    *(
        "userIdentity.type",
        "userIdentity.arn",
        "userIdentity.accountId",
        "userIdentity.accessKeyId",
    ),
    *("userIdentity.invokedBy", "requestParameters.bucketName", "requestParameters.key"),
    *("requestParameters.roleArn", "requestParameters.userName", "requestParameters.policyArn"),
    *("additionalEventData.MFAUsed", "additionalEventData.bytesTransferredIn"),
    *("additionalEventData.bytesTransferredOut", "additionalEventData.x-amz-id-2", "vpcEndpointId"),
)


def _who(identity: Mapping[str, Any]) -> str | None:
    """The user, or the session's name of an assumed role."""
    kind = identity.get("type")
    if kind == "AssumedRole":
        session = (text(identity.get("principalId")) or "").partition(":")[2]
        return session or first(identity, "sessionContext.sessionIssuer.userName")
    if kind in ("AWSService", "AWSAccount"):
        return None
    return text(identity.get("userName")) or ("root" if kind == "Root" else None)


def _path(asked: Mapping[str, Any]) -> str | None:
    bucket, key = text(asked.get("bucketName")), text(asked.get("key"))
    return None if bucket is None else f"s3://{bucket}/{key}" if key else f"s3://{bucket}"


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a record."""
    record = mapping(document.value)
    record = mapping(record.get("detail")) if "detail" in record else record
    action, time = text(record.get("eventName")), time_of(record.get("eventTime"))
    if action is None or time is None:
        return f"no {'eventName' if action is None else 'eventTime that is a time'}"
    identity, asked = mapping(record.get("userIdentity")), mapping(record.get("requestParameters"))
    who, code = _who(identity), text(record.get("errorCode"))
    failed = code is not None or at(record, "responseElements.ConsoleLogin") == "Failure"
    sent = at(record, "additionalEventData.bytesTransferredOut")
    name = text(record.get("eventID"))
    return [
        {
            "@timestamp": time,
            "event.id": context.event_id("cloudtrail", name)
            if name
            else context.line_id(document.offset, document.raw),
            "event.category": CATEGORIES.get(str(record.get("eventSource")), "configuration"),
            "event.type": next(
                (kind for starts, kind in TYPES if action.startswith(starts)), "change"
            ),
            "event.action": action,
            "event.outcome": "failure" if failed else "success",
            "event.original": readable(document.raw),
            "message": f"{who or 'somebody'}: {action} {_path(asked) or ''}".rstrip(),
            "actor.account": account("aws", who),
            "actor.basis": f"identity of type {text(identity.get('type')) or 'unknown'}",
            "user.name": who,
            "user.id": text(identity.get("principalId")),
            "user.target.name": text(asked.get("userName")),
            "source.ip": address(record.get("sourceIPAddress")),
            "user_agent.original": text(record.get("userAgent")),
            "file.path": _path(asked),
            "http.response.body.bytes": int(sent)
            if isinstance(sent, int | float) and 0 <= sent < 1 << 62
            else None,
            "batch.line": document.number,
            "labels": labels({name: at(record, name) for name in KEPT}),
        }
    ]


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record: files with `Records`, lines, or EventBridge's envelopes."""
    return batches(stream, Collector(context, SOURCE), read, within=("Records",))


def recognises(head: bytes, path: str) -> float:
    """Sure of records with a source, a name, a time and an identity of AWS."""
    for value in sampled(head):
        record = (
            mapping(mapping(value).get("detail")) if "detail" in mapping(value) else mapping(value)
        )
        if record.keys() >= NEEDED:
            return 0.95
    return 0.95 if all(mark.search(head) for mark in MARKS) else 0.0


SOURCE = Source(
    name="cloudtrail",
    family="context",
    title="AWS CloudTrail",
    recognises=recognises,
    parse=parse,
)
