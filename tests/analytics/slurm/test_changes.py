import dataclasses
import io
from typing import Any

from analytics.framing import Framing, Piece
from analytics.slurm.changes import FEW, Header
from analytics.sources.slurm_transactions import SOURCE
from tests.analytics.sources.test_golden import CONTEXT

HEADER = "Time|Action|Actor|Where|Info"
OTHER = "Cluster;Actor;Action;Time"
ROWS = {
    HEADER: [
        "2026-02-20T10:00:00|Modify Users|asilva|(name='asilva')|admin_level=3",
        "2026-02-20T10:00:01|Add QOS||high|'high'|priority=100|",
        "2026-02-20T10:00:02|Add Users|root",
        "2026-02-20T10:00:03||root|(name='x')|y",
        "not a time|Add Users|root|(name='x')|y",
        "2099-02-20T10:00:03|Add Users|root|(name='x')|y",
        "rubbish\r",
        "",
    ],
    OTHER: ["lab1;root;Remove Users;2026-02-20T11:00:00", "lab1;root;;2026-02-20T11:00:00"],
}


def read(text: str) -> tuple[list[dict[str, Any]], list[tuple[int, str, str]], list[Piece]]:
    """Events, rejected lines and what frames them."""
    context = dataclasses.replace(CONTEXT, framing=Framing())
    batches = list(SOURCE.parse(io.BytesIO(text.encode()), context))
    events = [row for batch in batches for row in batch.events.to_pylist()]
    rejected = [(one.line, one.reason, one.text) for b in batches for one in b.rejected]
    return events, rejected, context.framing.pieces()


def test_many_rows_under_repeated_headers_say_what_each_says_alone() -> None:
    lines = []
    for _ in range(FEW + 1):
        for header, rows in ROWS.items():
            lines += ["\ufeff" + header, *rows]
    events, rejected, framing = read("\n".join(lines))
    expected, refused = [], []
    for header, rows in ROWS.items():
        for row in rows:
            one, none, _ = read(f"{header}\n{row}\n")
            expected += one
            refused += [(reason, text) for _, reason, text in none]
    numbers = [event.pop("batch.line") for event in events]
    assert numbers == sorted(numbers)
    alone = [{name: event[name] for name in event if name != "batch.line"} for event in expected]
    assert events == alone * (FEW + 1)
    assert [(reason, text) for _, reason, text in rejected] == refused * (FEW + 1)
    assert [lines[line - 1].rstrip("\r") for line, _, _ in rejected] == [t for *_, t in rejected]
    assert [(piece.text.decode(), piece.times) for piece in framing] == [
        (HEADER, FEW + 1),
        (OTHER, FEW + 1),
    ]


def test_a_header_of_its_own_above_each_row_holds_for_that_row() -> None:
    row = "2026-02-20T10:00:00|Add Users|asilva|(name='x')|y"
    text = "".join(f"Time|Action|Actor|Where|Info|C{n}\n{row}|{n}\n" for n in range(2 * FEW))
    events, rejected, framing = read(text)
    assert len(events) == len(framing) == 2 * FEW
    assert not rejected
    assert len({event["event.id"] for event in events}) == 2 * FEW


def test_a_header_with_a_name_twice_is_not_plain() -> None:
    header = Header.of("Time|Action|Actor|Info|Info")
    assert header
    assert not header.is_plain
    assert header.cells("t|a|b|c|d") == ("t", "a", "b", None, "d", None, "t\x1fa\x1fb\x1fd")


def test_a_sentence_is_no_header() -> None:
    assert Header.of("Action of an Actor at a Time") is None
