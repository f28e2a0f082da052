"""What was learnt of a log is kept for the next one of its feed, and changes no event of that."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from analytics.event import Collector, Context, Source
from analytics.jsonlog.documents import batches
from analytics.jsonlog.keeping import Kept
from analytics.jsonlog.learning import Known, Learning
from analytics.jsonlog.samples import Looks
from analytics.reading import Document

CONTEXT = Context(
    feed="a", batch="1", origin="one", received=datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
)
LATER = replace(CONTEXT, batch="2", origin="two", received=CONTEXT.received + timedelta(hours=5))
SOURCE = Source(name="bell", family="shell", title="Bells", recognises=lambda *_: 0.0, parse=None)  # type: ignore[arg-type]
LOOKS = Looks(at=("kind",))


def read(document: Document, context: Context) -> Iterable[Mapping[str, Any]]:
    told = document.value
    return [
        {
            "@timestamp": context.received,
            "event.id": context.line_id(document.offset, document.raw),
            "event.action": told["kind"],
            "message": f"{told['who']} at {context.received.isoformat()}",
            "event.original": document.raw.decode(),
            "batch.line": document.number,
        }
    ]


def log(name: str) -> bytes:
    return b"".join(b'{"kind":"ring","who":"%s%d"}\n' % (name.encode(), n) for n in range(40))


def events(text: bytes, context: Context) -> list[dict[str, Any]]:
    stream, collector = io.BytesIO(text), Collector(context, SOURCE)
    found = batches(stream, collector, read, looks=LOOKS)
    return [row for batch in found for row in batch.events.to_pylist()]


def test_times_of_receipt_and_ids_are_those_of_each_log() -> None:
    for context in (CONTEXT, LATER):
        for name in ("ana", "bo"):
            told = events(log(name), context)
            assert {row["@timestamp"] for row in told} == {context.received}
            assert told[7]["message"] == f"{name}7 at {context.received.isoformat()}"
            line = log(name).splitlines()[7]
            assert told[7]["event.id"] == context.line_id(log(name).index(line), line)
            assert {row["batch.id"] for row in told} == {context.batch}


def learnt(kept: Kept, context: Context, weight: int = 10) -> Learning:
    with kept.learning(lambda *_: [], LOOKS, context, SOURCE) as learning:
        learning.weight = weight
    return learning


def test_it_is_kept_for_the_same_feed_and_host_only() -> None:
    kept = Kept()
    first = learnt(kept, CONTEXT)
    assert learnt(kept, LATER) is first
    assert learnt(kept, replace(CONTEXT, feed="b")) is not first
    assert learnt(kept, replace(CONTEXT, host="gpu01")) is not first


def test_what_was_not_used_for_long_is_dropped_where_all_of_it_is_too_much() -> None:
    kept = Kept(heaviest=25)
    contexts = [replace(CONTEXT, feed=name) for name in "abc"]
    first, second, third = (learnt(kept, context) for context in contexts)
    assert learnt(kept, contexts[1]) is second
    assert learnt(kept, contexts[2]) is third
    assert learnt(kept, contexts[0]) is not first


def test_what_is_in_use_is_for_nobody_else() -> None:
    kept = Kept()
    first = learnt(kept, CONTEXT)
    with kept.learning(lambda *_: [], LOOKS, CONTEXT, SOURCE) as one:
        assert one is first
        with kept.learning(lambda *_: [], LOOKS, CONTEXT, SOURCE) as other:
            assert other is not first


def test_it_is_dropped_where_a_log_ends_in_an_error() -> None:
    kept = Kept()
    first = learnt(kept, CONTEXT)

    def failing() -> None:
        with kept.learning(lambda *_: [], LOOKS, CONTEXT, SOURCE):
            raise ValueError

    with pytest.raises(ValueError):
        failing()
    assert learnt(kept, CONTEXT) is not first


def test_in_another_log_all_is_held_against_the_reader_again() -> None:
    sample: Any = object()
    known = Known([], samples={("a",): sample, ("b",): sample, ("c",): None})
    known.proved, known.refuted = {("a",)}, {("b",)}
    assert known.sample(("b",)) is None
    known.begin()
    assert (known.samples, known.proved) == ({("a",): sample}, set())
