"""Where the forges and the Hub deliver to: each delivery is checked, put in an envelope, kept.

Whoever delivers proves with a secret that it is the one that was told it. A secret must be had
in the clear, as signatures are made with it; so it stays in the environment or a mounted file
like every other one, and never in the database or its backups.
"""

import io
import uuid
from dataclasses import dataclass
from urllib.parse import parse_qs

import orjson
from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound, ParseError, PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics.pipeline import log_sources
from auditapp import clock
from auditapp.ingest import api, deliveries, door, intake
from auditapp.ingest.body import whole
from auditapp.ingest.proofs import Headers, Proof, carries, either, signs, standard
from auditapp.ingest.serializers import AcceptedSerializer, ErrorSerializer

FORM = "application/x-www-form-urlencoded"
LARGEST = 25 << 20  # bytes; GitHub's payloads end there
LINE_ENDS = bytes.maketrans(b"\r\n", b"  ")  # in JSON they stand only between values


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """How a forge delivers: what proves that it is the one, and which headers say what it is."""

    source: str
    proves: Proof
    event: tuple[str, ...] = ()
    delivery: tuple[str, ...] = ()  # the id, which stays the same when it is repeated
    traced: tuple[str, ...] = ()  # what may stand for it where there is none


FORGES: dict[str, Forge] = {
    "github": Forge(
        source="github_webhook",
        proves=signs("X-Hub-Signature-256"),
        event=("X-GitHub-Event",),
        delivery=("X-GitHub-Delivery",),
    ),
    "gitlab": Forge(
        source="gitlab_webhook",
        proves=either(standard, carries("X-Gitlab-Token")),
        event=("X-Gitlab-Event",),
        delivery=("webhook-id", "Idempotency-Key"),
        traced=("X-Gitlab-Event-UUID",),  # others that it causes have the same
    ),
    "gitea": Forge(
        source="gitea_webhook",
        proves=signs("X-Gitea-Signature", "X-Forgejo-Signature"),
        event=("X-Gitea-Event-Type", "X-Gitea-Event", "X-Forgejo-Event"),
        delivery=("X-Gitea-Delivery", "X-Forgejo-Delivery"),
    ),
    "huggingface": Forge(source="hf_webhook", proves=carries("X-Webhook-Secret")),
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
                    *("webhook-id", "webhook-timestamp", "webhook-signature"),
                )
            ),
        ],
        responses={
            200: AcceptedSerializer,
            202: AcceptedSerializer,
            **dict.fromkeys((400, 403, 404, 408, 411, 413, 415, 422, 429, 503), ErrorSerializer),
        },
    )
    def post(self, request: Request, forge: str) -> Response:
        """202 with the batch's address once the delivery is on disk; 200 where it was before."""
        found = FORGES.get(forge)
        if found is None or found.source not in log_sources():
            raise NotFound(f"Webhooks come from {', '.join(FORGES)}.")
        with door.refusing():
            with door.body(request, None) as stream:
                body = whole(stream, min(LARGEST, settings.MAX_BODY_BYTES))
            feed = _feed(forge, found, request.headers, body)
            log = io.BytesIO(_envelope(found, request, body))
            label = intake.Label(source=found.source, feed=feed, request=True)
            batch, new = deliveries.once(
                f"{forge}/{feed}",
                _first(request.headers, found.delivery) or "",
                body,
                lambda: door.take(log, label),
            )
            return api.answer(batch, 202 if new else 200)


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
        "delivery": _first(request.headers, (*forge.delivery, *forge.traced)) or str(uuid.uuid4()),
        "delivered_at": clock.now().isoformat(),
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
