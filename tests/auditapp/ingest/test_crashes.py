"""Processes are killed and race each other for real."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

from tests.auditapp.ingest.installation import Installation, eventually, history

COUNTS = "SELECT state, records, stored, duplicates, rejected, lines FROM ingest_batch"
Start = Callable[[], "Popen[bytes]"]


def state_of(installation: Installation) -> str:
    """The only batch's state."""
    return str(installation.rows("SELECT state FROM ingest_batch")[0][0])


def progressed(installation: Installation) -> bool:
    """Whether the first chunk of the only batch is stored and the last one is not."""
    days = installation.rows("SELECT count(*) FROM cases_touchedday")[0][0]
    return bool(days) and state_of(installation) == "working"


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    installation: Installation, celery_worker: Start, tmp_path: Path
) -> None:
    log = tmp_path / "history"
    log.write_bytes(history(120_000) + b"#9999999999\nls\n")
    installation.accept(log)
    for _ in range(2):
        worker = celery_worker()
        eventually(lambda: progressed(installation))
        os.kill(worker.pid, signal.SIGKILL)
        worker.communicate()
        assert state_of(installation) == "working"
    celery_worker()
    eventually(lambda: state_of(installation) == "done", 120)
    assert installation.rows(COUNTS) == [("done", 120_001, 120_000, 0, 1, 240_002)]
    assert installation.rows("SELECT count(*) FROM ingest_rejectedline") == [(1,)]
    assert installation.events() == 120_000


def test_two_workers_that_race_for_a_batch_do_its_work_once(
    installation: Installation, tmp_path: Path
) -> None:
    log = tmp_path / "history"
    log.write_bytes(history(500))
    batches = [installation.accept(log) for _ in range(3)]
    code = (
        "import sys, time\nfrom auditapp.ingest import work\n"
        "print('ready', flush=True)\nsys.stdin.readline()\n"
        f"print([work.process(batch) for batch in {batches!r}])"
    )
    racers = [
        installation.start("-c", "import django; django.setup()\n" + code, stdin=-1) for _ in "ab"
    ]
    for racer in racers:
        assert racer.stdout and racer.stdout.readline() == b"ready\n"
    outcomes: list[Any] = []
    for racer in racers:
        assert racer.stdin
        racer.stdin.write(b"\n")
        racer.stdin.flush()
    for racer in racers:
        output, errors = racer.communicate(timeout=60)
        assert output, errors.decode()
        outcomes.append(eval(output))
    assert [one + other for one, other in zip(*outcomes, strict=True)] == [1, 1, 1]
    assert installation.rows("SELECT sum(stored), sum(records) FROM ingest_batch") == [(500, 1500)]
    assert installation.events() == 500


def test_a_hint_that_was_lost_is_made_up_for(
    installation: Installation, celery_worker: Start, tmp_path: Path
) -> None:
    log = tmp_path / "history"
    log.write_bytes(history(10))
    celery_worker()
    eventually((installation.home / "queue").is_dir)
    installation.accept(log)
    sweep = installation.python("from auditapp.ingest.tasks import sweep\nsweep.delay()")
    assert sweep.communicate(timeout=60)[1] == b""
    eventually(lambda: state_of(installation) == "done")


def test_a_heartbeat_keeps_the_lease_of_slow_work(
    installation: Installation, tmp_path: Path
) -> None:
    log = tmp_path / "history"
    log.write_bytes(history(10))
    batch = installation.accept(log)
    installation.environment["FOUREYES_LEASE_SECONDS"] = "1"
    code = (
        "import time\nfrom auditapp.ingest import queue\n"
        f"with queue.claim({batch!r}) as lease:\n"
        "    time.sleep(3)\n"
        f"    print(queue.claim({batch!r}))\n"
        "    with lease.writing(): pass\n"
        "    lease.finish(records=0, stored=0, rejected=0)\n"
    )
    output, errors = installation.python(code).communicate(timeout=60)
    assert output == b"None\n", errors.decode()
    assert state_of(installation) == "done"


def test_a_spooled_log_that_is_gone_fails_its_batch(
    installation: Installation, tmp_path: Path
) -> None:
    log = tmp_path / "history"
    log.write_bytes(history(10))
    batch = installation.accept(log)
    next((installation.home / "spool").glob(f"*/{batch}")).unlink()
    work = installation.python(f"from auditapp.ingest import work\nprint(work.process({batch!r}))")
    assert work.communicate(timeout=60)[0] == b"True\n"
    assert installation.rows("SELECT state, error FROM ingest_batch") == [
        ("failed", "its spooled log is missing")
    ]
