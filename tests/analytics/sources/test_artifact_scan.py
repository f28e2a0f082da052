"""What scans write is what the source reads, and rules fire on it."""

import dataclasses
import io
import json
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest

from analytics.artifacts.remembering import Memory
from analytics.artifacts.scanning import Scan
from analytics.detection.loading import OWN_RULES, load
from analytics.detection.matcher import match
from analytics.sources.artifact_scan import SOURCE
from tests.analytics.artifacts.building import canary_pickle, safetensors
from tests.analytics.sources.test_golden import CONTEXT

RULES = load([OWN_RULES])
LATER = dataclasses.replace(CONTEXT, received=CONTEXT.received.replace(year=2100))


def lines_of(folder: Path, host: str = "gpu03", state: Path | None = None) -> bytes:
    with Memory(state) as memory:
        lines = Scan(host=host, realm="north", memory=memory).run([folder])
        return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def events_of(log: bytes) -> pa.Table:
    batches = list(SOURCE.parse(io.BytesIO(log), LATER))
    assert not any(batch.rejected for batch in batches)
    return pa.concat_tables([batch.events for batch in batches])


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """Where a cache keeps a revision's files."""
    folder = tmp_path / "hub/models--quickmodels--fast/snapshots" / ("a" * 40)
    folder.mkdir(parents=True)
    return folder


def test_the_rules_fire_on_real_verdicts(tmp_path: Path, snapshot: Path) -> None:
    (snapshot / "pytorch_model.bin").write_bytes(canary_pickle(tmp_path / "canary"))
    (snapshot / "model.safetensors").write_bytes(safetensors())
    (tmp_path / "hub" / "old.bin").write_bytes(b"7z\xbc\xaf\x27\x1c" + bytes(50))
    events = events_of(lines_of(tmp_path / "hub"))
    rows = events.select(["event.id", "file.path", "hf.verdict", "event.kind"]).to_pylist()
    names = {row["event.id"]: Path(row["file.path"]).name for row in rows}
    fired = {(alert.rule, names[alert.event]) for alert in match(RULES, events)}
    assert fired == {
        ("malicious_pickle", "pytorch_model.bin"),
        ("unsafe_file_pulled", "pytorch_model.bin"),
        ("extension_mismatch", "old.bin"),
    }
    kinds = {row["hf.verdict"]: row["event.kind"] for row in rows}
    assert kinds == {"malicious": "alert", "clean": "event", "suspicious": "alert"}


def ids(log: bytes) -> list[Any]:
    found: list[Any] = events_of(log)["event.id"].to_pylist()
    return found


def test_a_rescan_gives_the_same_events(tmp_path: Path, snapshot: Path) -> None:
    path, state = snapshot / "model.safetensors", tmp_path / "state"
    path.write_bytes(safetensors())
    first = lines_of(snapshot, state=state)
    assert lines_of(snapshot, state=state) == first
    assert ids(lines_of(snapshot)) == ids(first)  # though the memory was lost
    assert ids(lines_of(snapshot, host="gpu04")) != ids(first)
    path.write_bytes(safetensors(data=bytes(15) + b"\x01"))
    assert ids(lines_of(snapshot, state=state)) != ids(first)


def test_the_host_and_realm_of_the_scan_count_and_not_those_of_who_sent_it(snapshot: Path) -> None:
    (snapshot / "model.safetensors").write_bytes(safetensors())
    (row,) = events_of(lines_of(snapshot, host="login1")).to_pylist()
    assert row["host.name"] == "login1"
    assert row["owner.account"] == f"uid:north/{snapshot.stat().st_uid}"
    assert row["actor.account"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {"uid": -1, "sha256": "../../x", "findings": {"a": 1}, "imports": "x", "size": "9" * 5000},
        {"uid": 10**30, "findings": [1, {"name": 2}], "refs": [None, 1], "kind": "thing"},
        {"uid": True, "host": 5, "repo": ["x"], "path": {}, "format": None, "owner": "\ud800"},
    ],
)
def test_hostile_lines_still_become_events(snapshot: Path, changes: dict[str, Any]) -> None:
    (snapshot / "model.safetensors").write_bytes(safetensors())
    line = json.loads(lines_of(snapshot)) | changes
    (row,) = events_of(json.dumps(line).encode()).to_pylist()
    assert row["hf.verdict"] == "clean"
    assert row["owner.account"] is None


def test_a_verdict_that_is_a_list_is_rejected() -> None:
    line = {"scanned": "2026-02-20T08:00:00Z", "file": "/a.pt", "scanner": "foureyes 1"}
    odd = [line | {"verdict": ["clean"]}, line | {"verdict": "clean", "kind": ["model"]}]
    (batch,) = SOURCE.parse(io.BytesIO(b"\n".join(map(orjson.dumps, odd))), LATER)
    assert [found.line for found in batch.rejected] == [1]
    assert batch.events["hf.kind"].to_pylist() == [None]
