"""Machines of one installation whose clocks are an hour or a year wrong."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.auditapp.ingest.installation import Installation, eventually, history
from tests.end_to_end.production import Production, stop
from tests.services.clocks import wrong, wrong_clock
from tests.services.running import Missing

pytestmark = [
    pytest.mark.alone,
    pytest.mark.elastic,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(900),
]
HOUR, YEAR = 3600, 365 * 86_400
TRIES = "SELECT max(attempts), min(received), max(received) FROM ingest_batch"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What makes a clock wrong."""
    try:
        return wrong_clock(tmp_path_factory.mktemp("clock"))
    except Missing as missing:
        if os.environ.get("CI") == "true":
            pytest.fail(str(missing))
        pytest.skip(str(missing))


@pytest.fixture
def site(tmp_path: Path, elastic_url: str, postgres_url: str, redis_url: str) -> Production:
    """A migrated installation on its own database, which nothing runs of yet."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    made = Production(
        tmp_path / "home",
        database=urlsplit(postgres_url)._replace(path=f"/{name}").geturl(),
        events=f"{elastic_url}/{name.replace('_', '-')}",
        broker=urlsplit(redis_url)._replace(path="/9").geturl(),
    )
    made.environment["FOUREYES_LEASE_SECONDS"] = "10"
    assert made.finish("migrate") == 0, (made.home / "migrate.log").read_text()
    made.issue_token("clocks")
    return made


Start = Callable[..., None]


@pytest.fixture
def start(site: Production, library: Path) -> Iterator[Start]:
    """Starts a role on a machine whose clock is so many seconds ahead; it ends after the test."""
    with ExitStack() as stack:

        def role(name: str, ahead: int = 0) -> None:
            process = site.role(name, **(wrong(library, ahead) if ahead else {}))
            stack.callback(stop, process)

        yield role


def clocks(site: Production) -> str:
    """What is said of them."""
    _, said = site.ask("/readyz")
    return next(str(part["reason"]) for part in said["parts"] if part["name"] == "clocks")


@pytest.mark.parametrize("web", [-YEAR, YEAR])
def test_machines_that_disagree_take_in_each_event_once_and_at_the_first_try(
    site: Production, start: Start, web: int
) -> None:
    began = datetime.now(UTC)
    start("web", web)
    start("beat")
    start("worker")
    eventually(lambda: site.finish("healthy") == 0, 90)
    assert "seconds" in clocks(site)
    start("worker", HOUR)
    now = int(began.timestamp())
    logs = [history(20_000, now - 2_000_000 + 50_000 * n) for n in range(3)]
    logs += [history(10, now - 100 * n) for n in range(20)]
    sent = [site.send(log, "bash_history", user="asilva") for log in logs]
    taken = site.taken(sent, 240)
    assert (taken["stored"], taken["rejected"]) == (60_200, 0)
    assert site.events_of("clocks") == 60_200
    tries, first, last = site.rows(TRIES)[0]
    assert tries == 1
    assert began - timedelta(seconds=5) < first <= last < datetime.now(UTC)


def test_a_worker_that_is_ahead_works_alone_and_its_clock_is_told(
    site: Production, start: Start
) -> None:
    start("web")
    start("beat")
    start("worker", HOUR)
    eventually(lambda: site.finish("healthy") == 0, 90)
    eventually(lambda: "3600 seconds ahead" in clocks(site))
    sent = [site.send(history(10, 1_767_225_600), "bash_history", user="asilva")]
    assert site.taken(sent, 60)["stored"] == 10


def test_a_scheduler_whose_clock_went_back_goes_on(
    installation: Installation, library: Path
) -> None:
    """Of an embedded installation, whose only clock is the machine's."""
    hints = installation.home / "queue"
    hints.mkdir()
    beat = ("-m", "celery", "--app", "auditapp", "--quiet", "beat", "--pidfile=")
    usual = dict(installation.environment)
    for ahead in (HOUR, 0):
        installation.environment |= wrong(library, ahead)
        running = installation.start(*beat)
        try:
            eventually(lambda: any(b"ingest.sweep" in one.read_bytes() for one in messages(hints)))
        finally:
            running.terminate()
            running.communicate(timeout=30)
        for one in messages(hints):
            one.unlink()
        installation.environment |= usual


def messages(hints: Path) -> list[Path]:
    """The messages that wait for a worker."""
    return list(hints.glob("*.msg"))
