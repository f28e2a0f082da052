"""Whatever comes first, the alert or the exception, what is hidden is the same."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from analytics.store.base import Question
from auditapp.cases import assessment, identities
from auditapp.cases.correlating import asking
from auditapp.cases.excepting import deciding
from auditapp.cases.identities import Gift
from auditapp.cases.models import Alert, AlertException, TouchedDay
from auditapp.cases.rematching import rematch
from auditapp.outgoing import telling
from auditapp.outgoing.models import Delivery, Destination, Kind
from auditapp.people.models import AccountLink, Person
from tests.auditapp.cases.excepting.site import (
    HIGH,
    NOON,
    except_for,
    hides,
    mount,
    send,
    shown,
)
from tests.auditapp.cases.looking import MANY

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(days=2)


ANA, BEN = [("unix:ana", 0), ("unix:ana", 1)], [("unix:ben", 0), ("unix:ben", 1)]
OBJECT, COMMAND, HOST = "object", "process.command_line", "host.name"


@pytest.mark.parametrize(
    ("conditions", "told", "left"),
    [
        ([], {}, []),
        ([], {"account": "unix:ana"}, BEN),
        ([(OBJECT, "equals", "look ana 1")], {}, [ANA[0], *BEN]),
        ([(COMMAND, "like", "look * 1")], {}, [ANA[0], BEN[0]]),
        ([(HOST, "equals", "gpu07")], {}, ANA),
        ([(HOST, "equals", "gpu0")], {}, [*ANA, *BEN]),
        ([(HOST, "begins", "gpu0"), (COMMAND, "begins", "look ben")], {}, ANA),
    ],
)
@pytest.mark.parametrize("first", ["exception", "alerts"])
def test_exceptions_hide_what_is_there_and_what_comes(
    first: str,
    conditions: list[tuple[str, str, str]],
    told: dict[str, str],
    left: list[tuple[str, float]],
) -> None:
    if first == "exception":
        except_for(*conditions, rule="looks0", **told)
    send(0, 1)
    send(0, 1, user="ben", host="gpu07")
    if first == "alerts":
        except_for(*conditions, rule="looks0", **told)
    assert shown() == left
    assert Alert.objects.count() == 4


def test_a_person_is_joined_when_it_is_looked_at() -> None:
    Person.objects.create(id="p1", name="Ana Silva")
    Person.objects.create(id="p2", name="Ben")
    AccountLink.objects.create(account="unix:ana", person_id="p1")
    made = except_for(rule="looks0", person="p1")
    send(0)
    send(0, user="ben")
    assert shown() == [("unix:ben", 0)]
    assessment.refresh(LATER)
    identities.give(Gift(account="unix:ben", person="p1"), "ines")
    identities.give(Gift(account="unix:ana", person="p2"), "ines")
    assessment.refresh(LATER)
    assert shown() == [("unix:ana", 0)]
    identities.merge("p1", "p2", "ines")
    assessment.refresh(LATER)
    assert shown() == []
    assert hides(made) == 2


def test_scores_follow_an_exception_and_its_end() -> None:
    Person.objects.create(id="p1", name="Ana Silva")
    AccountLink.objects.create(account="unix:ana", person_id="p1")
    send(0)
    assessment.refresh(LATER)
    assert assessment.scores_at(LATER)[0].score > 0
    made = except_for(rule="looks0", account="unix:ana")
    assert TouchedDay.objects.filter(day=NOON.date()).exists()
    assessment.refresh(LATER)
    assert not assessment.scores_at(LATER)
    deciding.revoke(made.pk, "the work is done", "ines")
    assert TouchedDay.objects.filter(day=NOON.date()).exists()
    assert assessment.scores_at(LATER)[0].score > 0


def test_time_ends_an_exception_and_its_alerts_are_shown_again() -> None:
    send(0)
    made = except_for(rule="looks0")
    assert shown() == []
    AlertException.objects.update(expiry=NOON + timedelta(minutes=1))
    assessment.refresh(LATER)
    assert shown() == [("unix:ana", 0)]
    made.refresh_from_db()
    assert (made.hid, made.last_hit) == (1, NOON)
    assert [change.what for change in made.changes.all()] == ["made", "expired"]
    assert deciding.expire(LATER) == 0


def test_what_two_exceptions_hide_stays_hidden_while_one_of_them_holds() -> None:
    send(0)
    first, second = except_for(rule="looks0"), except_for(account="unix:ana", rule="looks0")
    assert (hides(first), hides(second)) == (1, 0)
    deciding.revoke(first.pk, "another one says it", "ines")
    assert (hides(first), hides(second)) == (0, 1)
    assert shown() == []


def test_a_rematch_raises_alerts_that_exceptions_hide() -> None:
    send(0, 1)
    Alert.objects.all().delete()
    except_for(("process.command_line", "equals", "look ana 1"), rule="looks0")
    assert rematch(Question()) == 2
    assert shown() == [("unix:ana", 0)]


def test_nobody_is_told_of_what_is_hidden() -> None:
    to = Destination.objects.create(name="siem", url="https://siem.example", kinds=[Kind.ALERTS])
    Destination.objects.update(since=NOON)
    except_for(rule="looks0", account="unix:ana")
    send(0)
    send(0, user="ben")
    telling.collect(LATER)
    assert "unix:ben" in Delivery.objects.get(destination=to).body


@pytest.mark.parametrize("order", list(permutations(("exception", (0, 1), (2,)))))
def test_an_alert_of_a_correlation_is_hidden_in_whatever_order_its_events_come(
    folder: Path, order: tuple[object, ...]
) -> None:
    mount(folder, HIGH, {**MANY, "correlation": {**MANY["correlation"], "rules": ["looked"]}})
    for step in order:
        if step == "exception":
            except_for(("host.name", "equals", "gpu03"), rule="looks1")
        else:
            assert isinstance(step, tuple)
            send(*step)
        asking.refresh()
    told = Alert.objects.filter(rule="looks1")
    assert [alert.hidden_by_id is not None for alert in told] == [True]


def test_an_alert_of_a_correlation_is_shown_when_one_of_its_events_is_elsewhere(
    folder: Path,
) -> None:
    mount(folder, HIGH, MANY)
    except_for(("host.name", "equals", "gpu03"), rule="looks1")
    send(0, 1)
    send(2, host="gpu07")
    asking.refresh()
    assert Alert.objects.shown().filter(rule="looks1").count() == 1


def test_any_pieces_in_any_order_leave_the_same_alerts() -> None:
    chance = Random(5)
    minutes = list(range(30))
    for user in ("ana", "ben"):
        made = None
        left = minutes.copy()
        if user == "ben":
            chance.shuffle(left)
        while left:
            if made is None and (user == "ana" or len(left) < 20):
                made = except_for(
                    ("process.command_line", "like", f"look {user} 1*"), rule="looks0"
                )
            taken = [left.pop() for _ in range(min(len(left), chance.randrange(1, 9)))]
            send(*sorted(taken), user=user)
    by_account = {
        account: [minute for name, minute in shown() if name == f"unix:{account}"]
        for account in ("ana", "ben")
    }
    assert by_account["ana"] == by_account["ben"] == [0, *range(2, 10), *range(20, 30)]
