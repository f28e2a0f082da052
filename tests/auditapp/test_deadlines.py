"""A batch that hangs does not keep a worker without children for ever."""

import os
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import pytest

from tests.auditapp.ingest.conftest import blank, celery_worker, installation
from tests.auditapp.ingest.installation import Installation, eventually, history

__all__ = ["blank", "celery_worker", "installation"]  # fixtures that are made there

pytestmark = pytest.mark.slow  # they wait for limits to pass

DEAF = (  # what hangs in C is not interrupted by a signal either
    "import signal, sys\nsignal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})\n"
    "from celery.__main__ import main\n"
    "sys.argv = ['celery', '--app', 'auditapp', '--quiet', 'worker', '--pool', 'solo',"
    " '--queues', 'ingest', '--without-gossip', '--without-mingle', '--loglevel', 'error']\n"
    "main()"
)


@pytest.fixture
def hanging(installation: Installation, tmp_path: Path) -> tuple[str, Path]:
    """A batch whose log never comes to an end, and where that log is."""
    installation.environment["FOUREYES_BATCH_SECONDS"] = "15"  # enough for any other log of these
    log = tmp_path / "history"
    log.write_bytes(history(10))
    batch = installation.accept(log)
    spooled = next((installation.home / "spool").glob(f"*/{batch}"))
    spooled.unlink()
    os.mkfifo(spooled)  # whoever opens it waits for somebody to write
    return batch, spooled


def tried(installation: Installation, batch: str) -> list[tuple[str, int, str]]:
    """How it is with a batch."""
    query = "SELECT state, attempts, error FROM ingest_batch WHERE id = ?"
    return installation.rows(query, batch.replace("-", ""))


def test_at_the_soft_limit_the_batch_goes_back_and_the_worker_takes_others(
    installation: Installation,
    celery_worker: Callable[[], "Popen[bytes]"],
    hanging: tuple[str, Path],
    tmp_path: Path,
) -> None:
    batch, spooled = hanging
    worker = celery_worker()
    late = "it took longer than a task may"
    eventually(lambda: tried(installation, batch) == [("waiting", 1, late)], 120)

    other = tmp_path / "other"
    other.write_bytes(history(20))
    after = installation.accept(other)
    hint(installation, after)
    eventually(lambda: tried(installation, after) == [("done", 1, "")], 120)
    assert worker.poll() is None

    spooled.unlink()
    spooled.write_bytes(history(10))
    eventually(lambda: hint(installation, batch) and tried(installation, batch)[0][0] == "done")
    assert installation.events() == 20  # the ten of the first are among them


def hint(installation: Installation, batch: str) -> bool:
    """Tells workers of it."""
    told = installation.python(f"from auditapp.ingest import hints\nhints.process({batch!r})")
    assert told.communicate(timeout=60)[1] == b""
    return True


def test_who_hears_nothing_ends_at_the_hard_limit_and_says_where_it_hung(
    installation: Installation,
    celery_worker: Callable[[], "Popen[bytes]"],
    hanging: tuple[str, Path],
) -> None:
    batch, spooled = hanging
    deaf = installation.start("-c", DEAF)
    try:
        _, said = deaf.communicate(timeout=120)
    finally:
        deaf.kill()
    assert deaf.returncode == 1
    assert b"Timeout" in said
    assert b"ingest/work.py" in said
    assert tried(installation, batch) == [("working", 1, "")]

    spooled.unlink()
    spooled.write_bytes(history(10))
    celery_worker()
    eventually(lambda: tried(installation, batch) == [("done", 2, "")], 120)
