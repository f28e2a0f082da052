import dataclasses
import io

import pytest

from analytics.framing import MOST, Framing, Piece
from analytics.pipeline import log_sources
from tests.analytics.sources.test_golden import CONTEXT

EVENT = b'{"kind":"Event","auditID":"1"}'


def framed(source: str, log: bytes) -> tuple[list[Piece], list[str]]:
    """What a source says of what is around records, and what it rejects."""
    context = dataclasses.replace(CONTEXT, framing=Framing())
    batches = list(log_sources()[source].parse(io.BytesIO(log), context))
    return context.framing.pieces(), [line.text for b in batches for line in b.rejected]


def test_each_text_is_kept_once() -> None:
    framing = Framing()
    assert all(framing.add(line, text) for line, text in ((1, b"a|b"), (5, b"c"), (9, b"a|b")))
    assert framing.pieces() == [Piece(1, b"a|b", 2), Piece(5, b"c", 1)]


def test_what_is_too_much_is_refused() -> None:
    framing = Framing()
    assert framing.add(1, b"a" * MOST)
    assert not framing.add(2, b"b")
    assert framing.add(3, b"a" * MOST)


def test_the_newest_header_is_known_with_all_its_lines() -> None:
    framing = Framing()
    assert framing.heading() == b""
    framing.head(1, b"a|b")
    assert framing.heading() == b"a|b\n"
    framing.head(2, b"a b")
    framing.head(3, b"- -", goes_on=True)
    assert framing.heading() == b"a b\n- -\n"
    framing.head(9, b"a|b")
    framing.add(10, b"no header")
    assert framing.heading() == b"a|b\n"


@pytest.mark.parametrize(
    ("source", "log", "pieces"),
    [
        (
            "kubernetes_audit",
            b'{"kind":"EventList",\n"items":[%b],\n"more":1}' % EVENT,
            [Piece(1, b'{"kind":"EventList",\n"items":['), Piece(3, b'"more":1}')],
        ),
        ("slurm_sacct", b"JobID|User|State\n" * 2, [Piece(1, b"JobID|User|State", 2)]),
        (
            "slurm_sacct",
            b"JobID      User    State\n---------- ------- ------\n",
            [Piece(1, b"JobID      User    State"), Piece(2, b"---------- ------- ------")],
        ),
        (
            "slurm_transactions",
            b"Time|Action|Actor|Where|Info\n",
            [Piece(1, b"Time|Action|Actor|Where|Info")],
        ),
        ("airflow_events", b"id,dttm,event\n", [Piece(1, b"id,dttm,event")]),
    ],
)
def test_sources_tell_what_is_around_records(source: str, log: bytes, pieces: list[Piece]) -> None:
    assert framed(source, log)[0] == pieces


def test_of_too_many_envelopes_those_that_are_not_kept_are_rejected() -> None:
    log = b"".join(b'{"n":"%b%d","items":[]}\n' % (b"x" * 9000, n) for n in range(130))
    pieces, rejected = framed("kubernetes_audit", log)
    assert 0 < len(rejected) == 130 - len(pieces)
    assert sum(len(piece.text) for piece in pieces) <= MOST
