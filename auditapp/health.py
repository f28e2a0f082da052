"""Whether this process is alive, and whether the whole is ready to work."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError

from analytics.store.base import StoreUnavailable
from auditapp import clock
from auditapp.celery import app
from auditapp.eventstore import store
from auditapp.ingest import spool
from auditapp.operations import heartbeats

CLOCKS_AGREE = 5  # seconds


@dataclass(frozen=True, slots=True)
class Part:
    """One part; `reason` is a sentence of ours, as anybody may ask."""

    name: str
    ok: bool
    needed: bool  # without it the site does not do its work; without the others logs wait
    reason: str


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"alive": True})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where all that is needed answers, else 503; each part with its name, ok and reason."""
    found = parts()
    ready = all(part.ok for part in found if part.needed)
    said = {"ready": ready, "parts": [asdict(part) for part in found]}
    return JsonResponse(said, status=200 if ready else 503)


def parts() -> list[Part]:
    """Every part as it is now."""
    return [
        Part(name, not lack, needed, lack) for name, needed, check in CHECKS for lack in (check(),)
    ]


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM ingest_batch WHERE 1 = 0")
    except DatabaseError:
        return "does not answer, or has no tables"
    return ""


def _store() -> str:
    try:
        store().ready()
    except StoreUnavailable:
        return "does not answer"
    return ""


def _spool() -> str:
    try:
        spool.check_writable()
    except OSError:
        return "cannot be written"
    return ""


def _room() -> str:
    try:
        return spool.room().lack
    except (OSError, DatabaseError):
        return "cannot be told"


def _broker() -> str:
    try:
        with app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (KombuError, OSError):
        return "does not answer; logs wait for the sweeper"
    return ""


def _beats(role: str) -> Callable[[], str]:
    def check() -> str:
        try:
            heard = heartbeats.alive(role, clock.now())
        except DatabaseError:
            return "cannot be told"
        seconds = int(heartbeats.DEAD_AFTER.total_seconds())
        return "" if heard else f"none was heard of for {seconds} seconds; logs wait"

    return check


def _clocks() -> str:
    try:
        worst = max(*heartbeats.clocks(clock.now()), clock.ahead(), 0.0, key=abs)
    except DatabaseError:
        return "cannot be told"
    if abs(worst) <= CLOCKS_AGREE:
        return ""
    side = "ahead of" if worst > 0 else "behind"
    return f"a machine's is {abs(worst):.0f} seconds {side} the database's"


CHECKS: tuple[tuple[str, bool, Callable[[], str]], ...] = (
    ("database", True, _database),
    ("store", True, _store),
    ("spool", True, _spool),
    ("room", False, _room),
    ("broker", False, _broker),
    ("worker", False, _beats("worker")),
    ("scheduler", False, _beats("scheduler")),
    ("clocks", False, _clocks),
)
