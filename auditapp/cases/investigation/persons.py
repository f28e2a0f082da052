"""What becomes of cases when two people turn out to be one, and when one is to be forgotten."""

from collections.abc import Collection

from django.db import transaction

from auditapp import clock
from auditapp.accounts.models import User
from auditapp.cases.investigation.models import Case, CaseChange, CasePerson, Note, Pin, State

ERASED = "erased"


class Held(Exception):
    """An open case needs what was to be erased: `cases` are these."""

    def __init__(self, cases: list[Case]) -> None:
        """Names them."""
        super().__init__(f"held by {', '.join(case.number for case in cases)}")
        self.cases = cases


def merge(one: str, into: str) -> None:
    """What was about the one is about the other. To be called inside the transaction that merges
    them."""
    about = CasePerson.objects.filter(person=one)
    changed = list(about.values_list("case_id", flat=True))
    known = CasePerson.objects.filter(person=into, case_id__in=changed)
    about.filter(case_id__in=list(known.values_list("case_id", flat=True))).delete()
    about.update(person=into)
    Case.objects.filter(pk__in=changed).update()  # stamps them


def erase(person: str, events: Collection[str], by: User) -> list[Case]:
    """Takes somebody, pins of their events, and all words written by hand out of the closed cases
    about them, also out of their history: words about one cannot be told from words about others.

    What stays is that there was a case, when, and what it came to. Raises Held, changing nothing,
    while a case about them is open: that is the reason to keep what is kept.
    """
    with transaction.atomic():
        about = Case.objects.select_for_update().filter(people__person=person)
        pinning = Case.objects.select_for_update().filter(pins__event__in=events)
        cases = list({case.pk: case for case in (*about, *pinning)}.values())
        held = [case for case in cases if case.state != State.CLOSED]
        if held:
            raise Held(held)
        for case in cases:
            _erase(case, person, events, by)
    return cases


def _erase(case: Case, person: str, events: Collection[str], by: User) -> None:
    now = clock.now()
    case.people.filter(person=person).delete()
    Pin.objects.filter(case=case, event__in=events).delete()
    Note.redacting.filter(case=case).update(text="", erased=now)
    told = CaseChange.redacting.filter(case=case)
    told.filter(what__in=("opened", "title", "reason", "person", "event")).update(
        before="", after=""
    )
    CaseChange(case=case, author=by.get_username(), time=now, what=ERASED).save()
    case.title = case.reason = ERASED
    case.version += 1
    case.save()
