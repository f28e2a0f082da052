"""Who sends logs or reads: `Authorization: Bearer fe_…`."""

from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from auditapp import clock
from auditapp.accounts import scopes
from auditapp.accounts.models import ApiToken

SEEN_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """Puts the ApiToken into `request.auth`; the user stays anonymous."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, ApiToken] | None:
        """None where no bearer token was sent. Raises AuthenticationFailed for a wrong one."""
        text = self.token_in(request.headers.get("Authorization", ""))
        if text is None:
            return None
        now = clock.now()
        token = ApiToken.objects.filter(digest=ApiToken.hash(text.strip())).first()
        if token is None:
            raise AuthenticationFailed("No such token was issued here.")
        if refusal := token.refusal(now):
            raise AuthenticationFailed(refusal)
        unseen = Q(last_used__isnull=True) | Q(last_used__lt=now - SEEN_EVERY)
        if token.last_used is None or token.last_used < now - SEEN_EVERY:
            ApiToken.objects.filter(unseen, id=token.id).update(last_used=now)
        return AnonymousUser(), token

    def token_in(self, header: str) -> str | None:
        """The token's text; None where the header carries none."""
        scheme, _, text = header.partition(" ")
        return text if scheme.lower() == "bearer" else None

    def authenticate_header(self, request: Request) -> str:
        """Makes a missing token 401 rather than 403."""
        return "Bearer"


class HoldsToken(BasePermission):
    """Lets in whoever came with a token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the request carries a valid token."""
        return isinstance(request.auth, ApiToken)


class HoldsTokenOrSignedIn(HoldsToken):
    """Lets in tokens, and people who are signed in."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether either is there."""
        return super().has_permission(request, view) or bool(request.user.is_authenticated)


class HoldsScope(BasePermission):
    """Lets in tokens with the view's `scope`, and people whose role may read the same."""

    message = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the token or the role says so; `message` says why not."""
        scope: str = view.scope  # type: ignore[attr-defined]
        if isinstance(request.auth, ApiToken):
            self.message = f"This token lacks the scope {scope}."
            return request.auth.holds(scope)
        self.message = "This is not for your role."
        return scopes.may_read(getattr(request.user, "role", None), scope)


class _Documented(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Says in the schema what a token is."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "fe_…"}
