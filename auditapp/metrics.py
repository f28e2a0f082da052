"""Figures for Prometheus, all read from the database when they are asked for: the same from every
process, whichever is asked."""

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.db.models import Count, Min, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from auditapp import clock, health
from auditapp.accounts.authentication import TokenAuthentication
from auditapp.accounts.scopes import Scope
from auditapp.cases.models import TouchedDay
from auditapp.ingest import spool
from auditapp.ingest.models import Batch
from auditapp.operations.models import Heartbeat, Tally

COUNTERS = {
    "batches": "batches that a stage was done with; days for assess, reports for report",
    "bytes": "unpacked bytes",
    "came": "lines or events that came into a stage",
    "went": "lines or events that went on from a stage",
    "rejected": "records that could not be read",
    "duplicates": "events that were stored before",
    "errors": "tries that failed",
    "seconds": "time that a stage took",
}
NAMES = {"came": "in", "went": "out"}  # in Prometheus
FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for an address of METRICS_FROM or a token that may read metrics; else 401, and
    503 while the database does not answer."""
    try:
        return _answer(request)
    except (OperationalError, InterfaceError):
        return HttpResponse("The database does not answer.\n", "text/plain", 503)


def _answer(request: HttpRequest) -> HttpResponse:
    if not (_from_inside(request) or _by_token(request)):
        refusal = HttpResponse("A token with the scope read:metrics is needed.\n", status=401)
        refusal["WWW-Authenticate"] = "Bearer"
        return refusal
    registry = CollectorRegistry()
    registry.register(Figures(clock.now()))
    encode, kind = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=kind)


class Figures(Collector):
    """What there is to tell at a time."""

    def __init__(self, now: datetime) -> None:
        """The time to which ages are told."""
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        yield from _stages()
        yield from self._queue()
        yield from self._parts()

    def _queue(self) -> Iterator[Metric]:
        labels = ["state", "backfill"]
        depth = GaugeMetricFamily("foureyes_queue_batches", "batches by state", labels=labels)
        size = GaugeMetricFamily("foureyes_queue_bytes", "their unpacked bytes", labels=labels)
        age = GaugeMetricFamily(
            "foureyes_queue_oldest_seconds", "age of the oldest of them", labels=labels
        )
        open_states = (Batch.State.WAITING, Batch.State.WORKING, Batch.State.FAILED)
        rows = Batch.objects.filter(state__in=open_states).values_list("state", "backfill")
        sums = rows.annotate(count=Count("id"), size=Sum("size"), oldest=Min("received"))
        found = {(state, backfill): rest for state, backfill, *rest in sums}
        for state in open_states:
            for backfill in (False, True):
                count, of_bytes, oldest = found.get((state.value, backfill), (0, 0, None))
                which = [state.value, str(backfill).lower()]
                depth.add_metric(which, count)
                size.add_metric(which, of_bytes)
                age.add_metric(which, self._age(oldest))
        dead = sum(count for (state, _), (count, *_) in found.items() if state == "failed")
        yield from (depth, size, age)
        yield _gauge("foureyes_dead_letters", "batches that wait for a decision", dead)
        days = TouchedDay.objects.count()
        yield _gauge("foureyes_days_to_assess", "days with new events not assessed yet", days)

    def _parts(self) -> Iterator[Metric]:
        ready = GaugeMetricFamily("foureyes_part_ok", "whether a part is well", labels=["part"])
        for part in health.parts():
            ready.add_metric([part.name], part.ok)
        yield ready
        room = spool.room()
        yield _gauge("foureyes_spool_room_bytes", "how much more the spool takes", room.left)
        yield _gauge("foureyes_disk_free_bytes", "what the spool's disk has left", room.free)
        beats = GaugeMetricFamily(
            "foureyes_heartbeat_age_seconds", "since a process was heard of", labels=["name"]
        )
        clocks = GaugeMetricFamily(
            "foureyes_clock_ahead_seconds", "its clock, of the database's", labels=["name"]
        )
        for heartbeat in Heartbeat.objects.order_by("name"):
            beats.add_metric([heartbeat.name], self._age(heartbeat.beat))
            clocks.add_metric([heartbeat.name], heartbeat.ahead)
        yield from (beats, clocks)

    def _age(self, since: datetime | None) -> float:
        return max((self._now - since).total_seconds(), 0) if since else 0


def _stages() -> Iterable[Metric]:
    rows = list(Tally.objects.order_by("stage", "source"))
    for field, text in COUNTERS.items():
        name = f"foureyes_stage_{NAMES.get(field, field)}"
        counter = CounterMetricFamily(name, text, labels=["stage", "source"])
        for row in rows:
            counter.add_metric([row.stage, row.source], getattr(row, field))
        yield counter


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)


def _from_inside(request: HttpRequest) -> bool:
    """Whether it comes from a listed address, and straight from there: behind a proxy everybody
    would have the proxy's."""
    if any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    networks = map(ipaddress.ip_network, settings.METRICS_FROM)
    return any(address in network for network in networks)


def _by_token(request: HttpRequest) -> bool:
    try:
        found = TokenAuthentication().authenticate(Request(request))
    except AuthenticationFailed:
        return False
    return found is not None and found[1].holds(Scope.METRICS)
