"""Whether this process is alive, and whether the whole is ready to work."""

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from analytics.store.base import StoreUnavailable
from auditapp.eventstore import store
from auditapp.ingest import spool


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers."""
    return JsonResponse({"alive": True})


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 where database, event store and spool answer; 503 with what does not.

    Says which part, not why: anyone may ask.
    """
    parts = {"database": _database(), "store": _store(), "spool": _spool()}
    ready = all(parts.values())
    return JsonResponse({"ready": ready, **parts}, status=200 if ready else 503)


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM ingest_batch WHERE 1 = 0")
    except DatabaseError:
        return False
    return True


def _store() -> bool:
    try:
        store().ready()
    except StoreUnavailable:
        return False
    return True


def _spool() -> bool:
    try:
        spool.check_writable()
    except OSError:
        return False
    return True
