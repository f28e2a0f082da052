"""Training steps: figures are kept as they were written, however many digits they have."""

import io
import json
import random
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.event import Context
from analytics.jsonlog import alike, learning
from analytics.sources.training_steps import SOURCE

CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2026, 3, 1, tzinfo=UTC))
ODD = (
    *("1e5", "1E-5", "1e-7", "6.1e-05", "6.10e-05", "-2.5e-06", "1e-300", "1e300", "0.00001"),
    *("0.0001", "1.50", "0.1000000000000000055511151231257827", "12345678901234567", "-7", "-0.0"),
    *("9223372036854775807", "9223372036854775808", "1771661702123456789", "100000000000000.25"),
    *("1234567890123456.5", "2.675", "123456789012.12345678", "0", "7", '"0.5"', "null"),
)


def labels(lines: list[str]) -> list[dict[str, Any]]:
    batches = SOURCE.parse(io.BytesIO("\n".join(lines).encode()), CONTEXT)
    rows = [row for batch in batches for row in batch.events.to_pylist()]
    return sorted(rows, key=lambda row: row["batch.line"])


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 1 << 32))
def test_figures_come_out_the_same_from_lines_that_are_alike(seed: int) -> None:
    chance = random.Random(seed)

    def figure() -> str:
        if chance.random() < 0.2:
            return chance.choice(ODD)
        return json.dumps(chance.choice((-1, 1)) * chance.random() * 10 ** chance.randint(-9, 18))

    told = '{"time": "2026-02-10T09:00:%02dZ", "event": "step", "run": "a", "step": %d, '
    told += '"loss": %s, "metric": {"eval": %s}}'
    lines = [told % (n % 60, n, figure(), figure()) for n in range(60)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alike, "ENOUGH", 3)
        patch.setattr(learning, "FEW", 2)
        together = labels(lines)
        patch.setattr(alike, "ENOUGH", 1 << 30)
        assert together == labels(lines)
