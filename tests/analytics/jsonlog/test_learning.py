"""Lines of one form are filled in together also where some of them tell more than others."""

import io
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from analytics.event import Collector, Context
from analytics.jsonlog.documents import batches
from analytics.jsonlog.filling import Filling
from analytics.jsonlog.samples import Looks
from analytics.reading import Document
from tests.analytics.jsonlog.test_keeping import CONTEXT, SOURCE

LOOKS = Looks(at=("kind",))
KINDS = ("run", "look", "move")


def read(document: Document, context: Context) -> Iterable[Mapping[str, Any]]:
    """An event with fields and labels that only some kinds have."""
    told = document.value
    labels = {"kind": told["kind"], "who": told["who"]}
    row: dict[str, Any] = {
        "@timestamp": context.received,
        "event.id": context.event_id("bell", told["who"]),
        "event.original": document.raw.decode(),
        "batch.line": document.number,
        "job.name": f"job of {told['who']}" if told["kind"] == "run" else None,
        "labels": labels if told["kind"] != "move" else {"whom": told["who"], "by": "hand"},
    }
    if told["kind"] == "move":
        row["job.nodes"] = [told["who"], "gpu03"]
    return [row]


def log() -> bytes:
    lines = (f'{{"kind":"{KINDS[n % 7 % 3]}","who":"ana{n}"}}\n' for n in range(120))
    return "".join(lines).encode()


def events(looks: Looks | None) -> list[dict[str, Any]]:
    found = batches(io.BytesIO(log()), Collector(CONTEXT, SOURCE), read, looks=looks)
    rows = [row for batch in found for row in batch.events.to_pylist()]
    return sorted(rows, key=lambda row: row["batch.line"])


def test_what_only_some_of_them_tell_comes_with_the_right_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    filled: list[int] = []

    class Noted(Filling):
        def tables(self) -> Any:
            filled.append(self.size)
            return super().tables()

    monkeypatch.setattr("analytics.jsonlog.learning.Filling", Noted)
    assert events(LOOKS) == events(None)
    assert filled == [120]  # all of them at once
