"""What a token may be for, who may read the same with a sign-in, and who may give such a token:
nobody gives what they may not read themselves."""

from django.db import models

from auditapp.accounts.models import Role


class Scope(models.TextChoices):
    """One thing that a token lets its holder do."""

    INGEST = "ingest", "send logs"
    BACKFILL = "backfill", "send old logs that nobody is told of"
    FEEDS = "read:feeds", "read how feeds are"
    METRICS = "read:metrics", "read metrics"
    RULES = "read:rules", "read the rules in force"
    ALERTS = "read:alerts", "read alerts"
    CASES = "read:cases", "read cases"
    EXCEPTIONS = "read:exceptions", "read exceptions"
    RISK = "read:risk", "read risk scores"
    PEOPLE = "read:people", "read people, as pseudonyms"
    EVENTS = "read:events", "read events and raw lines"
    PILLARS = "read:pillars", "read the pillars"
    REPORTS = "read:reports", "read reports"


PLAIN: frozenset[str] = frozenset(
    {Scope.INGEST, Scope.BACKFILL, Scope.FEEDS, Scope.METRICS, Scope.RULES}
)
ACTIVITY: frozenset[str] = frozenset(Scope.values) - PLAIN  # what people did


def may_give(role: str | None, scope: str) -> bool:
    """Whether somebody of that role may issue or rotate a token of the scope."""
    if scope in PLAIN:
        return role in (Role.INVESTIGATOR, Role.ADMINISTRATOR)
    return scope in ACTIVITY and role == Role.INVESTIGATOR


def may_read(role: str | None, scope: str) -> bool:
    """Whether somebody of that role, signed in, may read what the scope is about."""
    if scope in ACTIVITY:
        return role in set(Role.values) - {Role.ADMINISTRATOR}
    return scope in PLAIN - {Scope.INGEST} and role in Role.values
