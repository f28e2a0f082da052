from datetime import UTC, date, datetime, timedelta

from analytics.circumstances import Absence, Duty, Watch
from analytics.identity import Directory, Person, Position
from analytics.site import Site

MONDAY = datetime(2026, 3, 9, tzinfo=UTC)
WEEK = timedelta(days=7)


def test_somebody_is_on_call_from_the_first_moment_to_before_the_last() -> None:
    site = Site(duties=(Duty(person="olga", since=MONDAY, until=MONDAY + WEEK),))
    assert site.on_duty("olga", MONDAY)
    assert not site.on_duty("olga", MONDAY + WEEK)
    assert not site.on_duty("olga", MONDAY - timedelta(seconds=1))
    assert not site.on_duty("alice", MONDAY)


def test_a_leave_without_an_end_goes_on() -> None:
    site = Site(absences=(Absence(person="olga", since=MONDAY),))
    assert site.away("olga", MONDAY + 100 * WEEK)
    assert not site.away("olga", MONDAY - WEEK)


def test_whoever_is_watched_without_a_start_always_was() -> None:
    site = Site(
        watches=(
            Watch(person="mallory", reason="leaver", since=MONDAY),
            Watch(person="mallory", reason="grievance", until=MONDAY),
        )
    )
    assert [row.reason for row in site.watched("mallory", MONDAY - WEEK)] == ["grievance"]
    assert [row.reason for row in site.watched("mallory", MONDAY)] == ["leaver"]
    assert not site.watched("alice", MONDAY)


def test_people_are_what_they_were_on_that_day() -> None:
    now = Person(id="ana", name="Ana", team="vision", role="researcher")
    moved = Position(
        person="ana", since=None, until=date(2026, 3, 1), team="data", role="engineer", manager=""
    )
    site = Site(directory=Directory({"ana": now}, (), (moved,)))
    assert site.as_of(date(2026, 2, 1)).directory.people["ana"].team == "data"
    assert site.as_of(date(2026, 3, 9)) is site
