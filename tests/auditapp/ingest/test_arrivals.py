"""What arrives is kept by feed, and told by command and page."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from analytics.readiness.arrivals import Arrival as Arrived
from analytics.readiness.judging import Status
from auditapp.ingest import arrivals
from auditapp.ingest.models import Arrival, Feed
from tests.auditapp.ingest.installation import Installation

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SYSCALL = (
    "type=SYSCALL msg=audit(1773100800.000:7): arch=c000003e syscall=62 success=yes exit=0 a0=1f40"
    " a1=9 a2=0 a3=0 items=0 ppid=4000 pid=4100 auid=1017 uid=1017 gid=1017 euid=1017 suid=1017"
    ' fsuid=1017 egid=1017 sgid=1017 fsgid=1017 tty=pts0 ses=3 comm="bash" exe="/usr/bin/bash"'
    ' key="signals"\n'
)
OBJECT = (
    "type=OBJ_PID msg=audit(1773100800.000:7): opid=8000 oauid=1003 ouid=1003 oses=4"
    ' ocomm="python3.11"\n'
)


def came(*fields: str, action: str = "executed", last: datetime = NOW) -> Arrived:
    return Arrived(
        feed="gpu03",
        dataset="auditd",
        module="shell",
        category="process",
        type="start",
        action=action,
        fields=frozenset(fields),
        last=last,
    )


@pytest.fixture
def feed(db: None) -> Feed:
    return Feed.objects.create(name="gpu03")


def test_fields_only_grow(feed: Feed) -> None:
    arrivals.record("gpu03", [came("user.name")])
    arrivals.record("gpu03", [came("process.args")])
    arrivals.record("gpu03", [])
    row = Arrival.objects.get()
    assert row.fields == ["process.args", "user.name"]


def test_an_older_event_does_not_turn_the_time_back(feed: Feed) -> None:
    arrivals.record("gpu03", [came("user.name")])
    arrivals.record("gpu03", [came("user.id", last=NOW - timedelta(days=3))])
    assert Arrival.objects.get().last == NOW
    arrivals.record("gpu03", [came("user.id", last=NOW + timedelta(days=3))])
    assert Arrival.objects.get().last == NOW + timedelta(days=3)


def test_a_log_that_invents_actions_fills_no_table(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrivals, "MOST", 5)
    arrivals.record("gpu03", [came(action=f"a{number}" * 60) for number in range(9)])
    arrivals.record("gpu03", [came(action="another")])
    assert Arrival.objects.count() == 5


def status(name: str) -> str:
    return next(one.status for one in arrivals.readiness(NOW) if one.need.id == name)


def test_readiness_follows_what_arrived(feed: Feed) -> None:
    assert status("signals_to_others") == Status.BLIND
    arrivals.record("gpu03", [came("actor.account", "owner.account", action="sent-signal")])
    assert status("signals_to_others") == Status.READY


def test_the_command_says_what_is_missing_and_what_would_bring_it(
    installation: Installation,
) -> None:
    taken = installation.run(
        "ingest", "-", "--source", "auditd", "--host", "gpu03", stdin=SYSCALL.encode()
    )
    assert taken.returncode == 0, taken.stderr.decode()
    told = installation.run("describe", "--readiness")
    assert told.returncode == 0, told.stderr.decode()
    text = told.stdout.decode()
    assert "signals to others cannot be seen: no owner.account received" in text
    assert "OBJ_PID" in text
    installation.run(
        "ingest", "-", "--source", "auditd", "--host", "gpu03", stdin=(SYSCALL + OBJECT).encode()
    )
    entries = json.loads(installation.run("describe", "--readiness", "--json").stdout)
    (signals,) = [one for one in entries if one["id"] == "signals_to_others"]
    assert signals["feeds"], signals
    assert signals["needs"]["fields"] == ["actor.account", "owner.account"]
