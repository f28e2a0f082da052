"""The REST door: a log comes in, its batch's address goes out once nothing can be lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import (
    APIException,
    NotFound,
    ParseError,
    PermissionDenied,
    Throttled,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.pipeline import log_sources
from analytics.reading import Unreadable
from auditapp.accounts.authentication import (
    HoldsToken,
    HoldsTokenOrSignedIn,
    TokenAuthentication,
)
from auditapp.accounts.models import ApiToken
from auditapp.ingest import hints, intake, spool
from auditapp.ingest.body import BodyTooLarge, unpacked
from auditapp.ingest.models import Batch
from auditapp.ingest.serializers import (
    AcceptedSerializer,
    BatchSerializer,
    ErrorSerializer,
    LabelSerializer,
)

RETRY_SECONDS = 30
LONGEST_KEY = 200


class NotALog(APIException):
    """No source can read the body."""

    status_code = 422


class IngestView(APIView):
    """Takes logs."""

    authentication_classes = (TokenAuthentication,)
    permission_classes = (HoldsToken,)
    parser_classes = ()

    @extend_schema(
        operation_id="ingest",
        summary="Send a log",
        description=(
            "Raw lines or NDJSON, as they are or packed with gzip or zstd. Once 202 is answered "
            "the log cannot be lost. The same `Idempotency-Key` gives the batch of its first use."
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
            **dict.fromkeys((400, 401, 403, 404, 411, 413, 415, 422, 429, 503), ErrorSerializer),
        },
    )
    def post(self, request: Request, source: str) -> Response:
        """202 with the batch's address; 200 where the key was used before."""
        token = _token(request)
        if source != "auto" and source not in log_sources():
            raise NotFound({"detail": "There is no such source.", "sources": list(log_sources())})
        if source != "auto" and not token.may_send(source):
            raise PermissionDenied(f"This token may not send {source}.")
        key = _key(request)
        earlier = _batch_of(token, key)
        if earlier:
            return answer(earlier, 200)
        label = _label(request, source, token, key)
        try:
            batch = _accept(request, label)
        except IntegrityError:  # the same request was quicker
            earlier = _batch_of(token, key)
            if earlier is None:
                raise
            return answer(earlier, 200)
        return answer(batch, 202)


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
        """Counts and the first rejected lines; a token sees the batches of its own feed."""
        batches = Batch.objects.all()
        sender = HoldsToken().has_permission(request, self)
        if sender:
            batches = batches.filter(feed_id=_token(request).feed)
        try:
            batch = batches.get(id=UUID(batch_id))
        except (ValueError, Batch.DoesNotExist) as error:
            raise NotFound from error
        return Response(BatchSerializer(batch, context={"sender": sender}).data)


def _token(request: Request) -> ApiToken:
    return cast(ApiToken, request.auth)


def _key(request: Request) -> str | None:
    key: str = request.headers.get("Idempotency-Key", "")
    if len(key) > LONGEST_KEY:
        raise ParseError(f"Idempotency-Key is longer than {LONGEST_KEY} characters.")
    if "\x00" in key:
        raise ParseError("Idempotency-Key holds a NUL.")
    return key or None


def _batch_of(token: ApiToken, key: str | None) -> Batch | None:
    return Batch.objects.filter(token=token, idempotency_key=key).first() if key else None


def _label(request: Request, source: str, token: ApiToken, key: str | None) -> intake.Label:
    said = LabelSerializer(data=request.query_params.dict())
    if not said.is_valid():
        name, errors = next(iter(said.errors.items()))
        raise ParseError(f"{name}: {errors[0]}")
    return intake.Label(
        **said.validated_data,
        source="" if source == "auto" else source,
        feed=token.feed,
        request=True,
        token=token,
        key=key,
    )


def _accept(request: Request, label: intake.Label) -> Batch:
    with refusing(), unpacked(request._request) as log:
        return take(log, label)


def take(log: BinaryIO, label: intake.Label) -> Batch:
    """The batch of a log, accepted. Raises what `refusing` turns into answers."""
    spool.check_room()
    batch = intake.accept(log, label, limit=settings.MAX_BODY_BYTES)
    transaction.on_commit(lambda: hints.process(batch.id))
    return batch


@contextmanager
def refusing() -> Iterator[None]:
    """Turns the reasons why a log cannot be taken into answers."""
    try:
        yield
    except spool.SpoolFull as error:
        raise Throttled(RETRY_SECONDS, f"No room at the moment: {error}.") from error
    except spool.TooLarge as error:
        raise BodyTooLarge(f"The body is {error}, unpacked.") from error
    except Unreadable as error:
        raise ParseError(f"The body cannot be unpacked: {error}.") from error
    except intake.NotALog as error:
        refusal = ParseError if str(error) == "empty" else NotALog
        raise refusal(f"The body is no log: {error}.") from error
    except PermissionError as error:
        raise PermissionDenied(str(error)) from error


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
