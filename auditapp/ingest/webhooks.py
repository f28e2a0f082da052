"""Where the forges and the Hub deliver to: each delivery is checked, put in an envelope, kept.

Whoever delivers proves with a secret that it is the one that was told it. A secret must be had
in the clear, as signatures are made with it; so it stays in the environment or a mounted file
like every other one, and never in the database or its backups.
"""

import hmac
import io
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ParseError, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.pipeline import log_sources
from auditapp.ingest import api, intake
from auditapp.ingest.body import unpacked
from auditapp.ingest.serializers import AcceptedSerializer, ErrorSerializer

Headers = Mapping[str, str]
FORM = "application/x-www-form-urlencoded"
LINE_ENDS = bytes.maketrans(b"\r\n", b"  ")  # in JSON they stand only between values


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """How a forge delivers: what proves that it is the one, and which headers say what it is."""

    source: str
    proves: Callable[[Headers, bytes, bytes], bool]  # headers, body and a secret
    event: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()


def _sent(header: str) -> bytes:
    """A header's bytes, which WSGI hands over as if each were a character."""
    return header.encode("latin-1", "replace")


def _carries(name: str) -> Callable[[Headers, bytes, bytes], bool]:
    """The header is the secret itself."""

    def proves(headers: Headers, body: bytes, secret: bytes) -> bool:
        return hmac.compare_digest(_sent(headers.get(name, "")), secret)

    return proves


def _signs(*names: str) -> Callable[[Headers, bytes, bytes], bool]:
    """The first of these headers is the body's HMAC-SHA256 with the secret, in hexadecimal."""

    def proves(headers: Headers, body: bytes, secret: bytes) -> bool:
        said = next(filter(None, (headers.get(name) for name in names)), "")
        signature = hmac.new(secret, body, "sha256").hexdigest().encode()
        return hmac.compare_digest(_sent(said.removeprefix("sha256=").lower()), signature)

    return proves


FORGES: dict[str, Forge] = {
    "github": Forge(
        source="github_webhook",
        proves=_signs("X-Hub-Signature-256"),
        event=("X-GitHub-Event",),
        delivery=("X-GitHub-Delivery",),
    ),
    "gitlab": Forge(
        source="gitlab_webhook",
        proves=_carries("X-Gitlab-Token"),
        event=("X-Gitlab-Event",),
        delivery=("Idempotency-Key", "webhook-id", "X-Gitlab-Event-UUID"),
    ),
    "gitea": Forge(
        source="gitea_webhook",
        proves=_signs("X-Gitea-Signature", "X-Forgejo-Signature"),
        event=("X-Gitea-Event-Type", "X-Gitea-Event", "X-Forgejo-Event"),
        delivery=("X-Gitea-Delivery", "X-Forgejo-Delivery"),
    ),
    "huggingface": Forge(source="hf_webhook", proves=_carries("X-Webhook-Secret")),
}


class WebhookView(APIView):
    """Takes deliveries."""

    authentication_classes = ()
    permission_classes = ()
    parser_classes = ()

    @extend_schema(
        operation_id="webhook",
        summary="Deliver a webhook",
        description=(
            "For GitHub, GitLab, Gitea or Forgejo, and the Hugging Face Hub to deliver to; each "
            "proves itself with the secret that it was given. The secret decides the feed."
        ),
        request={"application/json": OpenApiTypes.OBJECT, FORM: OpenApiTypes.OBJECT},
        parameters=[
            OpenApiParameter("forge", str, "path", enum=list(FORGES)),
            *(
                OpenApiParameter(name, str, "header")
                for name in (
                    *("X-Hub-Signature-256", "X-Gitlab-Token"),
                    *("X-Gitea-Signature", "X-Webhook-Secret"),
                )
            ),
        ],
        responses={
            202: AcceptedSerializer,
            **dict.fromkeys((400, 403, 404, 411, 413, 415, 422, 429, 503), ErrorSerializer),
        },
    )
    def post(self, request: Request, forge: str) -> Response:
        """202 with the batch's address once the delivery is on disk."""
        found = FORGES.get(forge)
        if found is None or found.source not in log_sources():
            raise NotFound(f"Webhooks come from {', '.join(FORGES)}.")
        with api.refusing():
            with unpacked(request._request) as stream:
                body = stream.read()
            feed = _feed(forge, found, request.headers, body)
            log = io.BytesIO(_envelope(found, request, body))
            label = intake.Label(source=found.source, feed=feed, request=True)
            return api.answer(api.take(log, label), 202)


def _feed(name: str, forge: Forge, headers: Headers, body: bytes) -> str:
    """The feed whose secret proves the delivery. Raises PermissionDenied where none does."""
    told: list[tuple[str, str]] = settings.WEBHOOKS[name]
    proven = [feed for feed, secret in told if forge.proves(headers, body, _bytes(secret))]
    if not proven:
        raise PermissionDenied("No secret of this address proves the delivery.")
    return proven[0]


def _bytes(secret: str) -> bytes:
    return secret.encode("utf-8", "surrogateescape")


def _envelope(forge: Forge, request: Request, body: bytes) -> bytes:
    """One line of JSON: what the headers say, when it came, and the payload as it was sent."""
    payload = body
    if request.content_type.partition(";")[0].strip() == FORM:
        payload = _in_form(body)
    try:
        content = orjson.loads(payload)
    except orjson.JSONDecodeError as error:
        raise ParseError(f"The payload is no JSON: {error}.") from error
    if not isinstance(content, dict):
        raise ParseError("The payload is no JSON object.")
    said = {
        "event": _first(request.headers, forge.event),
        "delivery": _first(request.headers, forge.delivery) or str(uuid.uuid4()),
        "delivered_at": timezone.now().isoformat(),
    }
    head = orjson.dumps({name: value for name, value in said.items() if value})
    return head[:-1] + b',"payload":' + payload.translate(LINE_ENDS) + b"}\n"


def _in_form(body: bytes) -> bytes:
    """The payload in a form's field of that name."""
    try:
        return parse_qs(body, strict_parsing=True, max_num_fields=20)[b"payload"][0]
    except (ValueError, KeyError) as error:
        raise ParseError("The form has no payload.") from error


def _first(headers: Headers, names: tuple[str, ...]) -> str | None:
    found = next(filter(None, (headers.get(name) for name in names)), None)
    return found and found[:200]
