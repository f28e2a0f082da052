"""Logs of OpenTelemetry (OTLP), as protobuf and as JSON: records with bodies and attributes.

A record is offered as the line or object that is its body, and as a document in the names of the
Elastic Common Schema, which attributes follow more and more: so what no other source reads is
kept as an event of `ecs`, whole.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, NamedTuple

from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue

from analytics.protocols.protocol import Carried, Protocol, Told, as_line, encoded, said, text_in
from analytics.reading.loading import NotJson, loaded

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SOURCE = ("foureyes.source",)
PATH = ("log.file.path", "log.file.name")
HOST = ("host.name", "host.id")
USER = ("foureyes.user",)
UNREADABLE, EMPTY, DEEP = "not a request of OTLP", "an empty record", "nested too deeply"
Attributes = dict[str, Any]


class NotOtlp(Exception):
    """A body that is no request of OTLP; the message says why."""


class _Record(NamedTuple):
    """A record with what is said of its resource and its scope; `time` in nanoseconds, or 0."""

    resource: Attributes
    scope: str
    time: int
    severity: str
    body: Any
    attributes: Attributes
    event: str


def of_protobuf(body: bytes) -> Iterator[Carried]:
    """A record for each of a request's. Raises NotOtlp."""
    request = ExportLogsServiceRequest()
    try:
        request.ParseFromString(body)
    except DecodeError as error:
        raise NotOtlp(f"{UNREADABLE}, in {len(body)} bytes of protobuf: {error}") from None
    return _carried(_messages(request))


def of_json(body: bytes) -> Iterator[Carried]:
    """As `of_protobuf`, of its JSON form. Raises NotOtlp."""
    read: list[_Record] = []
    try:
        for record in _objects(loaded(body)):
            read.append(record)
    except NotJson as error:
        raise NotOtlp(str(error)) from None
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        place = f"at record {len(read) + 1}"
        raise NotOtlp(f"{UNREADABLE}, {place}: {str(error)[:200]}") from None
    return _carried(read)


def _messages(request: ExportLogsServiceRequest) -> Iterator[_Record]:
    for resource in request.resource_logs:
        named = _pairs(resource.resource.attributes)
        for scope in resource.scope_logs:
            for record in scope.log_records:
                yield _Record(
                    named,
                    scope.scope.name,
                    record.time_unix_nano or record.observed_time_unix_nano,
                    record.severity_text,
                    _value(record.body),
                    _pairs(record.attributes),
                    record.event_name,
                )


def _pairs(pairs: Iterable[KeyValue]) -> Attributes:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    match value.WhichOneof("value"):
        case None:
            return None
        case "array_value":
            return [_value(item) for item in value.array_value.values]
        case "kvlist_value":
            return _pairs(value.kvlist_value.values)
        case "bytes_value":
            return base64.b64encode(value.bytes_value).decode()
        case kind:
            return getattr(value, kind)


def _objects(request: Any) -> Iterator[_Record]:
    """What stands in JSON; raises TypeError and the like for what is not OTLP's form."""
    for resource in _list(request, "resourceLogs"):
        named = _members(resource.get("resource") or {})
        for scope in _list(resource, "scopeLogs"):
            name = said((scope.get("scope") or {}).get("name"))
            for record in _list(scope, "logRecords"):
                yield _Record(
                    named,
                    name,
                    _time(record.get("timeUnixNano") or record.get("observedTimeUnixNano")),
                    said(record.get("severityText")),
                    _of_object(record.get("body")),
                    _members(record),
                    said(record.get("eventName")),
                )


def _time(value: Any) -> int:
    time = int(value or 0)
    if not 0 <= time < 1 << 64:
        raise ValueError("a time is no number of 64 bits")
    return time


def _list(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    items = value.get(name) or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise TypeError(f"{name} is no list of objects")
    return items


def _members(value: Mapping[str, Any], name: str = "attributes") -> Attributes:
    return {str(pair["key"]): _of_object(pair.get("value")) for pair in _keyed(value, name)}


def _keyed(value: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    pairs = _list(value, name)
    if not all("key" in pair for pair in pairs):
        raise TypeError("an attribute without a key")
    return pairs


def _of_object(value: Any) -> Any:
    """The plain value of an AnyValue in JSON; a whole number may be a text there."""
    for kind, inner in (value or {}).items():
        match kind:
            case "stringValue" | "boolValue" | "doubleValue" | "bytesValue":
                return inner if isinstance(inner, str | bool | int | float) else None
            case "intValue":
                return int(inner)
            case "arrayValue":
                return [_of_object(item) for item in _list(inner, "values")]
            case "kvlistValue":
                return _members(inner, "values")
    return None


def _carried(records: Iterable[_Record]) -> Iterator[Carried]:
    for number, record in enumerate(records, 1):
        attributes = record.resource | record.attributes
        if record.body in (None, "", {}, []) and not record.attributes:
            yield Carried(number, error=EMPTY)
            continue
        told = Told(
            source=_first(attributes, SOURCE),
            kind=f"{said(attributes.get('service.name'))} {record.scope}".strip(),
            path=_first(attributes, PATH),
            host=_first(attributes, HOST),
            user=_first(attributes, USER),
        )
        yield _offered(number, record, attributes, told)


def _offered(number: int, record: _Record, attributes: Attributes, told: Told) -> Carried:
    """The record's body as a line or an object; a line also as a document."""
    body = record.body
    if isinstance(body, dict):
        document = as_line(body)
        return Carried(number, text_in(body), document, told, "" if document else DEEP)
    text = encoded(body) if isinstance(body, str) and body.strip() else b""
    document = as_line(_document(record, attributes))
    return Carried(number, text, document, told, "" if document or text else DEEP)


def _document(record: _Record, attributes: Attributes) -> Attributes:
    """The record in the names of ECS; what attributes say themselves goes before that."""
    usual: Attributes = {"event.kind": "event"}
    if record.time:
        usual["@timestamp"] = (EPOCH + timedelta(microseconds=record.time // 1000)).isoformat()
    if record.severity:
        usual["log.level"] = record.severity
    if record.event:
        usual["event.action"] = record.event
    if record.body is not None:
        usual["message"] = record.body if isinstance(record.body, str) else str(record.body)
    return usual | attributes


def _first(attributes: Attributes, names: tuple[str, ...]) -> str:
    return next(filter(None, (said(attributes.get(name), 1000) for name in names)), "")


def _safely(read: Any) -> Any:
    """Records of a stream; a body that is none is one record with an error."""

    def records(stream: BinaryIO) -> Iterator[Carried]:
        body = stream.read()
        try:
            yield from read(body)
        except NotOtlp as error:
            yield Carried(1, body, error=str(error))

    return records


PROTOBUF = Protocol(name="otlp_logs", title="OTLP logs", records=_safely(of_protobuf))
JSON = Protocol(name="otlp_logs_json", title="OTLP logs in JSON", records=_safely(of_json))
