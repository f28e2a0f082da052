"""Each sample under tests/golden/<source> gives exactly the events and rejections beside it.

`<sample>.expected.json` is rewritten by `pytest --update-golden`; review its diff. A sample that
needs another context than `CONTEXT` has `<sample>.context.json` with the fields that differ.
"""

import dataclasses
import importlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.event import Context, Source

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
OF_THIS_RUN = ("event.id", "event.ingested")
CONTEXT = Context(
    feed="golden",
    batch="golden",
    origin="golden",
    received=datetime(2026, 3, 1, tzinfo=UTC),
    host="gpu03",
    user="asilva",
)
SAMPLES = sorted(
    path
    for path in GOLDEN.glob("*/*")
    if not path.name.endswith((".expected.json", ".context.json"))
)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_sample_gives_what_is_expected_of_it(sample: Path, update_golden: bool) -> None:
    source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
    found = parsed(source, sample.read_bytes(), context_of(sample))
    expected = sample.with_suffix(".expected.json")
    if update_golden:
        text = json.dumps(found, indent=1, ensure_ascii=False)
        expected.write_text(text + "\n", encoding="utf-8")
    assert found == json.loads(expected.read_text(encoding="utf-8"))


def context_of(sample: Path) -> Context:
    """The usual context, changed as the file beside the sample says."""
    beside = sample.with_suffix(".context.json")
    changes: dict[str, Any] = json.loads(beside.read_text()) if beside.exists() else {}
    if "timezone" in changes:
        changes["timezone"] = ZoneInfo(changes["timezone"])
    if "columns" in changes:
        changes["columns"] = tuple(changes["columns"])
    return dataclasses.replace(CONTEXT, **changes)


def parsed(source: Source, log: bytes, context: Context) -> dict[str, list[dict[str, Any]]]:
    """Events without their null fields, and rejections, as JSON has them."""
    batches = list(source.parse(io.BytesIO(log), context))
    return {
        "events": [event(row) for batch in batches for row in batch.events.to_pylist()],
        "rejected": [
            dataclasses.asdict(rejected) for batch in batches for rejected in batch.rejected
        ],
    }


def event(row: dict[str, Any]) -> dict[str, Any]:
    """One row without what is null or differs from run to run."""
    told = {name: value for name, value in row.items() if value is not None}
    told["@timestamp"] = told["@timestamp"].isoformat()
    if "labels" in told:
        told["labels"] = dict(sorted(told["labels"]))
    return {name: value for name, value in told.items() if name not in OF_THIS_RUN}
