"""Cases follow people who are merged, hold an erasure back while open, and forget when closed."""

import pytest

from auditapp.accounts.models import User
from auditapp.cases import identities
from auditapp.cases.investigation import changing, documents, persons
from auditapp.cases.investigation.changing import Evidence, Matter
from auditapp.cases.investigation.models import Case
from tests.auditapp.dashboard.organisation import Site

SECRET = "Ana was seen"


def about(site: Site, by: User, *people: str) -> Case:
    """An open case about these, with an event and a note."""
    matter = Matter(people=people, evidence=[Evidence(event="e1", time=site.now, why=SECRET)])
    case = changing.open_case({"title": SECRET, "severity": "high"}, matter, by)
    changing.edit(case.pk, 1, {"title": f"{SECRET} again"}, by)
    changing.write(case.pk, SECRET, by)
    return case


def test_a_case_about_one_is_about_whoever_they_turn_out_to_be(site: Site, ines: User) -> None:
    one, both = about(site, ines, "p/2"), about(site, ines, "p001", "p/2")
    before = Case.objects.get(pk=one.pk).updated
    identities.merge("p/2", "p001", "irma")
    assert [row.person for row in one.people.all()] == ["p001"]
    assert [row.person for row in both.people.all()] == ["p001"]
    assert Case.objects.get(pk=one.pk).updated > before


def test_an_open_case_holds_what_it_is_about(site: Site, ines: User) -> None:
    mine, pinned = about(site, ines, "p001"), about(site, ines, "p/2")
    changing.decide(mine.pk, 2, "confirmed", SECRET, ines)
    with pytest.raises(persons.Held) as held:
        persons.erase("p001", ["e1"], ines)
    assert held.value.cases == [pinned]
    assert mine.people.exists()
    assert mine.notes.get().text == SECRET


def test_a_closed_case_forgets_the_person_and_what_was_written(site: Site, ines: User) -> None:
    case, other = about(site, ines, "p001", "p/2"), about(site, ines, "p/2")
    changing.remove(other.pk, "event", "e1", ines)
    changing.decide(case.pk, 2, "confirmed", SECRET, ines)
    assert persons.erase("p001", ["e1"], ines) == [case]
    case.refresh_from_db()
    kept = [case.title, case.reason, str(documents.cases([case]))]
    kept += [note.text for note in case.notes.all()]
    kept += [f"{one.before} {one.after}" for one in case.changes.all()]
    assert not [text for text in kept if SECRET in text or "p001" in text or "e1" in text]
    assert [row.person for row in case.people.all()] == ["p/2"]
    assert case.decision == "confirmed"
    assert case.changes.last().what == "erased"  # type: ignore[union-attr]
    assert other.notes.get().text == SECRET
