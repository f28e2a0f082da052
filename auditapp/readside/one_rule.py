"""One rule, with what it was before."""

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from auditapp.accounts.scopes import Scope
from auditapp.cases.rules import loaded
from auditapp.dashboard.versions import known, versions_of
from auditapp.ingest.serializers import ErrorSerializer
from auditapp.readside import rows, schemas
from auditapp.readside.asked import ListView


class RuleView(ListView):
    """One rule and its versions."""

    scope = Scope.RULES

    @extend_schema(
        operation_id="rule",
        summary="A rule with every version that was in force",
        description="The newest version first; also of a rule that is in force no longer.",
        responses={
            200: schemas.RULE_VERSIONS,
            **dict.fromkeys((401, 403, 404, 503), ErrorSerializer),
        },
    )
    def get(self, request: Request, rule_id: str) -> Response:
        """All of it."""
        in_force = loaded()
        now = known(rule_id, in_force)
        versions = [] if "\x00" in rule_id else versions_of(rule_id, in_force)
        if now is None and not versions:
            raise NotFound({"detail": "There is no such rule."})
        return Response(
            {
                "id": rule_id,
                "rule": rows.rule(now) if now else None,
                "versions": [rows.version(one) for one in versions],
            }
        )
