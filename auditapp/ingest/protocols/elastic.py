"""As much of Elasticsearch as shippers need that can send to nothing else: `_bulk`, and what
they ask before they trust a server with it. Nothing can be read here."""

import secrets
from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.pipeline import log_sources
from analytics.protocols import elastic_bulk
from analytics.protocols.elastic_bulk import Item
from auditapp.accounts.models import ApiToken
from auditapp.ingest import intake
from auditapp.ingest.protocols import bodies
from auditapp.ingest.protocols.authentication import SendsLogs, ShipperAuthentication
from auditapp.ingest.protocols.negotiation import OneAnswer

LARGEST = 100 << 20  # bytes, as Elasticsearch's own default
VERSION = {
    "name": "foureyes",
    "cluster_name": "foureyes",
    "cluster_uuid": "Zm91cmV5ZXMtbm90LUVTLQ",
    "version": {
        "number": "8.19.21",
        "build_flavor": "default",
        "build_type": "docker",
        "build_hash": "0" * 40,
        "build_date": "2026-01-01T00:00:00Z",
        "build_snapshot": False,
        "lucene_version": "9.12.2",
        "minimum_wire_compatibility_version": "7.17.0",
        "minimum_index_compatibility_version": "7.0.0",
    },
    "tagline": "Foureyes, which takes bulk requests and answers no searches",
}
LICENSE = {"uid": "foureyes", "type": "basic", "mode": "basic", "status": "active"}
TOLD: dict[str, dict[str, Any]] = {
    "_license": {"license": LICENSE},
    "_xpack": {"license": LICENSE, "features": {}},
    "_nodes": {"cluster_name": "foureyes", "nodes": {}},
    "_cluster": {"cluster_name": "foureyes", "status": "green", "timed_out": False},
}
SHARDS = {"total": 1, "successful": 1, "failed": 0}
TYPES = {400: "document_parsing_exception", 403: "security_exception"}
OF_STATUS = {401: "security_exception", 403: "security_exception", 429: "rejected_execution"}
REFUSALS = dict.fromkeys((400, 401, 403, 411, 413, 415, 429, 503), OpenApiTypes.OBJECT)


class ElasticView(APIView):
    """Lets in tokens that send, and says that it is Elasticsearch, or clients would not talk."""

    authentication_classes = (ShipperAuthentication,)
    permission_classes = (SendsLogs,)
    content_negotiation_class = OneAnswer
    parser_classes = ()

    def finalize_response(self, request: Request, response: Any, *args: Any, **said: Any) -> Any:
        """The header that official clients look for."""
        response["X-Elastic-Product"] = "Elasticsearch"
        return super().finalize_response(request, response, *args, **said)

    def handle_exception(self, error: Exception) -> Response:
        """An error in Elasticsearch's form."""
        response = super().handle_exception(error)
        if response.status_code == 408:
            response.status_code = 429  # to be repeated
        detail = str(response.data.get("detail", "")) if isinstance(response.data, dict) else ""
        kind = OF_STATUS.get(response.status_code, "illegal_argument_exception")
        cause = {"type": kind, "reason": detail}
        response.data = {
            "error": {"root_cause": [cause], **cause},
            "status": response.status_code,
        }
        return response


class BulkView(ElasticView):
    """Takes documents."""

    @extend_schema(
        operation_id="elastic_bulk",
        summary="Send documents as to Elasticsearch",
        description=(
            "NDJSON with `index` and `create`. Each item is answered in its order. What an "
            "item's document becomes, its source decides; nothing can be updated or deleted. A "
            "refused item says its number and line; behind a line that is no action nothing can "
            "be trusted, so the request is refused whole and that line named."
        ),
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[OpenApiParameter("index", str, "path")],
        responses={200: OpenApiTypes.OBJECT, **REFUSALS},
    )
    def post(self, request: Request, index: str = "", kind: str = "") -> Response:
        """200 with every item's result once the request is on disk."""
        token = cast(ApiToken, request.auth)
        if "\x00" in index or len(index) > 255:
            raise ParseError("There is no such index.")
        with bodies.whole(request, min(LARGEST, settings.MAX_BODY_BYTES)) as body:
            answers, errors = [], 0
            for item in elastic_bulk.items(body):
                if item.record.error == elastic_bulk.MALFORMED:
                    number = item.record.number
                    raise ParseError(
                        f"Malformed action/metadata line [{item.line}], action {number}: one of "
                        "index and create with an object was expected."
                    )
                status, why = _judged(item, token)
                errors += bool(why)
                answers.append(_answer(item, index, status, why))
            if not answers:
                raise ParseError("request body is required")
            if errors < len(answers):
                label = intake.Label(
                    protocol=elastic_bulk.PROTOCOL.name,
                    path=index,
                    feed=token.feed,
                    token=token,
                    request=True,
                )
                bodies.accept(body, label)
        return Response({"took": 0, "errors": errors > 0, "items": answers})

    @extend_schema(exclude=True)
    def put(self, request: Request, index: str = "", kind: str = "") -> Response:
        """The same."""
        return self.post(request, index, kind)


class VersionView(ElasticView):
    """Says which Elasticsearch this is like."""

    @extend_schema(
        operation_id="elastic_version",
        summary="The version of Elasticsearch that this is like",
        responses={200: OpenApiTypes.OBJECT, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        """What `GET /` answers there; also to HEAD."""
        return Response(VERSION)


class ProbeView(ElasticView):
    """Answers what shippers look for or set up before they send: it is all there already."""

    schema = None

    def get(self, request: Request, name: str, rest: str = "") -> HttpResponse:
        """What is asked for exists, and there is nothing in it."""
        if name == "_cat":
            return HttpResponse("0 foureyes green\n", content_type="text/plain")
        return Response(TOLD.get(name, {}))

    def put(self, request: Request, name: str, rest: str = "") -> Response:
        """Acknowledged; nothing is kept."""
        return Response({"acknowledged": True})

    def post(self, request: Request, name: str, rest: str = "") -> Response:
        """As `put`."""
        return self.put(request, name, rest)


class RootMiddleware:
    """Lets `GET /` with credentials of a shipper ask for the version; people's browsers send none,
    and get the overview."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Called by Django."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answers by other addresses where the root is asked so."""
        if request.path == "/" and request.headers.get("Authorization"):
            request.urlconf = "auditapp.ingest.protocols.root"
        return self.get_response(request)


def _judged(item: Item, token: ApiToken) -> tuple[int, str]:
    """The status of an item, and what is wrong with it."""
    record = item.record
    if record.error:
        return 400, f"item {record.number}, from line {item.line}, is {record.error}"
    source = record.told.source
    if source in log_sources() and not token.may_send(source):
        return 403, f"this token may not send {source}"
    return 201, ""


def _answer(item: Item, index: str, status: int, why: str) -> dict[str, Any]:
    named = {
        "_index": item.into or index or "foureyes",
        "_id": item.id or secrets.token_urlsafe(15),
    }
    said: dict[str, Any] = {**named, "status": status}
    if why:
        said["error"] = {"type": TYPES[status], "reason": why}
    else:
        added = {"_version": 1, "result": "created", "_shards": SHARDS}
        said |= {**added, "_seq_no": 0, "_primary_term": 1}
    return {item.action: said}
