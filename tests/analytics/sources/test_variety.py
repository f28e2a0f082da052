"""Every golden sample in the states in which logs arrive: no byte of it is lost, nothing raises.

What a source makes of a sample is in its golden file; here the same sample has Windows' line
ends, is cut anywhere, has NULs and other logs' lines in it.
"""

import dataclasses
import importlib
import io
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import Batch, Context, Source, readable
from analytics.framing import Framing
from analytics.pipeline import log_sources
from tests.analytics.sources.test_golden import SAMPLES, context_of

BETWEEN = " \t\r\n\f\v,[]\ufeff"  # of JSON values, or no text at all
GARBAGE = (b"\x00", b"\xff\xfe", b"{", b"}", b'"', b"\\", b"\n\n", b"\r", b"]", b",", b"null")


def source_of(sample: Path) -> Source:
    found: Source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
    return found


def batches_of(sample: Path, log: bytes, context: Context | None = None) -> list[Batch]:
    return list(source_of(sample).parse(io.BytesIO(log), context or context_of(sample)))


def kept(sample: Path, log: bytes) -> list[str]:
    """The raw text of all events, of all that was rejected, and of what stands around them."""
    context = dataclasses.replace(context_of(sample), framing=Framing())
    batches = batches_of(sample, log, context)
    texts = [text for batch in batches for text in batch.events["event.original"].to_pylist()]
    texts += [rejected.text for batch in batches for rejected in batch.rejected]
    return texts + [readable(piece.text) for piece in context.framing.pieces()]


def lost(log: bytes, texts: list[str]) -> list[str]:
    """Lines of a log that are in none of the texts, not even in parts."""
    whole = {line.strip(BETWEEN) for text in texts for line in text.split("\n")}
    left = [line.strip(BETWEEN) for line in readable(log).split("\n")]
    left = [line for line in left if line and line not in whole]
    pieces = sorted((piece for piece in whole if piece), key=len, reverse=True)
    return [rest for line in left if (rest := _rest(line, pieces))]


def _rest(line: str, pieces: list[str]) -> str:
    """What of a line is in none of the pieces."""
    covered = [False] * len(line)
    for piece in pieces:
        place = line.find(piece)
        while place >= 0:
            covered[place : place + len(piece)] = [True] * len(piece)
            place = line.find(piece, place + 1)
    left = "".join(char for char, known in zip(line, covered, strict=True) if not known)
    return left.replace("\\x00", "").strip(BETWEEN + "{}")


def counted(batches: list[Batch]) -> int:
    return sum(batch.events.num_rows for batch in batches)


named = pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


@named
def test_no_byte_of_a_sample_is_lost(sample: Path) -> None:
    log = sample.read_bytes()
    assert lost(log, kept(sample, log)) == []


@named
def test_line_ends_of_windows_change_nothing(sample: Path) -> None:
    log = sample.read_bytes().replace(b"\r\n", b"\n")
    as_it_is, of_windows = (batches_of(sample, text) for text in (log, log.replace(b"\n", b"\r\n")))
    assert _told(of_windows) == _told(as_it_is)


def _told(batches: list[Batch]) -> list[tuple[object, ...]]:
    columns = ("@timestamp", "actor.account", "event.action", "file.path", "git.commit", "job.id")
    return [tuple(row.values()) for b in batches for row in b.events.select(columns).to_pylist()]


@named
def test_the_same_sample_twice_gives_the_same_ids(sample: Path) -> None:
    log = sample.read_bytes()
    one, other = (
        [name for batch in batches_of(sample, log) for name in batch.events["event.id"].to_pylist()]
        for _ in range(2)
    )
    assert one == other


@named
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_a_sample_cut_anywhere_loses_nothing(sample: Path, data: st.DataObject) -> None:
    log = sample.read_bytes()
    cut = log[: data.draw(st.integers(0, len(log)), label="length")]
    assert lost(cut, kept(sample, cut)) == []


@named
@settings(deadline=None, max_examples=12)
@given(data=st.data())
def test_bytes_that_do_not_belong_there_lose_nothing(sample: Path, data: st.DataObject) -> None:
    log = sample.read_bytes()
    for _ in range(data.draw(st.integers(1, 4), label="times")):
        place = data.draw(st.integers(0, len(log)), label="place")
        log = log[:place] + data.draw(st.sampled_from(GARBAGE), label="garbage") + log[place:]
    assert lost(log, kept(sample, log)) == []


@named
@pytest.mark.parametrize("end", [b"\n", b""], ids=["ended", "not ended"])
def test_a_log_before_or_after_costs_no_byte(sample: Path, end: bytes) -> None:
    other = next(path for path in SAMPLES if path.parent != sample.parent)
    own, foreign = sample.read_bytes().rstrip(b"\r\n"), other.read_bytes().rstrip(b"\r\n")
    for log in (own + end + foreign, foreign + end + own):
        assert lost(log, kept(sample, log)) == []


@named
@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "America/St_Johns", "Europe/Paris"])
def test_no_zone_makes_a_source_raise(sample: Path, zone: str) -> None:
    context = dataclasses.replace(context_of(sample), timezone=ZoneInfo(zone))
    as_it_is = batches_of(sample, sample.read_bytes())
    assert counted(batches_of(sample, sample.read_bytes(), context)) == counted(as_it_is)


def test_every_source_is_tried() -> None:
    assert {sample.parent.name for sample in SAMPLES} >= set(log_sources())
