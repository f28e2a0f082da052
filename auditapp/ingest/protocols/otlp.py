"""OTLP over HTTP: logs as OpenTelemetry's SDKs and collectors export them."""

from collections.abc import Iterable
from typing import cast

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from rest_framework import serializers
from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.pipeline import log_sources
from analytics.protocols import otlp_logs
from analytics.protocols.protocol import Carried, as_line
from auditapp.accounts.models import ApiToken
from auditapp.ingest import intake
from auditapp.ingest.protocols import bodies
from auditapp.ingest.protocols.authentication import SendsLogs, ShipperAuthentication
from auditapp.ingest.protocols.negotiation import OneAnswer

PROTOBUF, JSON = "application/x-protobuf", "application/json"
LARGEST = 64 << 20  # bytes; a request is read at once
READS = {PROTOBUF: otlp_logs.of_protobuf, JSON: otlp_logs.of_json}
KINDS = {PROTOBUF: otlp_logs.PROTOBUF, JSON: otlp_logs.JSON}
# gRPC's numbers for what a status says; any other is 13, internal.
CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 413: 3, 415: 3, 429: 8, 503: 14}
ANSWER = inline_serializer(
    "OtlpAnswer",
    {
        "partialSuccess": inline_serializer(
            "OtlpPartialSuccess",
            {
                "rejectedLogRecords": serializers.CharField(),
                "errorMessage": serializers.CharField(),
            },
            required=False,
        )
    },
)
STATUS = inline_serializer(
    "OtlpStatus", {"code": serializers.IntegerField(), "message": serializers.CharField()}
)
REFUSALS = (400, 401, 403, 411, 413, 415, 429, 503)


class LogsView(APIView):
    """Takes log records."""

    authentication_classes = (ShipperAuthentication,)
    permission_classes = (SendsLogs,)
    content_negotiation_class = OneAnswer
    parser_classes = ()

    @extend_schema(
        operation_id="otlp_logs",
        summary="Send logs by OTLP",
        description=(
            "An ExportLogsServiceRequest, as protobuf or JSON. Records that will be rejected for "
            "certain are counted in the answer, which says the first one's number; they can be "
            "looked at here all the same. What is no request is refused: for JSON the message says "
            "the line and column, or the record, at which it ends to be one."
        ),
        request={JSON: OpenApiTypes.OBJECT, PROTOBUF: OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("Content-Encoding", str, "header", description="gzip, zstd")],
        responses={
            (200, JSON): ANSWER,
            (200, PROTOBUF): OpenApiTypes.BINARY,
            **{(status, JSON): STATUS for status in REFUSALS},
            **{(status, PROTOBUF): OpenApiTypes.BINARY for status in REFUSALS},
        },
    )
    def post(self, request: Request) -> HttpResponse:
        """200 once the request is on disk."""
        kind = _kind(request)
        if kind not in READS:
            raise UnsupportedMediaType(kind, f"Send {PROTOBUF} or {JSON}.")
        token = cast(ApiToken, request.auth)
        with bodies.whole(request, min(LARGEST, settings.MAX_BODY_BYTES)) as body:
            try:
                seen = _Seen(READS[kind](body.read()), token)
            except otlp_logs.NotOtlp as error:
                raise ParseError(f"The body is {error}.") from error
            if seen.records:
                label = intake.Label(
                    protocol=KINDS[kind].name, feed=token.feed, token=token, request=True
                )
                bodies.accept(body, label)
        return _answer(kind, seen)

    def handle_exception(self, error: Exception) -> Response:
        """A Status, in the encoding of the request."""
        response = super().handle_exception(error)
        detail = str(response.data.get("detail", "")) if isinstance(response.data, dict) else ""
        status = 503 if response.status_code == 408 else response.status_code  # to be repeated
        kind = _kind(self.request)
        content = Status(code=CODES.get(status, 13), message=detail)
        encoded = content.SerializeToString()
        if kind != PROTOBUF:
            kind, encoded = JSON, as_line({"code": content.code, "message": detail})
        answer = HttpResponse(encoded, status=status, content_type=kind)
        for name in ("Retry-After", "WWW-Authenticate", "Allow"):
            if name in response:
                answer[name] = response[name]
        return cast(Response, answer)


def _kind(request: Request) -> str:
    return str(request.META.get("CONTENT_TYPE", "")).partition(";")[0].strip().lower()


class _Seen:
    """How many records there are, and how many will be rejected for certain; why the first is."""

    def __init__(self, records: Iterable[Carried], token: ApiToken) -> None:
        self.records = self.rejected = 0
        self.reason = ""
        for record in records:
            self.records += 1
            source = record.told.source
            why = record.error and f"record {record.number} is {record.error}"
            if not why and source in log_sources() and not token.may_send(source):
                why = f"this token may not send {source}, as record {record.number} is"
            if why:
                self.rejected += 1
                self.reason = self.reason or why


def _answer(kind: str, seen: _Seen) -> HttpResponse:
    said = ExportLogsServiceResponse()
    content: dict[str, object] = {}
    if seen.rejected:
        said.partial_success.rejected_log_records = seen.rejected
        said.partial_success.error_message = seen.reason
        content = {
            "partialSuccess": {
                "rejectedLogRecords": str(seen.rejected),
                "errorMessage": seen.reason,
            }
        }
    encoded = said.SerializeToString() if kind == PROTOBUF else as_line(content)
    return HttpResponse(encoded, content_type=kind)
