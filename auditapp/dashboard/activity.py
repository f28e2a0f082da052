"""Which events are a person's: those of the personal accounts, each for its time."""

from datetime import datetime

from analytics.store.query import All, Any, Between, OneOf, Query
from auditapp.people.models import AccountLink


def of(person: str) -> Query:
    """A search for everything that the person did; finds nothing where no account is known."""
    links = AccountLink.objects.filter(person_id=person, use__in=AccountLink.ATTRIBUTED)
    always, bounded = [], []
    for link in links:
        if link.since is None and link.until is None:
            always.append(link.account)
        else:
            bounded.append(_between(link.account, link.since, link.until))
    parts: list[Query] = [OneOf("actor.account", tuple(sorted(always)))] if always else []
    return Any((*parts, *bounded))


def _between(account: str, since: datetime | None, until: datetime | None) -> Query:
    return All(
        (
            OneOf("actor.account", (account,)),
            Between(
                "@timestamp",
                since.isoformat() if since else None,
                until.isoformat() if until else None,
                strict_upper=True,
            ),
        )
    )
