"""Logs of JSON, a record a line."""

import json
import random
from collections.abc import Callable
from typing import Any


def json_lines(
    record: Callable[[int, random.Random], dict[str, Any]], size: int, seed: int
) -> bytes:
    """So many records, made by number and chance."""
    chance = random.Random(seed)
    lines = (json.dumps(record(number, chance), separators=(",", ":")) for number in range(size))
    return ("\n".join(lines) + "\n").encode()
