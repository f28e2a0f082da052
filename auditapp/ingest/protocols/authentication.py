"""Our token in the `Authorization` headers that other collectors expect."""

import base64
import binascii

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request
from rest_framework.views import APIView

from auditapp.accounts.authentication import HoldsToken, TokenAuthentication
from auditapp.accounts.models import ApiToken

LONGEST = 1000


class ShipperAuthentication(TokenAuthentication):
    """Takes a token as Bearer, as Splunk's, as an API key, or as the password of any user."""

    def token_in(self, header: str) -> str | None:
        """The token's text; None where the header is of no scheme that carries one."""
        scheme, _, text = header.partition(" ")
        text = text.strip()[:LONGEST]
        match scheme.lower():
            case "bearer" | "splunk":
                return text
            case "basic":
                return _decoded(text).partition(":")[2]
            case "apikey":
                return _decoded(text).partition(":")[2] or text
        return None


class SendsLogs(HoldsToken):
    """Lets in tokens that are for sending; which sources each may send, the records decide."""

    message = "This token is not for sending logs."

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token sends to a feed."""
        token = request.auth
        if not isinstance(token, ApiToken):
            return False
        return token.may_send(token.sources[0] if token.sources else "")


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""


class _Documented(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says in the schema how a shipper may carry a token."""

    target_class = ShipperAuthentication
    name = "shipper"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token; other schemes do as well."""
        other = "Or as Splunk, ApiKey, or the password of any user (Basic)."
        return {"type": "http", "scheme": "bearer", "bearerFormat": "fe_…", "description": other}
