"""Linux audit logs: recognised, and real ones read as others read them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from analytics.sources.auditd import SOURCE
from tests.analytics.auditing.records import read

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
