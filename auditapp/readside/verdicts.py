"""The verdict on every update of a shared branch."""

from typing import Any

from django.db.models import Q
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from auditapp.accounts.scopes import Scope
from auditapp.cases.documents import written
from auditapp.cases.models import VerdictRow
from auditapp.dashboard import reviewing
from auditapp.readside import rows, schemas
from auditapp.readside.asked import ListView
from auditapp.readside.paging import (
    MOST,
    Key,
    Page,
    answer,
    cursor_of,
    limit_of,
    moment,
    time_of,
)


class VerdictsView(ListView):
    """Updates of shared branches, by the time at which they landed."""

    scope = Scope.PILLARS

    @extend_schema(
        operation_id="verdicts",
        summary="The review verdict on each update of a shared branch, in the order of time",
        description=(
            "Reviewed, bypass or unknown, with why and the events that show it. Late events change "
            "verdicts, so ask again for what is to be exact: the id stays."
        ),
        parameters=[
            OpenApiParameter("verdict", str, enum=sorted(reviewing.VERDICTS)),
            OpenApiParameter("repository", str, description="exactly this one"),
            OpenApiParameter("since", str, description="a time, as 2026-11-03T14:00:00Z"),
            OpenApiParameter("until", str, description="a time; updates are before it"),
            *schemas.asked(MOST),
        ],
        responses=schemas.answers(schemas.VERDICT),
    )
    def get(self, request: Request) -> Response:
        """A page."""
        limit = limit_of(request)
        cursor = cursor_of(request, "verdicts", str, str)
        found = VerdictRow.objects.filter(_asked(request)).order_by("time", "update")
        if cursor:
            time, update = moment(str(cursor[0])), str(cursor[1])
            found = found.filter(Q(time__gt=time) | Q(time=time, update__gt=update))
        kept = list(found[: limit + 1])
        shown = kept[:limit]
        after: Key | None = (written(shown[-1].time), shown[-1].update) if shown else cursor
        results = [rows.verdict(one) for one in reviewing.updates(shown)]
        return answer("verdicts", Page(results=results, after=after, more=len(kept) > limit))


def _asked(request: Request) -> Q:
    """What the query narrows them to. Raises ParseError."""
    since, until = time_of(request, "since"), time_of(request, "until")
    told: dict[str, Any] = {"time__gte": since, "time__lt": until}
    told["verdict"] = request.query_params.get("verdict")
    told["repository"] = request.query_params.get("repository") or None
    if told["verdict"] not in (None, *reviewing.VERDICTS):
        raise ParseError(f"verdict is one of {', '.join(sorted(reviewing.VERDICTS))}.")
    if "\x00" in (told["repository"] or ""):
        raise ParseError("repository is no name.")
    return Q(**{name: value for name, value in told.items() if value is not None})
