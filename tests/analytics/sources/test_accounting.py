"""Each byte of a log is in an event's raw text, in a rejection or in the framing."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import readable
from tests.analytics.sources.test_golden import SAMPLES
from tests.analytics.sources.test_variety import GARBAGE, kept

# White space, marks, and what separates JSON's values or closes what is around them.
SEPARATORS = re.compile(r"(?:\\x00|\\xef|\\xbb|\\xbf|[\s,\[\]{}\x1e\ufeff])+")
SHORT = 3  # characters
named = pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def unaccounted(log: bytes, texts: list[str]) -> list[str]:
    """What of a log is in none of the texts; each counts where it stands whole, else its lines."""
    text = _plain(readable(log))
    counts = bytearray(len(text))
    for piece in sorted(set(map(_plain, texts)), key=len, reverse=True):
        if not _mark(piece, text, counts):
            for line in map(str.strip, piece.split("\n")):
                if len(line) > SHORT:
                    _mark(line, text, counts)
                elif line:  # it might be anywhere, so it counts where it is a line
                    for match in re.finditer(rf"(?m)^\s*{re.escape(line)}\s*$", text):
                        counts[match.start() : match.end()] = b"\x01" * len(match[0])
    left = "".join("\n" if known else letter for letter, known in zip(text, counts, strict=True))
    return [part for part in re.split(r"\n+", SEPARATORS.sub("\n", left)) if part]


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _mark(piece: str, text: str, counts: bytearray) -> bool:
    place = text.find(piece) if piece else -1
    found = place >= 0
    while place >= 0:
        counts[place : place + len(piece)] = b"\x01" * len(piece)
        place = text.find(piece, place + len(piece))
    return found


@named
def test_each_byte_of_a_sample_is_accounted_for(sample: Path) -> None:
    log = sample.read_bytes()
    assert unaccounted(log, kept(sample, log)) == []


@named
@settings(deadline=None, max_examples=6)
@given(data=st.data())
def test_each_byte_of_a_damaged_sample_is_accounted_for(sample: Path, data: st.DataObject) -> None:
    log = sample.read_bytes()
    log = log[: data.draw(st.integers(1, len(log)), label="length")]
    for _ in range(data.draw(st.integers(1, 3), label="times")):
        place = data.draw(st.integers(0, len(log)), label="place")
        log = log[:place] + data.draw(st.sampled_from(GARBAGE), label="garbage") + log[place:]
    assert unaccounted(log, kept(sample, log)) == []
