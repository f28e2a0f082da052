"""Falco and sysdig: who acted is told by the login id, and never guessed out of a container."""

import io
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import Context
from analytics.jsonlog import alike, learning
from analytics.sources.falco import SOURCE

CONTEXT = Context(
    feed="falco",
    batch="1",
    origin="file",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
    realm="cloud",
)
ALERT: dict[str, Any] = {
    "output": "something was seen",
    "priority": "Warning",
    "rule": "Something",
    "time": "2026-02-21T08:15:02.123456789Z",
    "output_fields": {},
}


def rows_of(*objects: object) -> list[dict[str, Any]]:
    log = "\n".join(map(json.dumps, objects)).encode()
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    return [row for batch in batches for row in batch.events.to_pylist()]


def seen(**changes: Any) -> dict[str, Any]:
    fields = {name.replace("__", "."): value for name, value in changes.items()}
    return rows_of(ALERT | {"output_fields": fields})[0]


@pytest.mark.parametrize(
    ("fields", "account", "basis"),
    [
        ({"user__loginuid": 1017, "user__uid": 0, "user__name": "root"}, "uid:cloud/1017", "login"),
        ({"user__loginuid": "1017", "container__id": "3ad7b26d"}, "uid:cloud/1017", "login id"),
        ({"user__loginuid": -1, "user__loginname": "<NA>", "user__uid": 0}, "uid:cloud/0", "user"),
        ({"user__loginname": "asilva"}, "unix:asilva", "login name"),
        ({"user__loginuid": 4294967295, "user__name": "bkim"}, "unix:bkim", "user name"),
        ({"user__name": "root", "container__id": "3ad7b26d"}, None, "unknown (user of a cont"),
        ({"user__name": "<NA>"}, None, "unknown"),
        ({"ka__user__name": "ana@lab.example"}, "k8s:ana@lab.example", "user of the request"),
    ],
)
def test_the_login_id_says_who_did_it(
    fields: dict[str, Any], account: str | None, basis: str
) -> None:
    row = seen(**fields)
    assert row["actor.account"] == account
    assert row["actor.basis"].startswith(basis)


@pytest.mark.parametrize(
    ("fields", "action", "outcome"),
    [
        ({"evt__type": "openat", "evt__arg__flags": "O_RDONLY"}, "opened-file", "unknown"),
        ({"evt__type": "openat", "evt__info": "fd=3 flags=1(O_CREAT)"}, "wrote-file", "unknown"),
        ({"evt__type": "unlinkat", "evt__res": "EACCES"}, "deleted", "failure"),
        ({"evt__type": "kill", "evt__info": "res=-1(EPERM) pid=4"}, "sent-signal", "failure"),
        ({"evt__type": "execve", "evt__info": "res=0 exe=sh"}, "executed", "success"),
        ({"evt__type": "container"}, "container", "unknown"),
        ({"proc__cmdline": "nc -l"}, "alert", "unknown"),
    ],
)
def test_a_deed_has_the_words_that_audit_records_have(
    fields: dict[str, Any], action: str, outcome: str
) -> None:
    row = seen(**fields)
    assert (row["event.action"], row["event.outcome"]) == (action, outcome)


def test_an_alert_has_one_id_however_it_is_written_and_sent() -> None:
    turned = dict(reversed(ALERT.items()))
    first, again, other = rows_of(ALERT, turned, ALERT | {"output": "something else"})
    assert first["event.id"] == again["event.id"] != other["event.id"]
    with_id, sent_again = rows_of(ALERT | {"uuid": "a"}, ALERT | {"uuid": "a", "output": "later"})
    assert with_id["event.id"] == sent_again["event.id"]


def test_events_of_the_programming_interface_come_in_an_envelope() -> None:
    event = {
        "id": "17a3",
        "timestamp": 1771661940605536300,
        "originator": "policy",
        "machineId": "02:42",
        "severity": 2,
        "content": {"ruleName": "Delete", "fields": {"user.loginuid": "1004"}},
    }
    log = json.dumps({"page": {"total": 2}, "data": [event, event | {"id": "17a4"}]}).encode()
    assert SOURCE.recognises(log, "x") > 0.5
    rows = [
        row for batch in SOURCE.parse(io.BytesIO(log), CONTEXT) for row in batch.events.to_pylist()
    ]
    assert [dict(row["labels"])["severity"] for row in rows] == ["high", "high"]
    assert rows[0]["event.id"] != rows[1]["event.id"]


def test_a_connection_names_where_it_goes_or_whence_it_came() -> None:
    going = seen(evt__type="connect", fd__name="10.0.4.3:43812->203.0.113.9:443")
    assert (going["source.ip"], dict(going["labels"])["destination"]) == (None, "203.0.113.9")
    coming = seen(evt__type="accept4", fd__name="203.0.113.9:43812->10.0.4.3:22")
    assert coming["source.ip"] == "203.0.113.9"


@pytest.mark.parametrize(
    ("head", "sure"),
    [
        (json.dumps(ALERT).encode(), True),
        (json.dumps(ALERT).encode()[:-9], False),
        (b'{"evt.num":1,"evt.outputtime":1,"evt.type":"open"}', True),
        (b'{"rule":"x","time":"2026-02-21T08:15:02Z","priority":"low"}', False),
        (b'{"timestamp":1,"content":{},"originator":"x"}', False),
    ],
)
def test_it_knows_its_own(head: bytes, sure: bool) -> None:
    assert (SOURCE.recognises(head, "events.json") > 0.5) is sure


@settings(deadline=None, max_examples=40)
@given(seed=st.integers(0, 1 << 32))
def test_long_sentences_are_cut_as_they_are_one_by_one(seed: int) -> None:
    chance = random.Random(seed)
    longest = chance.choice((100, 200, 280, 400, 900))
    lines = []
    for number in range(60):
        size = chance.randrange(1, longest) if chance.random() < 0.5 else longest
        said = "".join(chance.choices('abé \\"x=/', k=size)).strip() or "-"
        seen = {"fd.name": chance.choice((f"/{said[:9]}", "a:1->b:2", "pipe", "/", "<NA>", ""))}
        seen |= {"proc.cmdline": said[::-1], "user.loginuid": chance.choice((-1, 0, 1001, 1002))}
        alert = {"rule": "Write below etc", "priority": "Error", "output": said, "n": number}
        lines.append(json.dumps(alert | {"output_fields": seen, "time": "2026-02-21T08:15:02Z"}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "ENOUGH", 3)
        patch.setattr(learning, "FEW", 2)
        together = in_order(lines)
        patch.setattr(alike, "ENOUGH", 1 << 30)
        assert together == in_order(lines)


def in_order(lines: list[str]) -> list[dict[str, Any]]:
    batches = SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT)
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return sorted(rows, key=lambda row: row["batch.line"])
