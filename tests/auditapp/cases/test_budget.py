"""Cases that open by themselves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditapp.accounts.models import Role, User
from auditapp.cases import assessment, budget
from auditapp.cases.investigation import changing
from auditapp.cases.models import Case, FindingRow
from auditapp.people.models import Person

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def harm(person: str, points: float = 99, *, hours: float = 2, name: str = "e") -> None:
    """A person did harm so many hours ago."""
    Person.objects.get_or_create(id=person, defaults={"name": person.title()})
    FindingRow.objects.create(
        day=NOW.date(),
        kind="isolation",
        finding="cancelled_jobs_of_others",
        title="Cancelled jobs of others",
        person=person,
        time=NOW - timedelta(hours=hours),
        points=points,
        confidence=0.95,
        sentence="cancelled 12 jobs of 3 people",
        events=[f"{person}-{name}"],
    )


def scored() -> None:
    """Everybody is scored now, and cases open."""
    now = datetime.now(UTC)
    assessment.rescore(now.date(), now)
    budget.spend(now)


def people() -> list[list[str]]:
    """Whom each case is about, in order of opening."""
    return [[row.person for row in case.people.all()] for case in Case.objects.order_by("id")]


def test_the_best_cases_open_first_and_no_more_than_a_day_allows(settings: Any) -> None:
    settings.CASES_A_DAY = 2
    for person, points in (("ana", 75), ("ben", 95), ("cleo", 85), ("dan", 40)):
        harm(person, points)
    assessment.refresh(datetime.now(UTC))
    assert people() == [["ben"], ["cleo"]]
    assert [row.person for row in budget.waiting()] == ["ana"]
    assert budget.left(datetime.now(UTC)) == 0
    scored()
    assert len(people()) == 2


def test_who_waited_comes_on_the_next_day(settings: Any) -> None:
    settings.CASES_A_DAY = 1
    harm("ana", 90)
    harm("ben", 95)
    scored()
    budget.spend(datetime.now(UTC) + timedelta(days=1))
    assert people() == [["ben"], ["ana"]]


def test_a_case_holds_why_it_was_opened() -> None:
    harm("ana")
    scored()
    (case,) = Case.objects.all()
    assert case.title == "Risk became critical: Cancelled jobs of others"
    assert (case.severity, case.opened_by) == ("critical", budget.AUTHOR)
    (pin,) = case.pins.all()
    assert (pin.event, pin.why) == ("ana-e", "cancelled 12 jobs of 3 people")


def test_nobody_is_looked_into_twice_for_the_same_acts() -> None:
    ines = User.objects.create_user("ines", role=Role.INVESTIGATOR)
    harm("ana")
    scored()
    (case,) = Case.objects.all()
    changing.decide(case.pk, case.version, "innocent", "a planned stop", ines)
    assert budget.spend(datetime.now(UTC)) == []
    Case.objects.update(closed=NOW - timedelta(hours=1))
    harm("ana", hours=0.5, name="later")
    scored()
    assert len(people()) == 2


def test_with_a_budget_of_nothing_people_open_all_cases(settings: Any) -> None:
    settings.CASES_A_DAY = 0
    harm("ana")
    scored()
    assert people() == []
    assert [row.person for row in budget.waiting()] == ["ana"]
