"""Lines that are alike give what their source's reader makes of each of them, whatever is in them.

Every source that says what its reader looks into, or reads such lines by columns, is held to it
here: its golden samples are written many times with other values, also such as a reader may look
for, and damaged; read with and without filling in, they give the same events and rejections.
"""

import importlib
import inspect
import io
import json
import random
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import analytics.sources
from analytics.event import Context
from analytics.jsonlog import alike, learning
from analytics.reading import documents
from tests.analytics.sources.test_golden import SAMPLES, context_of

ROOT = Path(analytics.sources.__file__).parent


def sources_with(pattern: str) -> list[str]:
    """Sources whose code has this."""
    return sorted(
        {
            path.relative_to(ROOT).parts[0].removesuffix(".py")
            for path in ROOT.rglob("*.py")
            if re.search(pattern, path.read_text())
        }
    )


LEARNING = sources_with(r"\bLooks\(")
SOURCES = sorted({*LEARNING, *sources_with(r"\bForms\(\)")})  # those too that find forms themselves
COPIES = 24
TIME = re.compile(r"\d{4}-\d\d-\d\d[T _]")
USUAL = ("a", "root", "0", "-1", "7", "4294967295", "null", "-", "x y", "a/b", "A@B.example", "é")
USUAL += ("../b", "/a/./b/../c", "c/", "[2001:db8::7]:4711", "[::0001]:22", "198.51.100.7:22")
STRANGE = (
    *("", " ", "a ", "\x00", "\ud800", "\n", 'a"b', "\\", "\x7f", "😀", "A" * 3000, "ẞ", "\u00a0"),
    *("10.0.0.1", "10.0.0.1:22", "::1", "2026-02-20T08:00:00Z", "2026-02-20", "https://a.b/c?d=e"),
    *(0, 1, -1, 7.0, 0.5, 1 << 31, 1 << 53, 1 << 63, 10**30, 1e-7, True, False, None, [], {}),
    *(["a"], [1], {"a": 1}, 1771574400, 1771574400000, 1771574400.5),
)


def constants(module: ModuleType) -> set[str]:
    """The texts that a module's code and tables mention."""
    found: set[str] = set()
    waiting: list[Any] = [compile(inspect.getsource(module), "", "exec")]
    while waiting:
        one = waiting.pop()
        if isinstance(one, CodeType):
            waiting += one.co_consts
        elif isinstance(one, tuple | frozenset):
            waiting += one
        elif isinstance(one, str) and len(one) < 40:
            found.add(one)
    return found


@cache
def mentioned(source: str) -> list[str]:
    """What a source's readers may look for."""
    places = [ROOT / f"{source}.py", *(ROOT / source).glob("*.py")]
    names = [
        ".".join(("analytics.sources", *path.relative_to(ROOT).with_suffix("").parts))
        for path in places
        if path.exists()
    ]
    return sorted(set().union(*(constants(importlib.import_module(name)) for name in names)))


@cache
def objects(source: str) -> list[tuple[Any, Context]]:
    """The objects of a source's golden samples."""
    return [
        (one.value, context_of(sample))
        for sample in SAMPLES
        if sample.parent.name == source
        for one in documents(io.BytesIO(sample.read_bytes()), _within(source))
        if isinstance(one.value, dict)
    ]


def _within(source: str) -> tuple[str, ...]:
    listed = ("items", "Records", "events", "logEvents", "records", "value")
    return (*listed, "event_logs", "entries", "runs", "entities")


def changed(value: Any, draw: random.Random, words: list[str], rate: float) -> Any:
    """The same with some other values, of which most are of the same kind."""
    if isinstance(value, dict):
        return {name: changed(inner, draw, words, rate) for name, inner in value.items()}
    if isinstance(value, list):
        return [changed(inner, draw, words, rate) for inner in value]
    if draw.random() > rate:
        return value
    return _other(value, draw, words)


def _other(value: Any, draw: random.Random, words: list[str]) -> Any:
    if draw.random() < 0.05:
        return draw.choice(STRANGE)
    if isinstance(value, str) and TIME.match(value) and draw.random() < 0.9:
        return re.sub(r":\d\d", lambda _: f":{draw.randrange(60):02d}", value)
    if isinstance(value, str):
        return draw.choice(draw.choice((USUAL, words, [value.upper(), value + "x", value[:-1]])))
    if type(value) is int:
        large = draw.randrange(1 << draw.randrange(1, 64))
        return draw.choice((value + draw.randrange(50), draw.randrange(70_000), large, value))
    if type(value) is float:
        any_size = draw.random() * 10 ** draw.randint(-8, 18)
        return draw.choice((value + draw.randrange(50), round(draw.random(), 5), any_size, value))
    return draw.choice((True, False, None, value))


def written(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except (orjson.JSONEncodeError, TypeError):
        return json.dumps(value, separators=(",", ":")).encode()


def read(source: str, log: bytes, context: Context) -> tuple[list[Any], list[Any]]:
    """Events and rejections by line."""
    module = importlib.import_module(f"analytics.sources.{source}")
    batches = list(module.SOURCE.parse(io.BytesIO(log), context))
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    rejected = [found for batch in batches for found in batch.rejected]
    order = sorted(rows, key=lambda row: (row["batch.line"], row["event.id"], row["message"] or ""))
    return [_comparable(row) for row in order], sorted(rejected, key=lambda found: found.line)


def _comparable(row: dict[str, Any]) -> dict[str, Any]:
    nan = {name: "NaN" for name, value in row.items() if value != value}  # noqa: PLR0124
    return row | nan | {"labels": sorted(row["labels"] or ())}


def read_singly(source: str, log: bytes, context: Context) -> tuple[list[Any], list[Any]]:
    """The same, each line read by the source's reader."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "ENOUGH", 1 << 30)
        return read(source, log, context)


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    """Forms count from few lines on, and samples from the first."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "ENOUGH", 3)
        patch.setattr(learning, "FEW", 2)
        yield


named = pytest.mark.parametrize("source", SOURCES)


def check_other_values(source: str, seed: int, rate: float) -> None:
    draw, words = random.Random(seed), mentioned(source)
    one, context = draw.choice(objects(source))
    log = b"\n".join(written(changed(one, draw, words, rate)) for _ in range(COPIES)) + b"\n"
    assert read(source, log, context) == read_singly(source, log, context)


SEEDS, RATES = st.integers(0, 1 << 32), st.sampled_from([0.02, 0.2, 0.6])


@named
@settings(deadline=None, max_examples=15)
@given(seed=SEEDS, rate=RATES)
def test_other_values_change_nothing_in_how_a_line_is_read(
    source: str, seed: int, rate: float
) -> None:
    check_other_values(source, seed, rate)


@pytest.mark.slow
@named
@settings(deadline=None, max_examples=150)
@given(seed=SEEDS, rate=RATES)
def test_very_many_other_values_change_nothing_either(source: str, seed: int, rate: float) -> None:
    check_other_values(source, seed, rate)


@named
@settings(deadline=None, max_examples=5)
@given(seed=st.integers(0, 1 << 32))
def test_damaged_lines_are_read_one_by_one(source: str, seed: int) -> None:
    draw = random.Random(seed)
    one, context = draw.choice(objects(source))
    log = bytearray(b"\n".join([written(one)] * COPIES) + b"\n")
    for _ in range(draw.randrange(1, 12)):
        log[draw.randrange(len(log))] = draw.choice(b'\x00\xff"\\{}[],: \n\r5u')
    assert read(source, bytes(log), context) == read_singly(source, bytes(log), context)


@pytest.mark.parametrize("source", LEARNING)
def test_lines_that_are_alike_are_filled_in(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[int] = []
    tables = learning.Learning.tables

    def counted(self: learning.Learning, lines: alike.Alike) -> tuple[list[Any], Any]:
        found, rows = tables(self, lines)
        filled.append(len(rows))
        return found, rows

    monkeypatch.setattr(learning.Learning, "tables", counted)
    samples = objects(source)
    for one, context in samples:
        read(source, (written(one) + b"\n") * COPIES, context)
    assert sum(filled) * 3 >= COPIES * len(samples)  # samples have much that is rare
