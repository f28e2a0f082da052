"""AWS CloudTrail: S3 data events and what was changed in an account."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from analytics.event import Batch, Collector, Context, Source, account, readable
from analytics.jsonlog.documents import Row, batches
from analytics.jsonlog.envelopes import carried, first_records, is_cut
from analytics.jsonlog.values import Payload, address, at, first, labels, mapping, text, time_of
from analytics.reading import Document

NEEDED = frozenset({"eventSource", "eventName", "eventTime", "userIdentity"})
MARKS = tuple(
    re.compile(rb'\\?"%s\\?"\s*:' % name)
    for name in (b"eventSource", b"eventName", b"eventTime", b"userIdentity", b"awsRegion")
)
LISTS = ("Records", "Events", "logEvents", "events")
HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"  # a name that no user has: perhaps a typed password
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


def _record(value: Any) -> Payload:
    """The record, also out of what EventBridge, a look-up or a log group has around it."""
    return carried(value, "detail", "CloudTrailEvent", "message")


def _who(identity: Mapping[str, Any]) -> str | None:
    """The user, or the session's name of an assumed role."""
    kind = identity.get("type")
    if kind == "AssumedRole":
        session = (text(identity.get("principalId")) or "").partition(":")[2]
        return session or first(identity, "sessionContext.sessionIssuer.userName")
    if kind in ("AWSService", "AWSAccount"):
        return None
    if kind == "Root":
        return text(identity.get("userName")) or "root"
    name = first(identity, "userName", "onBehalfOf.userId") or _last(identity.get("arn"))
    return None if name == HIDDEN else name


def _last(arn: Any) -> str | None:
    """The name at the end of `…:user/division/name` or `…:federated-user/name`."""
    return (text(arn) or "").rpartition("/")[2] or None


def _basis(identity: Mapping[str, Any], *, tried: bool) -> str:
    kind = text(identity.get("type")) or "unknown"
    return "name that was tried" if tried else f"identity of type {kind}"


def _path(asked: Mapping[str, Any]) -> str | None:
    bucket, key = text(asked.get("bucketName")), text(asked.get("key"))
    return None if bucket is None else f"s3://{bucket}/{key}" if key else f"s3://{bucket}"


def read(document: Document, context: Context) -> list[Row] | str:
    """The row of a record."""
    record = _record(document.value)
    action, time = text(record.get("eventName")), time_of(record.get("eventTime"))
    if action is None or time is None:
        return f"no {'eventName' if action is None else 'eventTime that is a time'}"
    identity, asked = mapping(record.get("userIdentity")), mapping(record.get("requestParameters"))
    who, code = _who(identity), text(record.get("errorCode"))
    refused = at(record, "responseElements.ConsoleLogin") == "Failure"
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
            "event.outcome": "failure" if code or refused else "success",
            "event.original": readable(document.raw),
            "message": f"{who or 'somebody'}: {action} {_path(asked) or ''}".rstrip(),
            "actor.account": account("aws", who),
            "actor.basis": _basis(identity, tried=refused),
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
    """An event for each record: files with `Records`, lines, or the envelopes of AWS' services."""
    return batches(stream, Collector(context, SOURCE), read, within=LISTS)


def recognises(head: bytes, path: str) -> float:
    """Sure of records with a source, a name, a time and an identity of AWS."""
    if any(_record(value).keys() >= NEEDED for value in first_records(head, LISTS)):
        return 0.95
    return 0.95 if is_cut(head) and all(mark.search(head) for mark in MARKS) else 0.0


SOURCE = Source(
    name="cloudtrail",
    family="context",
    title="AWS CloudTrail",
    recognises=recognises,
    parse=parse,
)
