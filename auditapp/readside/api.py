"""The lists that a SIEM polls. Each needs a token with its scope, or a signed-in role that may see
the same on the pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import APIException, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from analytics.moments import in_utc
from analytics.store.base import Question, StoreUnavailable
from analytics.store.query import QueryError, parse
from auditapp.accounts import pseudonyms
from auditapp.accounts.scopes import Scope
from auditapp.cases import documents
from auditapp.cases.excepting import documents as excepting
from auditapp.cases.investigation import documents as investigation
from auditapp.cases.models import Alert, AlertException, Case, Standing
from auditapp.cases.rules import rule_set
from auditapp.dashboard import feeding, isolating, reviewing
from auditapp.dashboard.views.overview import WINDOW, statements
from auditapp.eventstore import store
from auditapp.people.models import Person
from auditapp.readside import rows, schemas
from auditapp.readside.asked import ListView
from auditapp.readside.paging import (
    MOST,
    Page,
    answer,
    bounded,
    by_key,
    changes,
    cursor_of,
    flag_of,
    limit_of,
    time_of,
)
from auditapp.reports.models import ReportRow

MOST_EVENTS, MOST_REPORTS, MOST_FEEDS, MOST_CELLS = 500, 50, 200, 500
USUAL_SPAN = timedelta(days=1)


class StoreAway(APIException):
    """The event store does not answer; `wait` becomes Retry-After."""

    status_code = 503
    default_detail = "The event store does not answer."
    wait = 30


class AlertsView(ListView):
    """Alerts by their last change."""

    scope = Scope.ALERTS

    @extend_schema(
        operation_id="alerts",
        summary="Alerts in the order of their last change",
        description=(
            "Keep the cursor and ask again: what was raised or decided since comes behind it. An "
            "alert that changes comes again with the same event.id. What exceptions hide is left "
            "out without hidden=true; foureyes.alert.hidden_by says by which. ECS documents."
        ),
        parameters=[schemas.UPDATED_AFTER, schemas.HIDDEN, *schemas.asked(MOST)],
        responses=schemas.answers(schemas.ALERT),
    )
    def get(self, request: Request) -> Response:
        """A page."""
        hidden = flag_of(request, "hidden")
        rows = Alert.objects.all() if hidden else Alert.objects.shown()
        return changes(request, "alerts", rows, documents.alerts)


class CasesView(ListView):
    """Cases by their last change."""

    scope = Scope.CASES

    @extend_schema(
        operation_id="cases",
        summary="Cases in the order of their last change",
        description=(
            "A case comes again when anything of it changes, also when a note or evidence is "
            "added. Of one that is TLP:RED neither title, reason, people, alerts nor evidence "
            "are told. ECS documents."
        ),
        parameters=[schemas.UPDATED_AFTER, *schemas.asked(MOST)],
        responses=schemas.answers(schemas.CASE),
    )
    def get(self, request: Request) -> Response:
        """A page."""
        return changes(request, "cases", Case.objects.all(), investigation.cases)


class ExceptionsView(ListView):
    """Exceptions by their last change."""

    scope = Scope.EXCEPTIONS

    @extend_schema(
        operation_id="exceptions",
        summary="Exceptions in the order of their last change",
        description=(
            "What hides alerts that are expected, by whom, why and until when. One comes again "
            "when it is approved, refused, revoked or expires."
        ),
        parameters=[schemas.UPDATED_AFTER, *schemas.asked(MOST)],
        responses=schemas.answers(schemas.EXCEPTION),
    )
    def get(self, request: Request) -> Response:
        """A page."""
        rows = AlertException.objects.all()
        return changes(request, "exceptions", rows, excepting.exceptions)


class RiskView(ListView):
    """Where people stand, by the last change."""

    scope = Scope.RISK

    @extend_schema(
        operation_id="risk",
        summary="Where each person stands, in the order of the last change",
        description="A person comes again when score, level or reasons changed. ECS documents.",
        parameters=[schemas.UPDATED_AFTER, *schemas.asked(MOST)],
        responses=schemas.answers(schemas.RISK),
    )
    def get(self, request: Request) -> Response:
        """A page."""
        return changes(request, "risk", Standing.objects.all(), documents.risks)


class PeopleView(ListView):
    """People, as pages call them."""

    scope = Scope.PEOPLE

    @extend_schema(
        operation_id="people",
        summary="People as pseudonyms, with team, role and score",
        parameters=schemas.asked(MOST),
        responses=schemas.answers(schemas.PERSON),
    )
    def get(self, request: Request) -> Response:
        """A page, in the order of references: that of names or ids would tell who is who."""
        ids = Person.objects.filter(merged_into=None).values_list("id", flat=True)
        keyed = [(pseudonyms.reference(person), person) for person in ids]
        shown, page = by_key(request, "people", keyed)
        return _answer("people", page, rows.people(shown))


class EventsView(ListView):
    """Events that a search finds, newest first."""

    scope = Scope.EVENTS

    @extend_schema(
        operation_id="events",
        summary="Events that a search finds, newest first",
        description="Of the last 24 hours where no time is given. Fields have their ECS names.",
        parameters=[
            OpenApiParameter("q", str, description="as in the search bar"),
            OpenApiParameter("since", str, description="a time, as 2026-11-03T14:00:00Z"),
            OpenApiParameter("until", str, description="a time; events are before it"),
            *schemas.asked(MOST_EVENTS),
        ],
        responses=schemas.answers(schemas.EVENT),
    )
    def get(self, request: Request) -> Response:
        """A page."""
        limit = limit_of(request, MOST_EVENTS)
        cursor = cursor_of(request, "events", str, str)
        after = (_time(str(cursor[0])), str(cursor[1])) if cursor else None
        since, until = time_of(request, "since"), time_of(request, "until")
        if since is None and until is None:
            since = timezone.now() - USUAL_SPAN
        try:
            question = Question(
                since=since, until=until, query=parse(request.query_params.get("q", ""))
            )
            found = store().search(question, limit=limit, after=after, columns=rows.COLUMNS)
        except QueryError as error:
            raise ParseError(f"q cannot be read: {error}.") from error
        except StoreUnavailable as error:
            raise StoreAway from error
        last = (found.after[0].astimezone(UTC).isoformat(), found.after[1]) if found.after else None
        page = Page(results=rows.events(found.events), after=last, more=last is not None)
        return answer("events", page)


class RulesView(ListView):
    """The rules in force."""

    scope = Scope.RULES

    @extend_schema(
        operation_id="rules",
        summary="The rules in force",
        parameters=schemas.asked(MOST),
        responses=schemas.answers(schemas.RULE),
    )
    def get(self, request: Request) -> Response:
        """A page, by id."""
        shown, page = by_key(request, "rules", [(rule.id, rule) for rule in rule_set().detections])
        return _answer("rules", page, [rows.rule(one) for one in shown])


class PillarsView(ListView):
    """What the last thirty days say about each pillar."""

    scope = Scope.PILLARS

    @extend_schema(
        operation_id="pillars",
        summary="People and findings of each pillar within 30 days",
        parameters=schemas.asked(MOST),
        responses=schemas.answers(schemas.PILLAR),
    )
    def get(self, request: Request) -> Response:
        """All three, by id."""
        now = timezone.now()
        found = [(one.pillar.kind, one) for one in statements(now)]
        shown, page = by_key(request, "pillars", found)
        touched = {"isolation": isolating.cells(now - WINDOW, now, MOST_CELLS)}
        looked = {"review": reviewing.every_share(now, WINDOW, MOST_CELLS)}
        told = [
            rows.pillar(one, touched.get(one.pillar.kind, ()), looked.get(one.pillar.kind, ()))
            for one in shown
        ]
        return _answer("pillars", page, told)


class ReportsView(ListView):
    """The scheduled reports."""

    scope = Scope.REPORTS

    @extend_schema(
        operation_id="reports",
        summary="Scheduled reports as text, the oldest first",
        parameters=schemas.asked(MOST_REPORTS),
        responses=schemas.answers(schemas.REPORT),
    )
    def get(self, request: Request) -> Response:
        """A page, in the order in which they were made."""
        limit = limit_of(request, MOST_REPORTS)
        cursor = cursor_of(request, "reports", int)
        made = ReportRow.objects.order_by("pk")
        if cursor:
            made = made.filter(pk__gt=bounded(int(cursor[0])))
        found = list(made[: limit + 1])
        shown = found[:limit]
        after = (shown[-1].pk,) if shown else cursor
        results = [rows.report(one) for one in shown]
        return answer("reports", Page(results=results, after=after, more=len(found) > limit))


class FeedsView(ListView):
    """How feeds are."""

    scope = Scope.FEEDS

    @extend_schema(
        operation_id="feeds",
        summary="How each feed and each of its sources is",
        description="Rates, lag, clock, duplicates, rejected, waiting, silence; by feed's name.",
        parameters=schemas.asked(MOST_FEEDS),
        responses=schemas.answers(schemas.FEED),
    )
    def get(self, request: Request) -> Response:
        """A page, by name."""
        names = [(name, name) for name in rows.feed_names()]
        shown, page = by_key(request, "feeds", names, MOST_FEEDS)
        health = sorted(feeding.health(timezone.now(), shown), key=lambda one: one.feed.name)
        return _answer("feeds", page, [rows.feed(one) for one in health])


def _answer(name: str, page: Page, results: list[dict[str, Any]]) -> Response:
    return answer(name, Page(results=results, after=page.after, more=page.more))


def _time(text: str) -> datetime:
    try:
        return in_utc(text)
    except ValueError as error:
        raise ParseError("The cursor is none.") from error
