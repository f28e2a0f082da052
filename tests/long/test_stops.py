"""A process is killed between any two lines of the way; nothing is lost, nothing doubled."""

import json
import os
import subprocess
import sys
import uuid
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.end_to_end.installation import ROOT, Installation
from tests.long.stops import LINES

pytestmark = [pytest.mark.alone, pytest.mark.timeout(1800)]
SCAN = """
import json, django; django.setup()
from auditapp.eventstore import store
from auditapp.ingest.models import Batch, RejectedLine
from auditapp.cases.models import Alert, FindingRow, ScoreRow, TouchedDay
from analytics.store.base import Question
events = [row["process.command_line"]
    for table in store().scan(Question(), ["process.command_line"]) for row in table.to_pylist()]
batches = [{"state": b.state, "records": b.records, "stored": b.stored, "rejected": b.rejected,
    "duplicates": b.duplicates, "key": b.idempotency_key, "kept": b.size == __import__(
    "auditapp.ingest.spool").ingest.spool.path_of(b.id, b.received).stat().st_size}
    for b in Batch.objects.all()]
print(json.dumps({"events": events, "batches": batches, "alerts": Alert.objects.count(),
    "rejected": list(RejectedLine.objects.values_list("batch", "line", "text").order_by()),
    "touched": TouchedDay.objects.count(), "findings": FindingRow.objects.count(),
    "scores": list(ScoreRow.objects.order_by("as_of", "person").values_list("as_of", "person",
    "score"))}, default=str))
"""


STEP = int(os.environ.get("FOUREYES_STEP", "4"))  # before each n-th line; 1 means all
EMBEDDED = pytest.mark.parametrize("site", ["embedded"], indirect=True)
PRODUCTION = pytest.mark.parametrize("site", ["production"], indirect=True)


@pytest.fixture(params=["embedded", "production"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """An empty installation on the lake and SQLite, or on Elasticsearch and PostgreSQL."""
    environment = {}
    if request.param == "production":
        name = f"test_{uuid.uuid4().hex[:12]}"
        postgres = request.getfixturevalue("postgres_url")
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        elastic = request.getfixturevalue("elastic_url")
        environment = {
            "DATABASE_URL": urlsplit(postgres)._replace(path=f"/{name}").geturl(),
            "EVENT_STORE_URL": f"{elastic}/{name.replace('_', '-')}",
        }
    made = Installation(tmp_path / "home", **environment, ALLOWED_HOSTS="testserver")
    made.run("migrate", "--verbosity", "0")
    return made


def python(site: Installation, *arguments: str) -> Any:
    """What a program of the installation says, read as JSON."""
    environment = site.environment | {"DJANGO_SETTINGS_MODULE": "auditapp.settings"}
    done = subprocess.run(
        [sys.executable, *arguments],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_killed_before_any_line_of_taking_in(site: Installation) -> None:
    killed = python(site, "-m", "tests.long.stops", "take-in", str(STEP))
    assert killed["killed"] > 100 / STEP
    assert len(killed["functions"]) > 5
    found = python(site, "-c", SCAN)
    logs = killed["killed"] + 1
    assert Counter(batch["state"] for batch in found["batches"]) == {"done": logs}
    expected = sorted(f"history -c # {log}/{n}" for log in range(logs) for n in range(LINES - 1))
    assert sorted(found["events"]) == expected
    for batch in found["batches"]:
        counts = (batch["records"], batch["stored"], batch["rejected"], batch["duplicates"])
        assert counts == (LINES, LINES - 1, 1, 0)
    texts = sorted(text for _, _, text in found["rejected"])
    assert texts == sorted(f'{{"broken": "{log}/17"' for log in range(logs))
    assert found["alerts"] == len(expected)
    assert found["touched"] == 2


@PRODUCTION
def test_killed_before_any_line_of_accepting(site: Installation) -> None:
    killed = python(site, "-m", "tests.long.stops", "door", str(STEP))
    assert killed["killed"] > 80 / STEP
    assert len(killed["functions"]) > 5
    found = python(site, "-c", SCAN)
    keys = Counter(batch["key"] for batch in found["batches"])
    assert keys == {str(log): 1 for log in range(killed["killed"] + 1)}
    assert all(batch["kept"] for batch in found["batches"])


@EMBEDDED
def test_killed_before_any_line_of_assessing_and_scoring(site: Installation) -> None:
    people = site.home / "people.csv"
    people.write_text("person,name,team,role,accounts\np1,Ana,vision,intern,unix:asilva\n")
    site.run("import", str(people))
    from tests.long.stops import log

    logs = site.home / "log.ndjson"
    logs.write_bytes(log(1))
    site.run("ingest", str(logs), "--source", "ecs")
    site.run("score", "--as-of", "2026-03-03")
    whole = python(site, "-c", SCAN)
    assert whole["scores"]
    killed = python(site, "-m", "tests.long.stops", "assess", str(STEP))
    assert killed["killed"] > 40 / STEP
    found = python(site, "-c", SCAN)
    assert found["touched"] == 0
    assert (found["scores"], found["findings"]) == (whole["scores"], whole["findings"])
