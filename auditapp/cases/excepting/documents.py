"""Exceptions as other systems read them, with people as pages name them."""

from collections.abc import Iterable, Mapping

from django.conf import settings
from django.db.models import Count
from django.urls import reverse

from auditapp import clock
from auditapp.accounts import pseudonyms
from auditapp.cases.documents import ECS_VERSION, Document, written
from auditapp.cases.excepting.models import AlertException
from auditapp.cases.models import Alert
from auditapp.people.directory import directory


def exceptions(rows: Iterable[AlertException]) -> list[Document]:
    """A document each, in order. Accounts are named only where no person is known behind them."""
    found, known = list(rows), directory()
    behind = {row.account: known.who(row.account, row.begin) for row in found if row.account}
    people = {row.person for row in found} | set(behind.values())
    names = pseudonyms.shown_all(person for person in people if person)
    accounts = {
        account: f"an account of {names[person]}" if person else account
        for account, person in behind.items()
    }
    hidden = Alert.objects.filter(hidden_by__in=found).order_by().values_list("hidden_by")
    counts = dict(hidden.annotate(Count("pk")))
    return [_exception(row, names | accounts, counts.get(row.pk, 0)) for row in found]


def _exception(row: AlertException, names: Mapping[str, str], hides: int) -> Document:
    return {
        "@timestamp": written(row.created),
        "ecs": {"version": ECS_VERSION},
        "message": f"{row.number}: {row.reason}",
        "event": {
            "kind": "state",
            "id": f"exception-{row.pk}",
            "created": written(row.created),
            "module": "foureyes",
            "dataset": "foureyes.exception",
            "start": written(row.begin),
            "end": written(row.expiry),
            "url": settings.SITE_URL.rstrip("/") + reverse("exception", args=[row.pk]),
        },
        "foureyes": {
            "exception": {
                "id": row.pk,
                "number": row.number,
                "standing": row.standing(clock.now()).value,
                "rule": row.rule or None,
                "account": names.get(row.account),
                "person": pseudonyms.reference(row.person) if row.person else None,
                "person_name": names.get(row.person),
                "conditions": [
                    {"field": each.field, "how": each.how.value, "value": each.value}
                    for each in row.asks
                ],
                "author": row.author,
                "approved_by": row.approved_by or None,
                "reason": row.reason,
                "hides": row.hid if row.ended else hides,
                "ended": written(row.ended) if row.ended else None,
                "updated": written(row.updated),
            }
        },
    }
