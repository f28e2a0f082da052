"""What should have come and what came: a host's own rhythm, and collections that failed."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from analytics.circumstances import Host
from analytics.governance.traces import coverage
from analytics.store import open_store
from analytics.store.base import EventStore
from tests.analytics.laboratory import table

DAY = date(2026, 3, 20)
BEGIN = datetime(2026, 3, 6, tzinfo=UTC)  # two weeks before
NOW = datetime(2026, 3, 21, tzinfo=UTC)
Hours = Callable[[int, int], bool]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    made = open_store((tmp_path / "lake").as_uri())
    yield made
    made.close()


def always(day: int, hour: int) -> bool:
    return True


def until_noon(day: int, hour: int) -> bool:
    return day < 14 or hour < 12


def at_work(day: int, hour: int) -> bool:
    return 8 <= hour < 18


def send(store: EventStore, host: str, when: Hours, each: int = 2) -> None:
    """Events of the audit of a host: `each` in every hour, of day 0 to 14, in which it sends."""
    rows: list[dict[str, Any]] = []
    for day in range(15):
        for hour in range(24):
            if when(day, hour):
                for number in range(each):
                    rows.append(
                        {
                            "@timestamp": BEGIN + timedelta(days=day, hours=hour, minutes=number),
                            "event.id": f"{host}/{day}/{hour}/{number}",
                            "event.dataset": "auditd",
                            "host.name": host,
                        }
                    )
    store.append(table(*rows))


def states(store: EventStore, *hosts: Host, now: datetime = NOW) -> dict[str, str]:
    rows = coverage(DAY, DAY, now, hosts, store).to_pylist()
    return {row["host"]: row["state"] for row in rows}


def test_a_host_that_sends_as_ever_is_heard(store: EventStore) -> None:
    send(store, "gpu01", always)
    (row,) = coverage(DAY, DAY, NOW, (), store).to_pylist()
    assert (row["host"], row["source"], row["day"]) == ("gpu01", "auditd", DAY)
    assert (row["expected"], row["received"], row["silent_hours"]) == (48, 48, 0)
    assert row["state"] == "heard"


def test_a_host_that_falls_silent_alone_is_silent(store: EventStore) -> None:
    for host in ("gpu01", "gpu02", "gpu03", "gpu04"):
        send(store, host, until_noon if host == "gpu03" else always)
    rows = {row["host"]: row for row in coverage(DAY, DAY, NOW, (), store).to_pylist()}
    assert {host: row["state"] for host, row in rows.items()} == {
        "gpu01": "heard",
        "gpu02": "heard",
        "gpu03": "silent",
        "gpu04": "heard",
    }
    assert (rows["gpu03"]["silent_hours"], rows["gpu03"]["usual_hours"]) == (12, 0)


def test_many_that_fall_silent_together_are_an_outage(store: EventStore) -> None:
    for host in ("gpu01", "gpu02", "gpu03", "gpu04"):
        send(store, host, until_noon if host != "gpu04" else always)
    assert states(store) == {
        "gpu01": "outage",
        "gpu02": "outage",
        "gpu03": "outage",
        "gpu04": "heard",
    }


def test_nights_that_come_back_are_no_silence(store: EventStore) -> None:
    send(store, "desk1", at_work)
    assert states(store) == {"desk1": "heard"}


def test_the_hours_that_are_still_to_come_are_none(store: EventStore) -> None:
    send(store, "gpu01", until_noon)
    assert states(store, now=NOW - timedelta(hours=11)) == {"gpu01": "heard"}


def test_far_fewer_events_than_usual_are_thin(store: EventStore) -> None:
    send(store, "gpu01", lambda day, hour: day < 14, each=40)
    send(store, "gpu01", lambda day, hour: day == 14, each=1)
    assert states(store) == {"gpu01": "thin"}


def test_what_hosts_csv_expects_and_never_came_is_told(store: EventStore) -> None:
    send(store, "gpu01", always)
    hosts = (Host(name="gpu01", sources=("auditd", "syslog")), Host(name="gpu09"))
    rows = coverage(DAY, DAY, NOW, hosts, store).to_pylist()
    assert [(row["host"], row["source"], row["state"]) for row in rows] == [
        ("gpu01", "syslog", "never heard"),
        ("gpu01", "auditd", "heard"),
    ]


def test_a_host_that_is_heard_seldom_has_no_rhythm(store: EventStore) -> None:
    send(store, "visitor", lambda day, hour: day in (3, 9) and hour == 10)
    assert states(store) == {}
