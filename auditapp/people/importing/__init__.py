"""Takes over what a site knows of its people and its things, from files told by their header."""

from dataclasses import replace

from django.db import transaction

from auditapp.people.importing.circumstances import (
    plan_duties,
    plan_groups,
    plan_hosts,
    plan_incidents,
    plan_leave,
    plan_passwd,
    plan_resources,
    plan_watches,
)
from auditapp.people.importing.people import plan_entries, plan_people, plan_scim
from auditapp.people.importing.plan import Change, Fate, NotContext, Options, Plan
from auditapp.people.importing.recognition import KINDS, recognise
from auditapp.people.models import IdentityChange

__all__ = [
    "KINDS",
    "Change",
    "Fate",
    "NotContext",
    "Options",
    "Plan",
    "carry_out",
    "plan",
    "plan_entries",
    "recognise",
]

PLANNERS = {
    "people": plan_people,
    "scim": plan_scim,
    "resources": plan_resources,
    "hosts": plan_hosts,
    "oncall": plan_duties,
    "leave": plan_leave,
    "incidents": plan_incidents,
    "watchlist": plan_watches,
    "passwd": plan_passwd,
    "group": plan_groups,
}


def plan(kind: str, text: str, options: Options | None = None) -> Plan:
    """What importing the text as this kind would change, and what is wrong with it."""
    return replace(PLANNERS[kind](text, options or Options()), kind=kind)


@transaction.atomic
def carry_out(plan: Plan, name: str, author: str) -> None:
    """Does what the plan says, and leaves author and time. Raises NotContext where the plan has
    a problem, and then changes nothing."""
    if plan.problems:
        raise NotContext(str(min(plan.problems, key=lambda problem: problem.line)))
    plan.write()
    if plan.changes_anything:
        IdentityChange.objects.create(
            action=IdentityChange.Action.IMPORTED,
            author=author,
            detail=f"{name[:200]}: {plan.kind}, {plan.summary}",
        )
