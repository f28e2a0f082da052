"""The fields of a case that people set: what they may say, and how they said it before."""

from collections.abc import Iterable, Mapping
from typing import Any

from analytics.event import readable
from auditapp.accounts.models import Role, User
from auditapp.cases.investigation.models import SEVERITIES, Case, CaseChange, State, Tlp

INVESTIGATING = (Role.ANALYST, Role.INVESTIGATOR)
LONGEST_TITLE = 200
FIELDS = ("title", "state", "severity", "tlp", "assignee", "decision", "reason")


class Wrong(ValueError):
    """It makes no sense; the message says why, for people."""


def assignable() -> list[User]:
    """Who may have a case in hand."""
    return list(User.objects.filter(is_active=True, role__in=INVESTIGATING).order_by("username"))


def shown(case: Case) -> dict[str, str]:
    """The fields of a case as texts, as its history has them."""
    texts = {name: str(getattr(case, name)) for name in FIELDS if name != "assignee"}
    return {**texts, "assignee": case.assignee.get_username() if case.assignee else ""}


def checked(wanted: Mapping[str, str], holder: User | None = None) -> dict[str, Any]:
    """What people may set, checked; who has it in hand may keep it. Raises Wrong."""
    state, severity, tlp = wanted.get("state"), wanted.get("severity"), wanted.get("tlp")
    if state not in set(State.values) - {State.CLOSED.value}:
        raise Wrong("there is no such state")
    if severity not in SEVERITIES:
        raise Wrong("there is no such severity")
    if tlp not in Tlp.values:
        raise Wrong("there is no such TLP")
    title = worded(" ".join(wanted.get("title", "").split()), LONGEST_TITLE, "a case needs a title")
    name, able = wanted.get("assignee", ""), [*assignable(), *([holder] if holder else [])]
    assignee = next((one for one in able if one.get_username() == name), None)
    if name and assignee is None:
        raise Wrong("nobody of that name may have a case in hand")
    return {
        **{"state": state, "severity": severity, "tlp": tlp},
        **{"title": title, "assignee": assignee},
    }


def worded(text: str, longest: int, missing: str) -> str:
    """Text as it is kept. Raises Wrong with `missing` where it says nothing."""
    kept = readable(text.replace("\r\n", "\n")).strip()
    if not kept:
        raise Wrong(missing)
    if len(kept) > longest:
        raise Wrong(f"more than {longest} characters are too many")
    return kept


def untouched(wanted: Mapping[str, str], changes: Iterable[CaseChange]) -> set[str]:
    """Which of these fields still say what they said before the changes: whoever sends them never
    meant to change them, and shall not undo what a colleague did."""
    first: dict[str, str] = {}
    for one in changes:
        first.setdefault(one.what, one.before)
    return {name for name, value in wanted.items() if first.get(name) == value}
