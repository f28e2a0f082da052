"""The production path: what compose starts, on real PostgreSQL, Redis and Elasticsearch."""

import gzip
import json
import os
import signal
import subprocess
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.auditapp.ingest.installation import eventually, history
from tests.end_to_end.production import Production, kill, stop
from tests.services.redis import redis
from tests.services.running import free_port, listens

pytestmark = [
    pytest.mark.elastic,
    pytest.mark.postgres,
    pytest.mark.redis,
    pytest.mark.timeout(900),
    pytest.mark.xdist_group("production"),
]
AS_OF = "2026-03-02"
LOGS = ("slurm", "git", "hf", "gpu02/auditd.log", "login01/home")
LEASES = "SELECT lease_owner FROM ingest_batch WHERE state = 'working'"


@pytest.fixture(scope="module")
def site(
    tmp_path_factory: pytest.TempPathFactory, elastic_url: str, postgres_url: str, redis_url: str
) -> Production:
    """A migrated installation with a database, indices and a queue of its own."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    made = Production(
        tmp_path_factory.mktemp("production") / "home",
        database=urlsplit(postgres_url)._replace(path=f"/{name}").geturl(),
        events=f"{elastic_url}/{name.replace('_', '-')}",
        broker=urlsplit(redis_url)._replace(path="/7").geturl(),
    )
    assert made.finish("migrate") == 0, (made.home / "migrate.log").read_text()
    return made


def test_logs_sent_to_the_site_end_in_scores_with_reasons(
    site: Production, organisation: Path
) -> None:
    site.run("import", str(organisation))
    site.issue_token("organisation")
    saboteur = json.loads((organisation / "truth.json").read_text())["insiders"][0]["person"]
    logs = [path for path in sorted(organisation.glob("logs/**/*")) if path.is_file()]
    logs = [path for path in logs if within(path.relative_to(organisation / "logs"))]
    assert site.finish("healthy") != 0

    with site.running("web", "worker", "beat"):
        addresses = [sent(site, path, organisation) for path in logs]
        taken = site.taken([*addresses, site.send(oversized(), "github_webhook")], 240)
        assert taken["records"] == taken["stored"] == site.events_of("organisation") > 10_000
        again = site.taken([sent(site, logs[0], organisation)], 60)
        assert (again["stored"], again["duplicates"]) == (0, again["records"])
        site.run("score", "--as-of", AS_OF)

    ranking = site.json("risk")
    assert ranking[0]["person"] == saboteur
    assert ranking[0]["level"] in ("high", "critical")
    assert saboteur in {alert["person"] for alert in site.json("alerts")}
    raw = "\n".join(path.read_text(errors="replace") for path in logs)
    for reason in ranking[0]["reasons"][:5]:
        assert reason["sentence"]
        event = site.json("events", f'event.id:"{reason["events"][0]}"')
        assert event["event.original"].splitlines()[0] in raw


def oversized() -> bytes:
    """A forced push whose names are longer than any column, with NULs in them."""
    name = "n" * 5000 + "\x00"
    push = {
        "ref": "refs/heads/main",
        "forced": True,
        "before": "1" * 40,
        "after": "2" * 40,
        "repository": {"full_name": f"lab/{name}"},
        "pusher": {"name": name, "email": name},
        "sender": {"login": name},
        "commits": [],
    }
    return json.dumps(push).encode()


def within(path: Path) -> bool:
    """Whether it is one of the logs that are sent."""
    return any(path.is_relative_to(folder) for folder in LOGS)


def sent(site: Production, path: Path, organisation: Path) -> str:
    """The batch of a log, packed where it is a large one."""
    parts = path.relative_to(organisation / "logs").parts
    label = {"path": path.name, "host": parts[0]}
    if "home" in parts:
        label["user"] = parts[parts.index("home") + 1]
    body = path.read_bytes()
    if len(body) > 100_000:
        return site.send(gzip.compress(body), encoding="gzip", **label)
    return site.send(body, **label)


@pytest.mark.slow
def test_killed_workers_lose_nothing_and_double_nothing(site: Production) -> None:
    """First only the child that holds a lease, then a whole container."""
    site.issue_token("killed")
    logs = [history(40_000, 1_767_225_600 + 100_000 * part) for part in range(3)]
    with site.running("web", "beat"):
        worker = site.role("worker")
        try:
            addresses = [site.send(log, "bash_history", user="asilva") for log in logs]
            eventually(lambda: site.rows(LEASES) and site.events_of("killed"), 120)
            child = int(site.rows(LEASES)[0][0].split(":")[1])
            os.kill(child, signal.SIGKILL)
            stored = site.events_of("killed")
            eventually(lambda: site.events_of("killed") > stored and site.rows(LEASES), 120)
            kill(worker)
            assert site.rows(LEASES)
            worker = site.role("worker")
            taken = site.taken(addresses, 240)
        finally:
            stop(worker)
    assert taken == {
        "lines": 240_000,
        "records": 120_000,
        "stored": 120_000,
        "duplicates": 0,
        "rejected": 0,
    }
    assert site.events_of("killed") == 120_000


@pytest.mark.slow
def test_while_redis_is_away_logs_are_accepted_and_later_taken_in(
    site: Production, tmp_path: Path
) -> None:
    with own_redis(tmp_path) as (url, start, away):
        here = Production(site.home, database=site.database, events=site.events, broker=url)
        here.issue_token("outage")
        start()
        with here.running("web", "worker", "beat"):
            send = partial(here.send, source="bash_history", user="asilva")
            in_hand = send(history(60_000))
            eventually(lambda: here.ask(in_hand)[1]["state"] == "working", 60)
            away()  # the worker is to outlast that a message cannot be acknowledged
            began = monotonic()
            addresses = [send(history(100 + n)) for n in range(3)]
            assert monotonic() - began < 15
            assert here.ask(addresses[0])[1]["state"] == "waiting"
            start()
            assert here.taken([in_hand, *addresses], 120)["stored"] == 60_303


def test_without_its_database_the_site_asks_to_be_tried_again(tmp_path: Path) -> None:
    nowhere = f"postgresql://foureyes@127.0.0.1:{free_port()}/foureyes"
    site = Production(tmp_path / "home", database=nowhere, events="", broker="")
    web = site.role("web")
    try:
        eventually(lambda: listens(site.port), 60)
        status, said = site.ask("/api/v1/ingest/bash_history", history(1))
        assert (status, "nothing was accepted" in said["detail"]) == (503, True)
        assert site.finish("healthy") == 1
    finally:
        stop(web)


Redis = tuple[str, Callable[[], None], Callable[[], None]]


@contextmanager
def own_redis(folder: Path) -> Iterator[Redis]:
    """The address of a server that keeps nothing, and how it comes and goes."""
    command = redis(folder)
    servers: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        servers.append(subprocess.Popen(command.words, stdout=subprocess.DEVNULL))
        eventually(command.answers)

    def away() -> None:
        servers[-1].kill()
        servers[-1].wait()

    try:
        yield command.url, start, away
    finally:
        away()
