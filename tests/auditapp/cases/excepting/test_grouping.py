"""What one act raised again and again is one: whatever the order and pieces in which logs come."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from auditapp.cases.correlating import asking
from auditapp.cases.excepting import deciding
from auditapp.cases.models import Alert
from auditapp.outgoing import telling
from auditapp.outgoing.models import Delivery, Destination, Kind
from tests.auditapp.cases.excepting.site import HIGH, NOON, except_for, mount, send
from tests.auditapp.cases.looking import MANY

pytestmark = pytest.mark.django_db


def groups(rule: str = "looks0") -> list[list[float]]:
    """The minutes of each group's alerts, in order."""
    found: dict[int, list[float]] = {}
    rows = Alert.objects.shown().exclude(close_reason=Alert.SUPERSEDED)
    for row in rows.filter(rule=rule).order_by("time"):
        minute = (row.time - NOON) / timedelta(minutes=1)
        found.setdefault(row.lead_id or row.pk, []).append(minute)
    assert all(not one.lead or one.lead.lead is None for one in rows)
    return sorted(found.values())


def test_alerts_of_a_rule_on_an_account_are_one_until_an_hour_passes_without() -> None:
    send(0, 30, 89, 150)
    assert groups() == [[0, 30, 89], [150]]


def test_other_accounts_are_other_groups() -> None:
    send(0, 1)
    send(0, 1, user="ben")
    assert groups() == [[0, 1], [0, 1]]


def test_a_late_alert_joins_two_groups_and_an_earlier_one_leads() -> None:
    send(0, 100)
    assert groups() == [[0], [100]]
    send(50)
    assert groups() == [[0, 50, 100]]
    send(-20)
    assert groups() == [[-20, 0, 50, 100]]
    first = Alert.objects.earliest("time")
    assert set(Alert.objects.exclude(pk=first.pk).values_list("lead", flat=True)) == {first.pk}


@pytest.mark.slow
def test_any_pieces_in_any_order_give_the_same_groups() -> None:
    chance = Random(7)
    minutes = sorted(chance.sample(range(-600, 700), 40))
    send(*minutes)
    whole = groups()
    assert 1 < len(whole) < 40
    for _ in range(3):
        Alert.objects.all().delete()
        left = minutes.copy()
        chance.shuffle(left)
        user = f"u{chance.randrange(10**6)}"
        while left:
            taken = [left.pop() for _ in range(min(len(left), chance.randrange(1, 9)))]
            send(*sorted(taken), user=user)
        assert groups() == whole


def test_a_rule_says_what_its_groups_agree_in_and_how_long_they_pause(folder: Path) -> None:
    own = {"object": "process.command_line", "group_by": ["host.name"], "within": "10m"}
    mount(folder, {**HIGH, "foureyes": own})
    send(0)
    send(5, user="ben")
    send(5, user="ben", host="gpu07")
    send(20)
    assert groups() == [[0, 5], [5], [20]]


@pytest.mark.parametrize(
    "own", [{"group_by": ["no.field"]}, {"group_by": "host.name"}, {"within": "2d"}]
)
def test_what_a_rule_cannot_say_about_groups_refuses_it(
    folder: Path, own: dict[str, object]
) -> None:
    mount(folder, {**HIGH, "foureyes": own})
    send(0)
    assert groups() == []


def test_a_correlations_groups_agree_in_what_it_groups_by(folder: Path) -> None:
    mount(folder, HIGH, {**MANY, "level": "high"})
    send(0, 1, 2, 20, 21, 22)
    asking.refresh()
    assert groups("looks1") == [[2, 22]]


def test_what_is_hidden_leads_nobody() -> None:
    send(0, 1, 2)
    made = except_for(("object", "equals", "look ana 0"), rule="looks0")
    assert groups() == [[1, 2]]
    deciding.revoke(made.pk, "done", "ines")
    assert groups() == [[0, 1, 2]]


def test_only_the_first_of_a_group_is_told_and_no_group_twice() -> None:
    to = Destination.objects.create(name="siem", url="https://siem.example", kinds=[Kind.ALERTS])
    Destination.objects.update(since=NOON)
    send(10, 11, 12)
    telling.collect(NOON + timedelta(days=2))
    assert Delivery.objects.filter(destination=to).count() == 1
    send(5)
    telling.collect(NOON + timedelta(days=2))
    assert Delivery.objects.filter(destination=to).count() == 1
    send(300)
    telling.collect(NOON + timedelta(days=2))
    assert Delivery.objects.filter(destination=to).count() == 2
