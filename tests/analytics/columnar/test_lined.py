"""Lines of logs: the usual way of reading them knows only what the exact way reads the same."""

import importlib
import io
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.columnar.lined import Form
from analytics.columnar.splitting import Splitting
from analytics.event import Batch, Context
from tests.analytics.sources.test_golden import GOLDEN, context_of

SAMPLES = [
    GOLDEN / "s3_access/bucket.log",
    GOLDEN / "pbs_accounting/torque.txt",
    GOLDEN / "pbs_accounting/openpbs.txt",
    GOLDEN / "lustre_changelog/changelog.txt",
]
STRAY = [
    '"',
    " ",
    "  ",
    "-",
    "[",
    "]",
    "=",
    ";",
    "'",
    "%",
    "\t",
    "\x85",
    "\u00a0",
    "é",
    "٣",
    "\\x00",
]
AT_WORD = st.tuples(st.integers(0, 400), st.sampled_from(STRAY), st.integers(0, 2))
named = pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def form_of(sample: Path) -> Form:
    found: Form = importlib.import_module(f"analytics.sources.{sample.parent.name}").FORM
    return found


def usual_parts(form: Form, texts: list[str]) -> dict[int, list[str | None]]:
    """The parts of the lines that are read the usual way, by place."""
    left = Splitting("line", pa.array(texts, pa.string()))
    form.usual(left)
    columns = [left[name].to_pylist() for name in form.parts]
    return {row: [column[at] for column in columns] for at, row in enumerate(left.rows.tolist())}


def parsed(sample: Path, log: bytes, context: Context | None = None) -> list[Batch]:
    source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
    return list(source.parse(io.BytesIO(log), context or context_of(sample)))


@named
def test_most_of_a_sample_is_read_the_usual_way(sample: Path) -> None:
    texts = sample.read_text().splitlines()
    assert 2 * len(usual_parts(form_of(sample), texts)) >= len(texts)


@named
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_both_ways_tell_the_same_parts(sample: Path, data: st.DataObject) -> None:
    form, texts = form_of(sample), sample.read_text().splitlines()
    for at in range(len(texts)):
        for place, stray, dropped in data.draw(st.lists(AT_WORD, max_size=2), label="changes"):
            texts[at] = texts[at][:place] + stray + texts[at][place + dropped :]
    for row, parts in usual_parts(form, texts).items():
        exact = form.exact(texts[row])
        assert exact is not None
        assert parts == list(exact), texts[row]


@named
def test_an_odd_line_changes_nothing_of_those_around_it(sample: Path) -> None:
    usual = sample.read_bytes().splitlines()[0]
    odd = b"\n".join([usual, b"\xff\x00 odd", usual, b" ", usual])
    (batch,) = parsed(sample, odd)
    (alone,) = parsed(sample, usual)
    expected = [{**alone.events.to_pylist()[0], "batch.line": line} for line in (1, 3, 5)]
    assert batch.events.to_pylist() == expected
    assert [(one.line, one.text) for one in batch.rejected] == [(2, "\\xff\\x00 odd")]


@named
def test_a_line_that_is_too_long_is_rejected_alone(sample: Path) -> None:
    usual = sample.read_bytes().splitlines()[0]
    log = b"\n".join([usual, usual.ljust(3 << 20, b"x"), usual.ljust((1 << 20) + 1, b"x"), usual])
    batches = parsed(sample, log)
    assert [row for batch in batches for row in batch.events["batch.line"].to_pylist()] == [1, 4]
    rejected = [(one.line, one.reason) for batch in batches for one in batch.rejected]
    assert rejected == [(2, "line is too long"), (3, "line is too long")]


@named
def test_times_that_cannot_be_are_rejected_with_the_reason(sample: Path) -> None:
    usual = sample.read_bytes().splitlines()[0]
    early = replace(context_of(sample), received=context_of(sample).received.replace(year=2001))
    ((batch),) = parsed(sample, usual, early)
    assert batch.events.num_rows == 0
    assert [one.reason.endswith("is in the future") for one in batch.rejected] == [True]
