"""Logs of any size out of a source's golden sample: its records, each with values of its own.

A sample that is repeated as it stands has the same ids, times and addresses again and again,
which no log has. Here times go on, and whatever looks like an id, an address or a count is
another one in each record; names, actions and whether something is there stay as they are.
"""

import io
import random
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from analytics.reading import documents

GOLDEN = Path(__file__).resolve().parents[1] / "tests/golden"
START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(microseconds=41_003)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)")
SECONDS = re.compile(r"1[6-9]\d{8}(?:\d{3}|\d{6})?")
ADDRESS = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}(?=:\d+$|$)")
IDENTITY = re.compile(r"(?=[^\W_]*\d)(?=[^\W_]*[a-zA-Z])[^\W_]{10,}|[0-9a-f]{4}(?=-)|\d{5,}")
# What few lines of a real log have, and a sample has so that it is tried.
RARE = (rb"\u0000", rb"\ud")
Vary = Callable[[Any], Any]


def records(name: str, samples: tuple[str, ...], within: tuple[str, ...] = ()) -> list[Any]:
    """The objects of some golden samples of a source, of those that are whole and usual."""
    found = []
    for sample in samples:
        with (GOLDEN / name / sample).open("rb") as stream:
            log = io.BytesIO(stream.read())
        for one in documents(log, within):
            if isinstance(one.value, dict) and not any(text in one.raw for text in RARE):
                found.append(one.value)
    return found


def varied(samples: list[Any], size: int, seed: int) -> bytes:
    """So many JSON lines, each one of the samples with values of its own."""
    chance = random.Random(seed)
    lines = []
    for number in range(size):
        vary = _vary(START + number * STEP, chance)
        lines.append(orjson.dumps(_varied(chance.choice(samples), vary)))
    return b"\n".join(lines) + b"\n"


def _vary(moment: datetime, chance: random.Random) -> Vary:
    def text(value: str) -> str:
        if TIME.fullmatch(value):
            return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"
        if SECONDS.fullmatch(value):
            return str(count(int(value)))
        if ADDRESS.match(value):
            return ADDRESS.sub(f"10.0.{chance.randrange(8)}.{chance.randrange(1, 250)}", value)
        return IDENTITY.sub(lambda found: _another(found[0], chance), value)

    def count(value: int) -> int:
        if SECONDS.fullmatch(str(value)):
            return int(moment.timestamp() * 10 ** (len(str(value)) - 10))
        return value if value < 1000 else value + chance.randrange(value)

    def vary(value: Any) -> Any:
        if isinstance(value, str):
            return text(value)
        return count(value) if type(value) is int else value

    return vary


def _another(identity: str, chance: random.Random) -> str:
    digits, letters = "0123456789", "abcdef" if identity.islower() else "ABCDEF"
    return "".join(
        chance.choice(digits if sign.isdigit() else letters) if sign.isalnum() else sign
        for sign in identity
    )


def _varied(value: Any, vary: Vary) -> Any:
    if isinstance(value, dict):
        return {name: _varied(inner, vary) for name, inner in value.items()}
    if isinstance(value, list):
        return [_varied(inner, vary) for inner in value]
    return vary(value)
