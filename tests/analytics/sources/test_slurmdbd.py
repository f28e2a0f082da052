"""Slurm's accounting daemon: who changed what, by the connection it came over."""

import io
from datetime import UTC, datetime

import pytest

from analytics.event import Context
from analytics.sources.slurm_transactions import SOURCE as TRANSACTIONS
from analytics.sources.slurmdbd import SOURCE

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
INIT = "REQUEST_PERSIST_INIT: CLUSTER:lab1 VERSION:9984 UID:{uid} IP:10.0.0.5 CONN:{connection}"


def test_a_request_has_the_uid_of_its_connection() -> None:
    lines = [
        INIT.format(uid=1020, connection=11),
        INIT.format(uid=1017, connection=12),
        "DBD_MODIFY_USERS: called in CONN 11",
        "DBD_ADD_ACCOUNT_COORDS: called in CONN 12",
        "DBD_REMOVE_QOS: called in CONN 99",
    ]
    log = "\n".join(f"[2026-01-05T12:00:00.000] debug2: {line}" for line in lines)
    (batch,) = SOURCE.parse(io.BytesIO(log.encode()), CONTEXT)
    *_, modified, added, removed = batch.events.to_pylist()
    assert (modified["event.action"], modified["user.id"]) == ("users-modified", "1020")
    assert (added["event.action"], added["user.id"]) == ("coordinators-added", "1017")
    assert (removed["event.type"], removed["actor.account"]) == ("deletion", None)


@pytest.mark.parametrize(
    "text",
    [
        "UID 1020 tried to access events, only administrators can look at events",
        "DBD_FLUSH_JOBS message from invalid uid 1020",
        "Rejecting query of runaways from uid 1020",
        "Coordinator ana(1020) tried to change the default account of user bea to account lab.",
        "CONN:11 Security violation, DBD_MODIFY_USERS from 1020",
    ],
)
def test_what_was_refused_names_who_asked(text: str) -> None:
    log = f"[2026-01-05T12:00:00.000] error: {text}\n"
    (batch,) = SOURCE.parse(io.BytesIO(log.encode()), CONTEXT)
    (event,) = batch.events.to_pylist()
    assert (event["event.action"], event["actor.account"]) == ("change-denied", "uid:site/1020")


@pytest.mark.parametrize("level", ["admin_level=3", "admin_level='3'", "AdminLevel=Administrator"])
def test_an_administrator_is_made_by_a_transaction(level: str) -> None:
    log = f"Time|Action|Actor|Where|Info\n2026-02-20T10:00:00|Modify Users|ana|name='ana'|{level}\n"
    (batch,) = TRANSACTIONS.parse(io.BytesIO(log.encode()), CONTEXT)
    (event,) = batch.events.to_pylist()
    assert event["event.action"] == "admin-level-set"
    assert (event["user.name"], event["user.target.name"]) == ("ana", "ana")
    assert dict(event["labels"])["admin_level"] == "administrator"


def test_rows_are_read_by_the_header_above_them() -> None:
    log = (
        "2026-02-20T10:00:00|Add Users|root|mroux|admin_level=1\n"
        "\ufeffActor;Time;Action;Cluster\r\n"
        "ana;2026-02-20T10:00:01;Remove Users;lab1\r\n\r\n"
        "ana;2026-02-30T10:00:01;Remove Users;lab1\r\n"
        "bea;2026-02-20T10:00:02;Add QOS\r\n"
        "Time|Action|Actor|Where|Info|\n"
        "2026-02-20T10:00:03|Modify Clusters|root|(name='lab1')|a|b|\n"
    )
    (batch,) = TRANSACTIONS.parse(io.BytesIO(log.encode()), CONTEXT)
    events = batch.events.to_pylist()
    assert [event["user.name"] for event in events] == ["root", "ana", "bea", "root"]
    assert [event["batch.line"] for event in events] == [1, 3, 6, 8]
    assert dict(events[1]["labels"]) == {"cluster": "lab1"}
    assert dict(events[3]["labels"])["changes"] == "a|b"
    assert [(one.line, one.reason) for one in batch.rejected] == [(5, "not a transaction")]
