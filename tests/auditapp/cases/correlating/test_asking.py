"""Logs come in in any order and any pieces; the alerts of correlations are those of the whole."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
import yaml
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from analytics.store.base import Question
from auditapp.accounts.models import Role, User
from auditapp.cases import assessment, turns
from auditapp.cases.correlating import asking, recording
from auditapp.cases.models import Alert, Hit, Stretch, TouchedDay, Window
from auditapp.cases.rematching import rematch
from auditapp.cases.rules import forget, rule_set
from auditapp.people.models import AccountLink, Person
from tests.auditapp.cases.looking import LOOK, MANY, take_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AROUND = {**MANY, "tags": ["attack.discovery"]}


@pytest.fixture(autouse=True)
def site(tmp_path: Path, settings: Settings) -> Iterator[Path]:
    """Own folders, and a mounted correlation of three looks within ten minutes by one account."""
    settings.SPOOL = tmp_path / "spool"
    settings.EVENT_STORE_URL = (tmp_path / "lake").as_uri()
    settings.RULE_FOLDERS = [tmp_path / "rules"]
    (tmp_path / "rules").mkdir()
    mount(tmp_path, LOOK, AROUND)
    yield tmp_path
    forget()


def mount(site: Path, *documents: object) -> None:
    (site / "rules" / "looks.yml").write_text(yaml.safe_dump_all(documents))
    forget()


def send(*minutes: float, user: str = "ana", query: str = "") -> None:
    """A history of looks, some minutes after noon, is taken in."""
    looks = [(NOON + timedelta(minutes=n), f"{user} {n}") for n in minutes]
    take_in(looks, user, "gpu03", query)


def told() -> list[tuple[str, float]]:
    """Account and minute of the alerts that are not superseded, in order."""
    alerts = Alert.objects.exclude(close_reason=Alert.SUPERSEDED).order_by("account", "time")
    assert {alert.rule for alert in alerts} <= {"looks.2"}
    return [(alert.account or "", (alert.time - NOON) / timedelta(minutes=1)) for alert in alerts]


def test_hits_of_several_batches_raise_one_alert_with_what_led_to_it() -> None:
    send(0, 1)
    asking.refresh()
    assert told() == []
    send(2, 3)
    assert asking.refresh() == 1
    assert told() == [("unix:ana", 2)]
    alert = Alert.objects.get()
    assert (alert.severity, alert.tactics, alert.backfill) == ("high", ["discovery"], False)
    versions = {each.id: each.version for each in rule_set().correlations}
    assert alert.rule_version == versions[alert.rule]
    assert (alert.window.count, len(alert.window.events)) == (3, 3)
    assert alert.window.begun == NOON
    assert alert.window.group == {"actor.account": "unix:ana"}
    assert TouchedDay.objects.filter(day=NOON.date()).exists()
    assert not Stretch.objects.exists()


def test_the_rule_of_a_correlations_own_file_raises_no_alert_of_its_own() -> None:
    send(0)
    assert Hit.objects.count() == 1
    assert not Alert.objects.exists()


def test_each_account_is_counted_by_itself() -> None:
    send(0, 1)
    send(2, user="ben")
    asking.refresh()
    assert told() == []


def test_late_events_move_an_alert_to_where_it_began() -> None:
    send(5, 6, 7)
    asking.refresh()
    assert told() == [("unix:ana", 7)]
    send(3, 4)
    asking.refresh()
    assert told() == [("unix:ana", 5)]
    superseded = Alert.objects.get(close_reason=Alert.SUPERSEDED)
    assert superseded.state == Alert.State.CLOSED
    assert superseded.time == NOON + timedelta(minutes=7)


def test_what_people_closed_stays_as_they_left_it() -> None:
    send(5, 6, 7)
    asking.refresh()
    Alert.objects.update(state=Alert.State.CLOSED, close_reason="false_positive")
    send(4)
    asking.refresh()
    closed = Alert.objects.get(time=NOON + timedelta(minutes=7))
    assert closed.close_reason == "false_positive"
    assert Alert.objects.filter(state=Alert.State.OPEN).count() == 1


@pytest.mark.parametrize("order", list(permutations(((0, 1), (2,), (9, 10, 11)))))
def test_the_order_of_batches_makes_no_difference(order: tuple[tuple[float, ...], ...]) -> None:
    for minutes in order:
        send(*minutes)
        asking.refresh()
    assert told() == [("unix:ana", 2)]


@pytest.mark.slow
def test_any_pieces_in_any_order_give_what_the_whole_gives() -> None:
    chance = Random(3)
    minutes = sorted(chance.sample(range(240), 60))
    for user in ("ana", "ben"):
        send(*minutes, user=user)
    asking.refresh()
    whole = told()
    assert len(whole) > 4
    for table in (Window, Alert, Hit):
        table.objects.all().delete()
    for user in ("cara", "dora"):
        left = minutes.copy()
        chance.shuffle(left)
        while left:
            taken = [left.pop() for _ in range(min(len(left), chance.randrange(1, 9)))]
            send(*sorted(taken), user=user)
            if chance.random() < 0.5:
                asking.refresh()
    asking.refresh()
    again = [minute for account, minute in told() if account == "unix:cara"]
    assert again == [minute for account, minute in told() if account == "unix:dora"]
    assert again == [minute for account, minute in whole if account == "unix:ana"]


def test_a_batch_that_comes_twice_counts_once() -> None:
    send(0, 1)
    send(0, 1)
    asking.refresh()
    assert told() == []
    assert Hit.objects.count() == 2


def test_old_logs_raise_alerts_that_nobody_is_told_of() -> None:
    send(0, 1, 2, query="&backfill=true")
    asking.refresh()
    assert Alert.objects.get().backfill


def test_live_events_that_complete_an_old_log_are_told() -> None:
    send(0, 1, query="&backfill=true")
    send(2)
    asking.refresh()
    assert not Alert.objects.get().backfill


def test_it_is_asked_before_days_are_assessed_so_that_scores_have_it() -> None:
    send(0, 1, 2)
    assert assessment.refresh(NOON + timedelta(days=1)) == [NOON.date()]
    assert told() == [("unix:ana", 2)]


def test_whoever_is_at_it_alone_may_ask() -> None:
    send(0, 1, 2)
    with turns.turn("correlate"), pytest.raises(turns.Taken):
        asking.refresh()
    assert Stretch.objects.exists()
    asking.refresh()
    assert told() == [("unix:ana", 2)]


def test_who_breaks_off_leaves_the_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    send(0, 1, 2)
    with monkeypatch.context() as broken:
        broken.setattr(asking, "keep", _fails)
        with pytest.raises(IntegrityError):
            asking.refresh()
    assert Stretch.objects.exists()
    asking.refresh()
    assert told() == [("unix:ana", 2)]


def _fails(*_: object, **__: object) -> int:
    raise IntegrityError


def test_accounts_of_one_person_count_together_from_when_it_is_known(site: Path) -> None:
    correlation = {**AROUND["correlation"], "group-by": ["person"]}  # type: ignore[dict-item]
    mount(site, LOOK, {**AROUND, "correlation": correlation})
    send(0, 1)
    send(2, user="root")
    asking.refresh()
    assert told() == []
    Person.objects.create(id="p1", name="Ana Silva")
    for account in ("unix:ana", "unix:root"):
        AccountLink.objects.create(account=account, person_id="p1")
    recording.touch([NOON.date()])
    asking.refresh()
    assert told() == [("unix:root", 2)]
    assert Window.objects.get().group == {"person": "p1"}


def test_a_correlation_that_is_new_is_asked_of_old_events(site: Path) -> None:
    mount(site, LOOK)
    send(0, 1, 2)
    asking.refresh()
    Alert.objects.all().delete()
    mount(site, LOOK, AROUND)
    assert rematch(Question()) == 1
    assert told() == [("unix:ana", 2)]
    assert Alert.objects.get().backfill


def test_the_page_of_its_event_leads_to_the_events_before() -> None:
    send(0, 1, 2)
    asking.refresh()
    alert = Alert.objects.get()
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    page = client.get(reverse("event", args=[alert.event])).content.decode()
    assert "The last of 3 events since" in page
    for event in alert.window.events:
        link = f"{reverse('event', args=[event])}?day=2026-03-02"
        assert link in page
        assert client.get(link).status_code == 200


def test_correlations_are_listed_with_rules() -> None:
    client = Client()
    client.force_login(User.objects.create_user("ines", role=Role.ANALYST))
    page = client.get(reverse("rules"), {"q": "looked"}).content.decode()
    assert "Somebody looked around" in page
    assert "Somebody looked<" not in page
