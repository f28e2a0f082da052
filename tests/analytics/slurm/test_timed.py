from datetime import UTC, datetime

from analytics.columnar.blocks import Block
from analytics.event import Context
from analytics.slurm.timed import Times, timed

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
NOON = 1_767_614_400_000_000  # 2026-01-05T12:00:00Z in microseconds


def block(*texts: str) -> Block:
    raw = [text.encode() for text in texts]
    return Block(7, [100 * place for place in range(len(texts))], raw, list(texts))


def test_what_has_no_time_has_that_of_the_last_line_that_has_one() -> None:
    lines, rejected, previous = timed(
        block(
            "select 1",
            "",
            "[2026-01-05T12:00:00.250] error: no",
            "[2026-02-30T12:00:00.250] never",
            "  from user_table",
            "[2099-01-05T12:00:00] ahead",
            "with it",
        ),
        Times(CONTEXT),
        NOON,
    )
    assert lines.times.tolist() == [NOON, NOON + 250_000, NOON + 250_000]
    assert list(lines.numbers) == [7, 9, 11]
    assert list(lines.offsets) == [0, 200, 400]
    assert list(lines.said) == ["select 1", "no", "  from user_table"]
    assert list(lines.levels) == [None, "error", None]
    assert [(one.line, one.reason.split()[-1]) for one in rejected] == [
        (10, "read"),
        (12, "future"),
        (13, "future"),
    ]
    assert previous == 4_071_297_600_000_000  # also what is ahead is a time


def test_before_the_first_time_nothing_is_told() -> None:
    lines, rejected, previous = timed(block("one", " ", "two"), Times(CONTEXT), None)
    assert not lines.texts
    assert previous is None
    assert [(one.line, one.text) for one in rejected] == [(7, "one"), (9, "two")]


def test_digits_that_are_no_number_are_no_time() -> None:
    lines, (rejected,), _ = timed(block("[2026-01-05T12:00:00.1²3] x"), Times(CONTEXT), None)
    assert not lines.texts
    assert rejected.reason == "no time that can be read"
