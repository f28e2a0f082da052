"""Documents that are in ECS already keep their fields; what they say of ids is not trusted."""

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from analytics.event import Context, Rejected
from analytics.sources.ecs import FEW, SOURCE
from analytics.sources.ecs.shapes import MOST_LABELS, MOST_SHAPES, Shapes, shape_of

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC), host="here"
)
BASE = {"@timestamp": "2026-02-20T08:00:00Z", "event": {"kind": "event", "action": "did"}}


def read(*documents: Any, context: Context = CONTEXT) -> list[dict[str, Any]]:
    log = "\n".join(json.dumps(document) for document in documents)
    return whole(log.encode(), context)[0]


def whole(log: bytes, context: Context = CONTEXT) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), context))
    events = [event for batch in batches for event in batch.events.to_pylist()]
    return events, [rejected for batch in batches for rejected in batch.rejected]


def test_nested_and_dotted_names_mean_the_same() -> None:
    nested, dotted = read(
        BASE | {"process": {"parent": {"pid": 7}}, "user": {"name": "asilva"}},
        {"@timestamp": BASE["@timestamp"], "event.action": "did", "event.kind": "event"}
        | {"process.parent.pid": 7, "user.name": "asilva"},
    )
    for name in ("event.action", "process.parent.pid", "user.name", "actor.account"):
        assert nested[name] == dotted[name] is not None


@pytest.mark.parametrize(("module", "family"), [("auditd", "shell"), ("git", "git")])
def test_a_family_of_ours_is_kept_and_any_other_module_is_shell(module: str, family: str) -> None:
    (event,) = read(BASE | {"event.module": module})
    assert event["event.module"] == family
    labels = dict(event["labels"] or ())
    assert labels.get("event.module") == (None if module == family else module)


@pytest.mark.parametrize(
    ("user", "actor", "basis"),
    [
        ({"name": "root", "audit": {"id": "1017", "name": "asilva"}}, "unix:asilva", "user.audit"),
        ({"name": "root", "audit": {"id": "1017"}}, "uid:site/1017", "user.audit"),
        ({"name": "root", "audit": {"id": "4294967295"}}, "unix:root", "user.name"),
        ({"id": "1020"}, "uid:site/1020", "user.id"),
        ({}, None, None),
    ],
)
def test_the_login_s_user_is_the_actor(user: Any, actor: str | None, basis: str | None) -> None:
    (event,) = read(BASE | {"user": user})
    assert (event["actor.account"], event["actor.basis"]) == (actor, basis)


def test_an_id_of_its_own_makes_a_document_known_within_its_feed() -> None:
    document = BASE | {"event.id": "x"}
    one, again = read(document, {**document, "tags": ["resent"]})
    (elsewhere,) = read(document, context=replace(CONTEXT, feed="g"))
    assert one["event.id"] == again["event.id"] != elsewhere["event.id"]
    assert dict(one["labels"])["event.id"] == "x"


def test_two_equal_lines_without_id_stay_two() -> None:
    one, two = read(BASE, BASE)
    assert one["event.id"] != two["event.id"]


def test_a_field_of_another_type_is_turned_or_dropped_and_hurts_no_other() -> None:
    good, odd = read(
        BASE | {"process": {"pid": 7, "args": ["a"]}},
        BASE | {"process": {"pid": "eight", "args": "b"}, "host": {"name": ["h1", "h2"]}},
    )
    assert (good["process.pid"], good["process.args"]) == (7, ["a"])
    assert (odd["process.pid"], odd["process.args"], odd["host.name"]) == (None, ["b"], "h1")


def test_an_object_where_a_text_belongs_does_not_stop_the_log() -> None:
    first, second = read(BASE | {"message": {"a": 1}}, BASE | {"user": {"name": {"first": "x"}}})
    assert dict(first["labels"])["message.a"] == "1"
    assert first["message"] == second["message"] == "somebody: did"


def test_documents_of_one_shape_give_what_each_gives_alone() -> None:
    documents = [
        BASE
        | {"user": {"name": f"u{n}", "audit": {"id": str(n)}}, "tags": ["a"] * (n % 3)}
        | {"event.module": "git" if n % 2 else "auditd", "n": n if n % 5 else None, "x.y": n / 2}
        | {"process": {"pid": n, "args": ["a", str(n)]}, "event.id": f"e{n}", "odd": [{"a": [n]}]}
        for n in range(FEW + 3)
    ]
    together = read(*documents)
    alone = [read(document)[0] for document in documents]
    for one, other in zip(together, alone, strict=True):
        for event in (one, other):
            event["labels"] = sorted(event["labels"])
            del event["batch.line"], event["event.original"]
        assert one == other


def test_a_shape_takes_the_values_of_documents_that_have_its_objects_and_keys() -> None:
    shape = shape_of({"a": {"x": 1}, "b": 2, "agent": {"id": 3}, "host": {"name": "h", "os": {}}})
    assert shape.names == ("b", "a.x", "host.name")
    alike = {"a": {"x": 4}, "b": 5, "agent": {"type": 6}, "host": {"name": "g", "os": None}}
    assert shape.values_of(alike) == (5, 4, "g")
    for other in ({"a": 1}, {"a": {"y": 1}}, {"a": None}, {"a": ["x"]}, {"a": "x"}):
        assert shape.values_of({**alike, **other}) is None


def test_only_so_many_shapes_are_kept() -> None:
    shapes = Shapes()
    found = [shapes.of({f"x{number}": 1, "y": 2}) for number in range(MOST_SHAPES + 9)]
    assert found.count(None) == 9


def test_an_object_where_others_have_a_value_keeps_its_names() -> None:
    documents = [BASE | {"x": n, "user": "u"} for n in range(FEW)]
    events = read(*documents, BASE | {"x": {"y": 1}, "user": {"name": "asilva"}})
    assert [dict(event["labels"]).get("x") for event in events[:2]] == ["0", "1"]
    assert dict(events[-1]["labels"])["x.y"] == "1"
    assert events[-1]["user.name"] == "asilva"


def test_what_shippers_say_of_themselves_is_no_label() -> None:
    (event,) = read(BASE | {"agent": {"id": "1"}, "host.os.name": "Ubuntu", "host.name": "h"})
    assert event["host.name"] == "h"
    assert not event["labels"]


def test_the_actions_of_a_bulk_request_belong_to_their_documents() -> None:
    action, document = b'{"index":{"_index":"logs"}}', json.dumps(BASE).encode()
    events, rejected = whole(b"\n".join((action, document, action, document, action, action)))
    assert [event["event.original"] for event in events] == [
        (action + b"\n" + document).decode()
    ] * 2
    assert [found.reason for found in rejected] == ["an action without a document"] * 2


def test_a_hit_of_a_search_is_its_source_and_has_its_id() -> None:
    hit = {"_index": "logs", "_id": "x1", "_source": BASE | {"user": {"name": "asilva"}}}
    first, again = read(hit, hit | {"_index": "copy"})
    assert first["user.name"] == "asilva"
    assert first["event.id"] == again["event.id"]


def test_documents_of_vector_are_read_without_being_ecs() -> None:
    line = {"host": "gpu03", "message": "job 7 done", "source_type": "file"}
    (event,) = read(line | {"timestamp": "2026-02-20T08:00:00.5Z", "file": "/var/log/jobs"})
    assert (event["host.name"], event["message"]) == ("gpu03", "job 7 done")


def test_what_is_nested_too_deeply_hurts_nothing() -> None:
    deep = b'{"@timestamp":"2026-02-20T08:00:00Z","x":' + b"[" * 1000 + b"]" * 1000 + b"}"
    wide = b'{"@timestamp":"2026-02-20T08:00:00Z","x":' + b'{"a":' * 1000 + b"1" + b"}" * 1001
    events, rejected = whole(b"\n".join((deep, wide, json.dumps(BASE).encode())))
    assert len(events) + len(rejected) == 3
    assert events[-1]["event.action"] == "did"


def test_what_cannot_be_stored_is_written_out() -> None:
    odd = b'{"@timestamp":"2026-02-20T08:00:00Z","message":"a\\u0000b","x\\ud800":"\\ud800"}'
    events, rejected = whole(b"[" + odd + b"]")
    assert not rejected
    assert events[0]["message"] == "a\\x00b"
    assert events[0]["labels"] == [("x\\ud800", "\\ud800")]


def test_labels_are_bounded() -> None:
    (event,) = read(BASE | {f"x{number}": "y" * 5000 for number in range(500)})
    assert len(event["labels"]) == MOST_LABELS
    assert {len(value) for _, value in event["labels"]} == {1024}


def test_a_document_without_time_is_rejected_with_its_line() -> None:
    events, (rejected,) = whole(json.dumps(BASE).encode() + b'\n{"event":{"kind":"event"}}\n')
    assert len(events) == 1
    assert (rejected.line, rejected.reason) == (2, "no @timestamp that is a time")


@pytest.mark.parametrize(
    ("document", "sure"),
    [
        (BASE, True),
        ({"@timestamp": "2026-02-20T08:00:00Z", "ecs": {"version": "8.0"}}, True),
        ({"@timestamp": "2026-02-20T08:00:00Z", "message": "logstash"}, False),
        ({"event": {"@timestamp": "2026-02-20T08:00:00Z", "category": "x"}}, False),
        ({"event": "push", "payload": {}}, False),
        ({"@timestamp": "2026-02-20T08:00:00Z", "data_stream": {"dataset": "x"}}, True),
        ({"timestamp": "2026-02-20T08:00:00Z", "source_type": "file", "message": "x"}, True),
        ({"timestamp": "2026-02-20T08:00:00Z", "message": "x"}, False),
        ({"_id": "1", "_source": BASE}, True),
    ],
)
def test_only_a_time_with_ecs_s_own_names_is_recognised(document: Any, sure: bool) -> None:
    for head in (json.dumps(document), json.dumps([document], indent=2)):
        assert (SOURCE.recognises(head.encode(), "x") > 0) is sure
