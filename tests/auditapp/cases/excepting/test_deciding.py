"""Who may say what is expected, for how long, and what is kept of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db.models import ProtectedError
from django.utils import timezone

from analytics.detection.exceptions import Condition, How
from auditapp.cases.excepting import deciding
from auditapp.cases.excepting.models import Standing
from auditapp.cases.excepting.wanted import checked
from auditapp.cases.investigation.fields import Wrong
from auditapp.cases.models import Alert
from tests.auditapp.cases.excepting.site import HIGH, NOON, except_for, mount, send, shown

pytestmark = pytest.mark.django_db
SPAN = (NOON, NOON + timedelta(days=30))


@pytest.mark.parametrize(
    ("told", "conditions", "why"),
    [
        ({}, [], "everything would be hidden"),
        ({"rule": "none"}, [], "no such rule"),
        ({"person": "p9"}, [], "nobody is known"),
        ({}, [("host.name", How.EQUALS, " ")], "needs a value"),
        ({}, [("host.name", How.LIKE, "*?a*")], "nearly everything"),
        ({}, [("host.name", How.BEGINS, "/")], "nearly everything"),
        ({}, [("no.field", How.EQUALS, "abc")], "there is no field no.field"),
        ({}, [("process.pid", How.EQUALS, "1")], "there is no field process.pid"),
        ({}, [("package.vulnerable", How.LIKE, "torch*")], "there is no field package.vulnerable"),
        ({}, [("host.name", How.EQUALS, "a" * 1001)], "at most 1000"),
        ({}, [("host.name", How.EQUALS, "ab")] * 6, "too many"),
    ],
)
def test_what_would_hide_everything_or_nothing_is_refused(
    told: dict[str, str], conditions: list[tuple[str, How, str]], why: str
) -> None:
    with pytest.raises(Wrong, match=why):
        checked(told, [Condition(*each) for each in conditions], SPAN)


@pytest.mark.parametrize(
    ("begin", "expiry", "why"),
    [
        (timedelta(0), timedelta(days=-3), "over already"),
        (timedelta(0), timedelta(days=200), "longer than 180 days"),
        (timedelta(days=9), timedelta(days=8), "before it begins"),
        (timedelta(days=-400), timedelta(days=8), "365 days"),
    ],
)
def test_its_time_is_bounded(begin: timedelta, expiry: timedelta, why: str) -> None:
    now = timezone.now()
    with pytest.raises(Wrong, match=why):
        except_for(rule="looks0", begin=now + begin, expiry=now + expiry)


def test_it_needs_a_reason_to_be_made_and_one_to_be_revoked() -> None:
    wanted = checked({"rule": "looks0"}, [], SPAN)
    with pytest.raises(Wrong, match="reason"):
        deciding.make(wanted, " \n", "ines")
    made = deciding.make(wanted, "planned", "ines")
    with pytest.raises(Wrong, match="reason"):
        deciding.revoke(made.pk, "", "ines")


def test_every_change_is_kept_and_nothing_can_be_deleted() -> None:
    send(0)
    made = except_for(rule="looks0")
    deciding.revoke(made.pk, "done", "udo")
    told = [(each.author, each.what, each.words) for each in made.changes.all()]
    assert told == [("ines", "made", "planned work"), ("udo", "revoked", "done")]
    for gone in (made.changes.all(), made.changes.get(what="made")):
        with pytest.raises(TypeError):
            gone.delete()
    with pytest.raises(ProtectedError):
        made.delete()
    with pytest.raises(Wrong, match="not in force"):
        deciding.revoke(made.pk, "again", "ines")


def test_a_rule_of_critical_severity_needs_a_second_person(folder: Path) -> None:
    mount(folder, {**HIGH, "level": "critical"})
    send(0)
    made = except_for(rule="looks0")
    assert made.standing(timezone.now()) is Standing.PROPOSED
    assert len(shown()) == 1
    with pytest.raises(Wrong, match="somebody else"):
        deciding.accept(made.pk, "ines")
    deciding.accept(made.pk, "udo")
    assert shown() == []
    assert [each.author for each in made.changes.all()] == ["ines", "udo"]
    with pytest.raises(Wrong, match="wait"):
        deciding.accept(made.pk, "eva")


def test_so_does_what_is_not_about_one_rule() -> None:
    assert except_for(account="unix:ana").standing(timezone.now()) is Standing.PROPOSED


def test_what_was_proposed_can_be_refused_and_hides_nothing() -> None:
    send(0)
    made = except_for(account="unix:ana")
    deciding.refuse(made.pk, "too broad", "udo")
    made.refresh_from_db()
    assert made.standing(timezone.now()) is Standing.REFUSED
    assert len(shown()) == 1
    with pytest.raises(Wrong):
        deciding.accept(made.pk, "udo")


def test_a_proposal_that_nobody_approved_in_time_cannot_be_approved() -> None:
    made = except_for(account="unix:ana")
    deciding.AlertException.objects.update(expiry=NOON)
    assert deciding.expire(timezone.now()) == 1
    with pytest.raises(Wrong):
        deciding.accept(made.pk, "udo")


def test_a_rule_that_grew_critical_is_not_hidden_by_one_person_alone(folder: Path) -> None:
    except_for(rule="looks0")
    send(0)
    mount(folder, {**HIGH, "level": "critical"})
    send(1)
    assert shown() == [("unix:ana", 1)]
    assert Alert.objects.count() == 2
