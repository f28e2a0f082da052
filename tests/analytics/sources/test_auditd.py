"""Linux audit logs: recognised, and real ones read as others read them."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytics.sources.auditd import SOURCE
from tests.analytics.auditing.records import Row, read

HEADER = re.compile(r"type=[^ ]+ msg=audit\(\d+\.\d+:\d+\)")


@pytest.mark.parametrize(
    ("head", "name", "sure"),
    [
        (b"type=SYSCALL msg=audit(1767225600.123:7): arch=c000003e", "x", True),
        (b"node=gpu03 type=UNKNOWN[1420] msg=audit(1767225600.1:7): a=1", "x", True),
        (b"half a line\ntype=EOE msg=audit(1767225600.1:7): \n", "x", True),
        (b'{"type": "SYSCALL"}', "audit.log", False),
        (b"#1767225600\nls\n", "x", False),
    ],
)
def test_it_knows_its_own(head: bytes, name: str, sure: bool) -> None:
    assert (SOURCE.recognises(head, name) > 0.5) is sure


# real logs


def logs_of(folder: Path) -> Iterator[tuple[Path, bytes]]:
    names = ("auditd-benign/Audit", "otrf-auditd", "shell-histories", "go-libaudit-golden")
    places = [folder / name for name in names] + [
        folder / "beats-golden/auditbeat",
        folder / "beats-golden/filebeat/module/auditd",
    ]
    for place in places:
        for log in sorted(place.rglob("*.log")):
            raw = log.read_bytes()
            if SOURCE.recognises(raw[:65536], "") > 0.5:
                yield log, raw


@pytest.mark.shared_data
def test_no_line_of_a_real_log_is_lost(real_logs: Path) -> None:
    seen = 0
    for log, raw in logs_of(real_logs):
        rows, rejected = read(raw)
        lines = [line for line in raw.decode("utf-8", "replace").split("\n") if line.strip("\r")]
        kept = [line for row in rows for line in row["event.original"].split("\n")]
        assert len(kept) + len(rejected) == len(lines), log
        assert len({row["event.id"] for row in rows}) == len(rows), log
        assert not [one for one in rejected if HEADER.search(one.text)], log
        seen += len(lines)
    assert seen > 4000


def cases_of(folder: Path) -> Iterator[tuple[str, Row]]:
    """Lines and expected summary of each case of go-libaudit."""
    yaml = pytest.importorskip("yaml")
    for golden in sorted((folder / "go-libaudit-golden/aucoalesce/testdata").glob("*.golden")):
        source = golden.with_name(golden.name.removesuffix(".json.golden") + ".yaml")
        lines = yaml.safe_load(source.read_text())["tests"]
        for case in json.loads(golden.read_text()):
            event = case["event"]
            yield (
                lines[case["test_name"]],
                {
                    "login": event["user"]["ids"].get("auid"),
                    "user": event["user"]["ids"].get("uid"),
                    "action": event["summary"].get("action"),
                    "object": event["summary"].get("object", {}).get("primary"),
                    "object_type": event["summary"].get("object", {}).get("type"),
                    "outcome": {"fail": "failure"}.get(event["result"], event["result"]),
                },
            )


def expected_actor(case: Row) -> str | None:
    identity = case["login"] if case["login"] not in (None, "unset") else case["user"]
    return f"uid:site/{identity}" if identity else None


@pytest.mark.shared_data
def test_others_see_the_same_actor_action_and_object(real_logs: Path, record_property: Any) -> None:
    agreed = dict.fromkeys(("actor", "action", "file", "outcome"), 0)
    total = dict.fromkeys(agreed, 0)
    for lines, case in cases_of(real_logs):
        rows, _ = read(lines + "\n")
        row = rows[0]
        pairs = {
            "actor": (row["actor.account"], expected_actor(case)),
            "action": (row["event.action"], case["action"] or "called-syscall"),
            "outcome": (row["event.outcome"], case["outcome"]),
        }
        if case["object_type"] == "file" and case["object"]:
            pairs["file"] = (row["file.path"], case["object"])
        for kind, (ours, theirs) in pairs.items():
            total[kind] += 1
            agreed[kind] += ours == theirs
    shares = {kind: count / total[kind] for kind, count in agreed.items()}
    for kind, share in shares.items():
        record_property(kind, f"{share:.3f} of {total[kind]}")
    assert total["actor"] >= 40
    assert shares["actor"] == 1
    assert shares["outcome"] == 1
    assert shares["action"] >= 0.95
    assert shares["file"] >= 0.85  # of a new device they name the directory
