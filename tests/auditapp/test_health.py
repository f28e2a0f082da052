"""What probes are told."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from kombu import Connection
from pytest_django.fixtures import Settings

from auditapp.celery import app
from auditapp.operations import heartbeats
from auditapp.operations.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_spool(tmp_path: Path, settings: Settings) -> None:
    """A spool that is empty."""
    settings.SPOOL = tmp_path / "spool"


def parts(client: Client) -> tuple[int, dict[str, Any]]:
    """Status, and what is said of each part."""
    answer = client.get("/readyz")
    said = answer.json()
    assert said["ready"] == (answer.status_code == 200)
    assert all(set(part) == {"name", "ok", "needed", "reason"} for part in said["parts"])
    assert all(part["ok"] == (not part["reason"]) for part in said["parts"])
    return answer.status_code, {part["name"]: part for part in said["parts"]}


def test_a_process_that_lives_says_so(client: Client) -> None:
    assert client.get("/healthz").json() == {"alive": True}


def test_all_is_well_where_every_part_answers(client: Client) -> None:
    heartbeats.beat("worker")
    heartbeats.beat("scheduler")
    status, found = parts(client)
    assert status == 200
    assert list(found) == [
        *("database", "store", "spool", "room", "broker", "worker", "scheduler", "clocks"),
    ]
    assert all(part["ok"] for part in found.values())


def test_a_worker_that_is_silent_for_a_minute_is_missed(client: Client) -> None:
    heartbeats.beat("worker")
    assert parts(client)[1]["worker"]["ok"]
    Heartbeat.objects.update(beat=timezone.now() - timedelta(seconds=61))
    status, found = parts(client)
    assert (status, found["worker"]["ok"], found["worker"]["needed"]) == (200, False, False)
    assert "60 seconds" in found["worker"]["reason"]


def test_without_a_place_to_spool_it_is_not_ready(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings.SPOOL = tmp_path / "file"
    status, found = parts(client)
    assert (status, found["spool"]["reason"]) == (503, "cannot be written")


def test_a_full_spool_is_told_and_keeps_the_pages_up(client: Client, settings: Settings) -> None:
    settings.SPOOL_RESERVE_BYTES = 1 << 60
    status, found = parts(client)
    assert (status, found["room"]["reason"]) == (200, "the disk is nearly full")


def test_a_store_that_is_away_is_told_without_its_address(
    client: Client, settings: Settings
) -> None:
    settings.EVENT_STORE_URL = "http://reader:hush@127.0.0.1:1/"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "hush" not in answer.content.decode()
    assert "127.0.0.1" not in answer.content.decode()


def test_a_broker_that_is_away_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = Connection("redis://:hush@127.0.0.1:1/0")
    monkeypatch.setattr(app, "connection_for_write", lambda: closed)
    status, found = parts(client)
    assert (status, found["broker"]["ok"]) == (200, False)
    assert "hush" not in found["broker"]["reason"]
