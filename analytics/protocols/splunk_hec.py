"""Splunk's HTTP event collector: objects one after another, each with an event and its labels."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, BinaryIO

from analytics.protocols.protocol import Carried, Protocol, Told, as_line, encoded, said, text_in
from analytics.reading import documents

INVALID, LACKING, BLANK, FIELDS = (
    "Invalid data format",
    "Event field is required",
    "Event field cannot be blank",
    "Error in handling indexed fields",
)

# What Splunk and its add-ons call formats that we read; any other name of ours means itself.
SOURCETYPES = {
    "linux_audit": "auditd",
    "linux:audit": "auditd",
    "syslog": "syslog",
    "linux_secure": "syslog",
    "linux_messages_syslog": "syslog",
    "aws:cloudtrail": "cloudtrail",
    "aws:s3:accesslogs": "s3_access",
    "squid:access": "squid_access",
    "github:enterprise:audit": "github_audit",
    "github:cloud:audit": "github_audit",
    "gitlab:audit": "gitlab_audit",
    "kube:apiserver:audit": "kubernetes_audit",
    "kube:apiserver-audit": "kubernetes_audit",
    "oktaim2:log": "okta_system_log",
    "azure:aad:signin": "entra_logs",
    "azure:aad:audit": "entra_logs",
    "azure:monitor:aad": "entra_logs",
    "google:gcp:pubsub:audit:data_access": "gcs_audit",
}


@lru_cache(maxsize=1024)
def source_of(sourcetype: str) -> str:
    """The source that a sourcetype names: by the table, else of the same name."""
    name = sourcetype.lower().removeprefix("foureyes:")
    return SOURCETYPES.get(name, name)


def records(stream: BinaryIO) -> Iterator[Carried]:
    """A record for each object of a body."""
    for number, document in enumerate(documents(stream), 1):
        value = document.value
        if type(value) is not dict:
            yield Carried(number, document.raw, error=INVALID)
        elif error := _error(value):
            yield Carried(number, document.raw, error=error)
        else:
            yield _carried(number, value)


def place(stream: BinaryIO, number: int) -> str:
    """Where the object of that number, from 1, begins in a body that is read again, and what is
    wrong with it; empty where there is none."""
    for document in islice(documents(stream), number - 1, number):
        value = document.value
        error = document.error or (_error(value) if type(value) is dict else "not a JSON object")
        return f"event {number}, from line {document.number}, byte {document.offset}: {error}"
    return ""


def _error(value: dict[str, Any]) -> str:
    event = value.get("event")
    if event is None:
        return LACKING
    if event == "" or (isinstance(event, str) and not event.strip()):
        return BLANK
    fields = value.get("fields", {})
    if not isinstance(fields, dict) or any(isinstance(item, dict) for item in fields.values()):
        return FIELDS
    return ""


def _carried(number: int, value: dict[str, Any]) -> Carried:
    event, sourcetype = value["event"], said(value.get("sourcetype"))
    told = Told(
        source=source_of(sourcetype),
        kind=sourcetype,
        path=said(value.get("source"), 1000),
        host=said(value.get("host")),
        user=said(value.get("fields", {}).get("user")),
    )
    if isinstance(event, str):
        return Carried(number, text=encoded(event), told=told)
    text = text_in(event) if isinstance(event, dict) else b""
    document = as_line(event)
    return Carried(number, text, document, told, "" if document else INVALID)


PROTOCOL = Protocol(name="splunk_hec", title="Splunk HTTP event collector", records=records)
