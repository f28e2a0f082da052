"""AWS CloudTrail: S3 data events and what was changed in an account."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, BinaryIO

from analytics.event import Batch, Context, Source, account
from analytics.jsonlog.cells import labels
from analytics.jsonlog.columns import Columns, Entries, Form, batches
from analytics.jsonlog.envelopes import carried, first_records, is_cut
from analytics.jsonlog.samples import Looks
from analytics.jsonlog.values import Payload, address, text

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


WHO = (
    *("userIdentity.type", "userIdentity.userName", "userIdentity.principalId"),
    *("userIdentity.arn", "userIdentity.sessionContext.sessionIssuer.userName"),
    "userIdentity.onBehalfOf.userId",
)

LOOKED_AT = (
    *("eventSource", "eventName", "userIdentity.type", "userIdentity.principalId"),
    *("userIdentity.arn", "responseElements.ConsoleLogin"),
)
AROUND = ("", "detail.")


def _record(value: Any) -> Payload:
    """The record, also out of what EventBridge, a look-up or a log group has around it."""
    return carried(value, "detail", "CloudTrailEvent", "message")


@lru_cache(maxsize=4096)
def _who(
    kind: str | None,
    user: str | None,
    principal: str | None,
    arn: str | None,
    issuer: str | None,
    other: str | None,
) -> str | None:
    """The user, or the session's name of an assumed role."""
    if kind == "AssumedRole":
        return (principal or "").partition(":")[2] or issuer
    if kind in ("AWSService", "AWSAccount"):
        return None
    if kind == "Root":
        return user or "root"
    name = user or other or _last(arn)
    return None if name == HIDDEN else name


def _last(arn: str | None) -> str | None:
    """The name at the end of `…:user/division/name` or `…:federated-user/name`."""
    return (arn or "").rpartition("/")[2] or None


@lru_cache(maxsize=1024)
def _basis(kind: str | None, tried: bool) -> str:
    return "name that was tried" if tried else f"identity of type {kind or 'unknown'}"


def _path(bucket: str | None, key: str | None) -> str | None:
    return None if bucket is None else f"s3://{bucket}/{key}" if key else f"s3://{bucket}"


@lru_cache(maxsize=1024)
def _type(action: str) -> str:
    return next((kind for starts, kind in TYPES if action.startswith(starts)), "change")


def _sent(told: Any) -> int | None:
    return int(told) if isinstance(told, int | float) and 0 <= told < 1 << 62 else None


def _found(value: Any) -> Payload | str:
    """The record in a document."""
    record = _record(value)
    return record if text(record.get("eventName")) else "no eventName"


def _columns(records: Entries) -> Columns:
    texts, values = records.texts, records.values
    actions = [action or "" for action in texts("eventName")]
    who = list(map(_who, *map(texts, WHO)))
    codes = texts("errorCode")
    refused = [answer == "Failure" for answer in values("responseElements.ConsoleLogin")]
    paths = list(map(_path, texts("requestParameters.bucketName"), texts("requestParameters.key")))
    sentences = zip(who, actions, paths, strict=True)
    failed = map(any, zip(codes, refused, strict=True))
    sources = texts("eventSource")
    return {
        "event.id": records.ids("cloudtrail", texts("eventID")),
        "event.category": [CATEGORIES.get(name or "", "configuration") for name in sources],
        "event.type": list(map(_type, actions)),
        "event.action": actions,
        "event.outcome": ["failure" if each else "success" for each in failed],
        "message": [
            f"{name or 'somebody'}: {action} {path or ''}".rstrip()
            for name, action, path in sentences
        ],
        "actor.account": [account("aws", name) for name in who],
        "actor.basis": list(map(_basis, texts("userIdentity.type"), refused)),
        "user.name": who,
        "user.id": texts("userIdentity.principalId"),
        "user.target.name": texts("requestParameters.userName"),
        "source.ip": list(map(address, values("sourceIPAddress"))),
        "user_agent.original": texts("userAgent"),
        "file.path": paths,
        "http.response.body.bytes": [
            _sent(told) for told in values("additionalEventData.bytesTransferredOut")
        ],
        "labels": labels({name: values(name) for name in KEPT}, len(records)),
    }


FORM = Form(
    records=_found,
    paths=(
        *(*KEPT, *WHO, "eventName", "eventTime", "eventID", "userAgent", "sourceIPAddress"),
        "responseElements.ConsoleLogin",
    ),
    times=lambda records: records.times("eventTime"),
    timeless="no eventTime that is a time",
    columns=_columns,
    within=LISTS,
    looks=Looks(
        at=tuple(around + name for name in LOOKED_AT for around in AROUND),
        words={f"{around}userIdentity.userName": HIDDEN for around in AROUND},
        times=tuple(f"{around}eventTime" for around in AROUND),
        addresses=tuple(f"{around}sourceIPAddress" for around in AROUND),
    ),
)


def parse(stream: BinaryIO, context: Context) -> Iterator[Batch]:
    """An event for each record: files with `Records`, lines, or the envelopes of AWS' services."""
    return batches(stream, FORM, context, SOURCE)


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
