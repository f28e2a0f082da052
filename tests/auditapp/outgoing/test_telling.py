"""What each destination is told: everything once, in order, and nothing of old logs."""

from datetime import timedelta

import orjson
import pytest
from pytest_django import Settings

from auditapp.accounts.models import User
from auditapp.cases import turns
from auditapp.cases.investigation import changing
from auditapp.cases.investigation.changing import Matter
from auditapp.cases.models import Alert, Standing
from auditapp.ingest.models import Silence
from auditapp.outgoing import telling
from auditapp.outgoing.models import Delivery, Destination, Kind
from tests.auditapp.dashboard.organisation import Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def siem(site: Site) -> Destination:
    """A destination that is told of everything from now on; the site's own alert is of before."""
    return Destination.objects.create(name="siem", url="https://siem.example/", kinds=Kind.values)


def told(site: Site, destination: Destination) -> list[dict[str, object]]:
    """What the destination is to be told, after looking."""
    telling.collect(site.now)
    bodies = destination.deliveries.order_by("id").values_list("body", flat=True)
    return [orjson.loads(body) for body in bodies]


def test_an_alert_is_told_once_however_often_it_changes(
    site: Site, siem: Destination, settings: Settings
) -> None:
    settings.DEMO = False
    assert told(site, siem) == []
    new = site.alert("new")
    first = told(site, siem)
    assert [one["type"] for one in first] == ["alert.raised"]
    assert first[0]["data"]["event"]["kind"] == "alert"  # type: ignore[index]
    text = orjson.dumps(first).decode()
    assert "Ana Silva" not in text
    assert "unix:ana" not in text
    new.state = "closed"
    new.save()
    Alert.objects.update(close_reason="expected")
    assert told(site, siem) == first


def test_many_alerts_are_all_told(site: Site, siem: Destination) -> None:
    Alert.objects.bulk_create(
        Alert(
            rule="r",
            rule_version="1",
            title="t",
            severity="high",
            confidence=1,
            time=site.now,
            event=f"n{number}",
        )
        for number in range(telling.PAGE * 2 + 3)
    )
    assert len(told(site, siem)) == telling.PAGE * 2 + 3
    assert len({one.message for one in Delivery.objects.all()}) == telling.PAGE * 2 + 3


def test_nobody_is_told_of_old_logs_or_of_what_is_too_mild(site: Site, siem: Destination) -> None:
    site.alert("old", backfill=True)
    site.alert("mild", severity="low")
    assert told(site, siem) == []
    site.alert("mid", severity="medium")
    assert len(told(site, siem)) == 1


def standing(site: Site, level: str, before: str, newest_days: int = 0) -> Standing:
    """Ana's level just changed; her newest reason is so many days old."""
    row, _ = Standing.objects.get_or_create(person="p001", defaults={"as_of": site.now})
    turned = site.now + timedelta(hours=1, minutes=Standing.objects.get().pk)
    row.level, row.before, row.score = level, before, 75
    row.turned = max(turned, (row.turned or turned) + timedelta(minutes=1))
    row.newest = row.turned - timedelta(days=newest_days)
    row.save()
    return row


def test_a_level_that_changes_is_told_each_time(site: Site, siem: Destination) -> None:
    standing(site, "high", "low")
    assert [one["type"] for one in told(site, siem)] == ["risk.level_changed"]
    Standing.objects.get().save()  # the score moved, the level did not
    assert len(told(site, siem)) == 1
    standing(site, "low", "high")
    assert len(told(site, siem)) == 2


def test_a_level_that_old_logs_raised_is_not_told_and_a_fall_is(
    site: Site, siem: Destination
) -> None:
    standing(site, "high", "low", newest_days=30)
    assert told(site, siem) == []
    standing(site, "low", "high", newest_days=30)
    assert len(told(site, siem)) == 1


def test_a_change_below_the_least_level_is_not_told(site: Site, siem: Destination) -> None:
    standing(site, "low", "none")
    assert told(site, siem) == []


def test_a_case_is_told_when_it_is_opened_and_each_time_it_is_closed(
    site: Site, siem: Destination, settings: Settings
) -> None:
    settings.DEMO = False
    by = User.objects.create_user("ines")
    case = changing.open_case({"title": "t", "severity": "high"}, Matter(people=["p001"]), by)
    site.now = case.opened
    assert [one["type"] for one in told(site, siem)] == ["case.opened"]
    changing.write(case.pk, "a note", by)
    assert len(told(site, siem)) == 1
    changing.decide(case.pk, 1, "confirmed", "seen", by)
    changing.reopen(case.pk, 2, by)
    assert len(told(site, siem)) == 1  # nobody looked while it was closed
    changing.decide(case.pk, 3, "confirmed", "seen", by)
    bodies = told(site, siem)
    assert [one["type"] for one in bodies] == ["case.opened", "case.closed"]
    assert bodies[1]["data"]["foureyes"]["case"]["decision"] == "confirmed"  # type: ignore[index]
    assert "p001" not in orjson.dumps(bodies).decode()
    changing.reopen(case.pk, 4, by)
    changing.decide(case.pk, 5, "unfounded", "a mistake", by)
    assert [one["type"] for one in told(site, siem)][2:] == ["case.closed"]


def test_nobody_is_told_of_a_case_that_is_red_mild_or_of_long_ago(
    site: Site, siem: Destination
) -> None:
    by = User.objects.create_user("ines")
    for more in ({"tlp": "red"}, {"severity": "low"}):
        changing.open_case({"title": "t", "severity": "high", **more}, Matter(), by)
    case = changing.open_case({"title": "t", "severity": "high"}, Matter(), by)
    site.now = case.opened + telling.LATELY + timedelta(minutes=1)
    assert told(site, siem) == []


def test_a_silence_is_told_when_it_begins_and_when_it_ends(site: Site, siem: Destination) -> None:
    row = Silence.objects.create(
        feed=site.feed, since=site.now, noticed=site.now + timedelta(hours=1), expected_seconds=60
    )
    assert [one["type"] for one in told(site, siem)] == ["feed.silent"]
    assert len(told(site, siem)) == 1
    row.ended = site.now + timedelta(hours=2)
    row.save()
    assert [one["type"] for one in told(site, siem)] == ["feed.silent", "feed.speaks_again"]


def test_a_destination_is_told_only_its_kinds_and_none_while_disabled(
    site: Site, siem: Destination
) -> None:
    Destination.objects.update(kinds=["silence"])
    site.alert("new")
    assert told(site, siem) == []
    Destination.objects.update(kinds=["alerts"], enabled=False)
    assert told(site, siem) == []


def test_while_another_process_collects_nothing_happens(site: Site, siem: Destination) -> None:
    site.alert("new")
    with turns.turn("outgoing: collect"):
        assert told(site, siem) == []
    assert len(told(site, siem)) == 1
