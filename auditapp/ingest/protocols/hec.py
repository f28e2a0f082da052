"""Splunk's HTTP event collector, as its shippers know it.

An acknowledgement says that a body is safe on disk. As no body is answered before it is, the
number in the answer is made from the batch's id and the channel, and is known again by them.
"""

import hashlib
from typing import Any, BinaryIO, cast
from uuid import UUID

import orjson
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated, ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.pipeline import log_sources
from analytics.protocols import splunk_hec
from auditapp.accounts.models import ApiToken
from auditapp.ingest import intake, spool
from auditapp.ingest.models import Batch
from auditapp.ingest.protocols import bodies
from auditapp.ingest.protocols.authentication import SendsLogs, ShipperAuthentication
from auditapp.ingest.protocols.negotiation import OneAnswer
from auditapp.ingest.serializers import LabelSerializer

TEXTS = {
    0: "Success",
    2: "Token is required",
    3: "Invalid authorization",
    4: "Invalid token",
    5: "No data",
    6: splunk_hec.INVALID,
    9: "Server is busy",
    10: "Data channel is missing",
    11: "Invalid data channel",
    12: splunk_hec.LACKING,
    13: splunk_hec.BLANK,
    15: splunk_hec.FIELDS,
    16: "Query string authorization is not enabled",
    17: "HEC is healthy",
    18: "HEC is unhealthy, queues are full",
    27: "Request entity too large",
}
CODES = {text: code for code, text in TEXTS.items()}
OF_STATUS = {401: 2, 403: 4, 408: 9, 413: 27, 429: 9, 503: 9}  # any other is 6
MOST_ACKS = 10_000
LARGEST_QUESTION = 1 << 20  # bytes
ANSWER = inline_serializer(
    "HecAnswer",
    {
        "text": serializers.CharField(),
        "code": serializers.IntegerField(),
        "invalid-event-number": serializers.IntegerField(required=False),
        "ackId": serializers.IntegerField(required=False),
        "detail": serializers.CharField(required=False),
    },
)
ACKS = inline_serializer(
    "HecAcks", {"acks": serializers.DictField(child=serializers.BooleanField())}
)
REFUSALS = dict.fromkeys((400, 401, 403, 413, 503), ANSWER)
CHANNEL = [
    OpenApiParameter("X-Splunk-Request-Channel", str, "header", description="a UUID"),
    OpenApiParameter("channel", str, "query", description="the same, where no header is sent"),
]
LABELS = [OpenApiParameter(name, str, "query") for name in ("host", "source", "sourcetype")]


class _Refused(ParseError):
    """A request that HEC has a code for."""

    def __init__(self, code: int, **more: Any) -> None:
        """The code, and what else the answer says."""
        super().__init__(TEXTS[code])
        self.answer = {"text": TEXTS[code], "code": code, **more}


class HecView(APIView):
    """Lets in tokens as HEC does, and answers errors as HEC does."""

    authentication_classes = (ShipperAuthentication,)
    permission_classes = (SendsLogs,)
    content_negotiation_class = OneAnswer
    parser_classes = ()

    def handle_exception(self, error: Exception) -> Response:
        """HEC's own text and code; `detail` says what ours would have said."""
        response = super().handle_exception(error)
        status = response.status_code
        if isinstance(error, _Refused):
            response.data = error.answer
            return response
        code = OF_STATUS.get(status, 6)
        if isinstance(error, NotAuthenticated) and self.request.headers.get("Authorization"):
            code = 3
        elif isinstance(error, AuthenticationFailed):
            code, response.status_code = 4, 403
        elif status in (403, 405):
            pass
        elif status in (408, 429):
            response.status_code = 503
        elif status not in (401, 413, 503):
            response.status_code = 400
        detail = str(response.data.get("detail", "")) if isinstance(response.data, dict) else ""
        response.data = {"text": TEXTS[code], "code": code, "detail": detail}
        return response


class EventView(HecView):
    """Takes events in HEC's envelopes."""

    @extend_schema(
        operation_id="hec_event",
        summary="Send events as to Splunk",
        description=(
            "JSON objects one after another, each with `event` and its labels. A body with an "
            "object that is none is refused whole: `invalid-event-number` counts from 0, `detail` "
            "says the event from 1, the line and byte at which it begins, and what is wrong."
        ),
        request={"application/json": OpenApiTypes.OBJECT},
        parameters=CHANNEL,
        responses={200: ANSWER, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """200 once the events are on disk."""
        channel = _channel(request)
        with bodies.whole(request) as body:
            count = 0
            for record in splunk_hec.records(body):
                if record.error:
                    raise _invalid(body, CODES[record.error], count)
                count += 1
            if not count:
                raise _Refused(5)
            label = _label(request, protocol=splunk_hec.PROTOCOL.name)
            return _answer(bodies.accept(body, label), channel)


class RawView(HecView):
    """Takes the lines of one log."""

    @extend_schema(
        operation_id="hec_raw",
        summary="Send a log as to Splunk",
        description="Lines of one log. A `sourcetype` that names no source of ours is recognised.",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[*CHANNEL, *LABELS],
        responses={200: ANSWER, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """200 once the lines are on disk."""
        channel = _channel(request)
        source = splunk_hec.source_of(request.query_params.get("sourcetype", ""))
        label = _label(request, source=source if source in log_sources() else "")
        with bodies.whole(request) as body:
            if not body.read(1):
                raise _Refused(5)
            return _answer(bodies.accept(body, label), channel)


class AckView(HecView):
    """Tells which bodies are safe."""

    @extend_schema(
        operation_id="hec_ack",
        summary="Ask whether bodies are safe",
        description="True for each number that an answer on this channel gave to this token.",
        request=inline_serializer(
            "HecAckQuestion", {"acks": serializers.ListField(child=serializers.IntegerField())}
        ),
        parameters=CHANNEL,
        responses={200: ACKS, **REFUSALS},
    )
    def post(self, request: Request) -> Response:
        """By number, true or false."""
        channel = _channel(request)
        if not channel:
            raise _Refused(10)
        with bodies.whole(request, LARGEST_QUESTION) as body:
            try:
                asked = orjson.loads(body.read())["acks"]
            except (orjson.JSONDecodeError, TypeError, KeyError, IndexError) as error:
                raise _Refused(6) from error
        if not isinstance(asked, list) or len(asked) > MOST_ACKS:
            raise _Refused(6)
        if not all(type(number) is int for number in asked):
            raise _Refused(6)
        token = cast(ApiToken, request.auth)
        return Response({"acks": {str(number): _safe(number, channel, token) for number in asked}})


class HealthView(APIView):
    """Tells whether events are taken; says no more than /healthz."""

    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = OneAnswer

    @extend_schema(
        operation_id="hec_health",
        summary="Whether HEC takes events",
        auth=[],
        responses={200: ANSWER, 503: ANSWER},
    )
    def get(self, request: Request) -> Response:
        """200, or 503 where there is no room."""
        try:
            spool.check_room()
            spool.check_writable()
        except (spool.SpoolFull, OSError):
            return Response({"text": TEXTS[18], "code": 18}, status=503)
        return Response({"text": TEXTS[17], "code": 17})


def _invalid(body: BinaryIO, code: int, count: int) -> _Refused:
    """The refusal of a body for the object behind `count` others."""
    body.seek(0)
    told = {"invalid-event-number": count, "detail": splunk_hec.place(body, count + 1)}
    return _Refused(code, **told)


def _channel(request: Request) -> str:
    """The channel's UUID, empty where none is named."""
    if "token" in request.query_params:
        raise _Refused(16)
    named = request.headers.get("X-Splunk-Request-Channel") or request.query_params.get("channel")
    if not named:
        return ""
    try:
        return str(UUID(named))
    except ValueError as error:
        raise _Refused(11) from error


def _label(request: Request, *, source: str = "", protocol: str = "") -> intake.Label:
    query = request.query_params
    given = {"host": query.get("host"), "path": query.get("source")}
    told = LabelSerializer(data={name: value for name, value in given.items() if value})
    if not told.is_valid():
        raise ParseError(str(next(iter(told.errors.values()))[0]))
    token = cast(ApiToken, request.auth)
    return intake.Label(
        **told.validated_data,
        source=source,
        protocol=protocol,
        feed=token.feed,
        token=token,
        request=True,
    )


def _answer(batch: Batch, channel: str) -> Response:
    said: dict[str, Any] = {"text": TEXTS[0], "code": 0}
    if channel:
        said["ackId"] = (batch.id.int >> 80) ^ _mask(channel)
    return Response(said)


def _mask(channel: str) -> int:
    return int.from_bytes(hashlib.blake2b(channel.encode(), digest_size=6).digest(), "big")


def _safe(number: int, channel: str, token: ApiToken) -> bool:
    """Whether an answer to this token on this channel gave the number."""
    if not 0 <= number < 1 << 48:
        return False
    first = (number ^ _mask(channel)) << 80
    last = first | (1 << 80) - 1
    among = Batch.objects.filter(token=token, id__range=(UUID(int=first), UUID(int=last)))
    return among.exists()
