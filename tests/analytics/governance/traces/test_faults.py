"""What the audit lost and clocks that are wrong, from raw lines and times of arrival."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics.governance.traces.faults import Fault, faults
from analytics.store import open_store
from tests.analytics.governance.isolation.raw import read
from tests.analytics.laboratory import table

BEGIN = datetime(2026, 3, 10, tzinfo=UTC)


def told(folder: Path, *logs: pa.Table) -> list[Fault]:
    store = open_store((folder / "lake").as_uri())
    store.append(pa.concat_tables(logs))
    found = faults(BEGIN, BEGIN + timedelta(days=1), store)
    assert all(store.get(one.event) is not None for one in found)
    store.close()
    return found


def of_audit(host: str, serials: list[int]) -> pa.Table:
    start = int((BEGIN + timedelta(hours=2)).timestamp())
    log = "".join(
        f"type=SYSCALL msg=audit({start + n}.000:{serial}): arch=c000003e syscall=59 success=yes"
        f' exit=0 items=0 ppid=9 pid={n + 10} auid=1002 uid=1002 tty=pts0 ses=3 comm="ls"'
        f' exe="/bin/ls" key="k"\n'
        for n, serial in enumerate(serials)
    )
    return read("auditd", log, host=host)


def kinds(found: list[Fault]) -> list[tuple[str, str, int]]:
    return [(one.host, one.what, one.amount) for one in found if "clock" not in one.what]


def test_the_kernels_own_word_of_lost_records_is_told(tmp_path: Path) -> None:
    log = (
        "2026-03-10T10:00:00+00:00 gpu03 kernel: audit: backlog limit exceeded\n"
        "2026-03-10T10:00:01+00:00 gpu03 kernel: audit: audit_lost=42 audit_rate_limit=0\n"
        "2026-03-10T10:00:01+00:00 gpu04 kernel: eth0: link up\n"
    )
    assert kinds(told(tmp_path, read("syslog", log))) == [("gpu03", "audit records lost", 42)]


def test_serials_that_jump_are_lost_records_where_they_follow_each_other(tmp_path: Path) -> None:
    dense = [*range(100, 200), *range(5_200, 5_300)]
    rebooted = [*range(9_000, 9_100), *range(10, 110)]
    filtered = list(range(0, 100_000, 500))
    logs = (of_audit("gpu01", dense), of_audit("gpu02", rebooted), of_audit("gpu03", filtered))
    assert kinds(told(tmp_path, *logs)) == [("gpu01", "audit serials missing", 5_000)]


def arrived(host: str, lag: float, feed: str = "live") -> dict[str, Any]:
    """An event of a host that came so many seconds after its time."""
    time = BEGIN + timedelta(hours=3)
    return {
        "@timestamp": time,
        "event.id": f"{host}{lag}{feed}",
        "event.kind": "event",
        "event.ingested": time + timedelta(seconds=lag),
        "host.name": host,
        "feed.id": feed,
    }


def test_a_clock_is_ahead_where_events_come_before_their_time(tmp_path: Path) -> None:
    (one,) = told(tmp_path, table(arrived("gpu01", -900), arrived("gpu01", 5)))
    assert (one.host, one.what, one.amount) == ("gpu01", "clock ahead", 900)


def test_a_host_far_behind_the_others_of_a_live_feed_is_told(tmp_path: Path) -> None:
    near = [arrived(host, 3) for host in ("gpu01", "gpu02", "gpu03")]
    late = [arrived("gpu04", 4_000), arrived("gpu04", 9_000)]
    (one,) = told(tmp_path, table(*near, *late))
    assert (one.host, one.what, one.amount) == ("gpu04", "clock or delivery behind", 3_997)


def test_what_is_shipped_at_night_tells_nothing_of_clocks(tmp_path: Path) -> None:
    hosts = [arrived(f"gpu0{n}", 3_600 * n, "nightly") for n in range(1, 6)]
    assert told(tmp_path, table(*hosts)) == []
