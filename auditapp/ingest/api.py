"""The REST door: a log comes in, its batch's address goes out once nothing can be lost."""

from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import APIException, NotFound, ParseError, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.event import readable
from analytics.pipeline import log_sources
from auditapp.accounts.authentication import (
    HoldsToken,
    HoldsTokenOrSignedIn,
    TokenAuthentication,
)
from auditapp.accounts.models import ApiToken
from auditapp.accounts.scopes import Scope
from auditapp.ingest import door, intake, spool
from auditapp.ingest.models import Batch
from auditapp.ingest.serializers import (
    AcceptedSerializer,
    BatchSerializer,
    ErrorSerializer,
    LabelSerializer,
)

LONGEST_KEY = 200


class KeyUsed(APIException):
    """The key belongs to another body."""

    status_code = 422
    default_detail = "This Idempotency-Key was used for another body."


class IngestView(APIView):
    """Takes logs."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (HoldsToken,)
    parser_classes = ()
    beside: tuple[str, ...] = ()  # parameters that senders add and that say nothing of a log

    @extend_schema(
        operation_id="ingest",
        summary="Send a log",
        description=(
            "Raw lines or NDJSON, as they are or packed with gzip or zstd. Once 202 is answered "
            "the log cannot be lost. A damaged archive is refused (400) with the number of bytes "
            "that could be unpacked. The same `Idempotency-Key` with the same body gives the batch "
            "of its first use."
        ),
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            LabelSerializer,
            OpenApiParameter("source", str, "path", description="a log source, or auto"),
            OpenApiParameter("Idempotency-Key", str, "header"),
            OpenApiParameter("Content-Encoding", str, "header", description="gzip or zstd"),
        ],
        responses={
            200: AcceptedSerializer,
            202: AcceptedSerializer,
            **dict.fromkeys(
                (400, 401, 403, 404, 408, 411, 413, 415, 422, 429, 503), ErrorSerializer
            ),
        },
    )
    def post(self, request: Request, source: str) -> Response:
        """202 with the batch's address; 200 where the key was used before."""
        token = _token(request)
        if source != "auto" and source not in log_sources():
            raise NotFound({"detail": "There is no such source.", "sources": list(log_sources())})
        label = _label(request, source, token, self.beside)
        if not token.may_send(source if label.source else _any(token), label.feed):
            raise PermissionDenied(f"This token may not send {source} to {label.feed or 'a feed'}.")
        if label.backfill and not token.holds(Scope.BACKFILL):
            raise PermissionDenied("This token may not send a backfill.")
        return answer(*_accept_once(request, label))


class BatchView(APIView):
    """Tells how far a batch is."""

    authentication_classes = (TokenAuthentication, SessionAuthentication)
    permission_classes = (HoldsTokenOrSignedIn,)

    @extend_schema(
        operation_id="batch",
        summary="How far a batch is",
        parameters=[OpenApiParameter("batch_id", OpenApiTypes.UUID, "path")],
        responses={200: BatchSerializer, **dict.fromkeys((401, 404, 503), ErrorSerializer)},
    )
    def get(self, request: Request, batch_id: str) -> Response:
        """Counts and the first rejected lines; a token sees the batches of its own feeds."""
        batches = Batch.objects.all()
        sender = HoldsToken().has_permission(request, self)
        if sender:
            batches = batches.filter(feed_id__in=_token(request).all_feeds)
        try:
            batch = batches.get(id=UUID(batch_id))
        except (ValueError, Batch.DoesNotExist) as error:
            raise NotFound from error
        return Response(BatchSerializer(batch, context={"sender": sender}).data)


def _token(request: Request) -> ApiToken:
    return cast(ApiToken, request.auth)


def _any(token: ApiToken) -> str:
    """A source that it may send where none is named; which one it is, recognition will say."""
    return token.sources[0] if token.sources else ""


def _key(request: Request) -> str | None:
    key: str = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise ParseError(f"Idempotency-Key is longer than {LONGEST_KEY} characters.")
    if "\x00" in key:
        raise ParseError("Idempotency-Key holds a NUL.")
    return key or None


def _batch_of(label: intake.Label) -> Batch | None:
    if not label.key:
        return None
    return Batch.objects.filter(token=label.token, idempotency_key=label.key).first()


def _label(request: Request, source: str, token: ApiToken, beside: tuple[str, ...]) -> intake.Label:
    said = LabelSerializer(data=request.query_params.dict())
    if not said.is_valid():
        name, errors = next(iter(said.errors.items()))
        raise ParseError(f"{name}: {errors[0]}")
    if more := sorted(set(request.query_params) - {*said.fields, *beside}):
        raise ParseError(f"{readable(more[0])}: there is no such parameter.")
    given = {"feed": token.feed, **said.validated_data}
    whole = given.pop("whole", False)
    return intake.Label(
        **given,
        streamed=not whole,
        source="" if source == "auto" else source,
        request=True,
        token=token,
        key=_key(request),
    )


def _accept_once(request: Request, label: intake.Label) -> tuple[Batch, int]:
    """The batch and its status: a new one, or the one that the key was used for before."""
    with door.body(request, label.token) as log:
        earlier = _batch_of(label)
        if earlier:
            return _same(earlier, spool.digest(log, limit=settings.MAX_BODY_BYTES)), 200
        try:
            return door.take(log, label), 202
        except intake.KeyTaken as error:  # the same request was quicker
            earlier = _batch_of(label)
            if earlier is None:
                raise
            return _same(earlier, error.sha256), 200


def _same(earlier: Batch, sha256: str) -> Batch:
    if earlier.sha256 != sha256:
        raise KeyUsed
    return earlier


def answer(batch: Batch, status: int) -> Response:
    """What the sender is told of its batch."""
    address = reverse("api-batch", args=[batch.id])
    body: dict[str, Any] = {
        "batch": batch.id,
        "address": address,
        "feed": batch.feed_id,
        "source": batch.source,
        "state": batch.state,
        "bytes": batch.size,
        "lines": batch.lines,
    }
    return Response(body, status=status, headers={"Location": address})
