"""What Prometheus is told, and who else is not."""

from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from auditapp.accounts.models import ApiToken
from auditapp.ingest import spool, work
from auditapp.ingest.models import Batch
from auditapp.operations import heartbeats
from tests.auditapp.ingest.installation import history

pytestmark = pytest.mark.django_db
Labels = tuple[str, ...]


@pytest.fixture(autouse=True)
def own_spool(tmp_path: Path, settings: Settings) -> None:
    """A spool that is empty."""
    settings.SPOOL = tmp_path / "spool"


def figures(client: Client) -> dict[tuple[str, Labels], float]:
    """By name and label values, in the order of the labels' names."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def send(client: Client, body: bytes) -> str:
    """The id of an accepted batch."""
    _, text = ApiToken.issue(name="shipper", feed="lab")
    answer = client.post(
        "/api/v1/ingest/bash_history?host=gpu03&user=asilva&whole=true",
        body,
        content_type="text/plain",
        headers={"Authorization": f"Bearer {text}"},
    )
    assert answer.status_code == 202
    return str(answer.json()["batch"])


def test_a_database_that_is_away_is_no_error_of_ours(client: Client) -> None:
    def away(*_: object) -> None:
        raise OperationalError("gone")

    with connection.execute_wrapper(away):
        answer = client.get("/metrics")
    assert (answer.status_code, answer.content) == (503, b"The database does not answer.\n")


def test_each_stage_tells_what_came_and_what_became_of_it(client: Client) -> None:
    body = history(5, 1_769_000_000) + b"#4102444800\nls\n"
    assert work.process(send(client, body))
    assert work.process(send(client, body))
    told = figures(client)

    def of(stage: str, name: str) -> float:
        return told[f"foureyes_stage_{name}_total", ("bash_history", stage)]

    assert (of("receive", "batches"), of("receive", "bytes")) == (2, 2 * len(body))
    assert (of("receive", "in"), of("receive", "out")) == (24, 24)
    assert (of("parse", "in"), of("parse", "out"), of("parse", "rejected")) == (24, 10, 2)
    assert (of("store", "in"), of("store", "out"), of("store", "duplicates")) == (10, 5, 5)
    assert all(of(stage, "seconds") > 0 for stage in ("receive", "parse", "store"))
    assert of("store", "errors") == 0


def test_the_queue_tells_its_depth_its_age_and_its_dead_letters(client: Client) -> None:
    waiting = send(client, history(3))
    dead = send(client, history(4))
    Batch.objects.filter(id=dead).update(state=Batch.State.FAILED)
    told = figures(client)
    assert told["foureyes_queue_batches", ("false", "waiting")] == 1
    assert told["foureyes_queue_batches", ("true", "waiting")] == 0
    assert told["foureyes_queue_bytes", ("false", "waiting")] == len(history(3))
    assert told["foureyes_queue_oldest_seconds", ("false", "waiting")] > 0
    assert told["foureyes_dead_letters", ()] == 1
    spool.path_of(Batch.objects.get(id=waiting).id, Batch.objects.get(id=waiting).received).unlink()
    assert work.process(waiting)
    told = figures(client)
    assert told["foureyes_dead_letters", ()] == 2
    assert told["foureyes_stage_errors_total", ("bash_history", "store")] == 1


def test_parts_and_heartbeats_are_told(client: Client) -> None:
    heartbeats.beat("worker")
    told = figures(client)
    assert told["foureyes_part_ok", ("database",)] == 1
    assert told["foureyes_part_ok", ("scheduler",)] == 0
    ages = [value for (name, _), value in told.items() if name == "foureyes_heartbeat_age_seconds"]
    assert ages[0] < 60
    assert told["foureyes_spool_room_bytes", ()] > 0


def test_only_listed_addresses_and_tokens_with_the_scope_are_told(
    client: Client, settings: Settings
) -> None:
    _, reader = ApiToken.issue(name="prometheus", scopes=["read:metrics"])
    _, shipper = ApiToken.issue(name="shipper", feed="lab")
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 401
    refused = client.get("/metrics", **elsewhere)  # type: ignore[arg-type]
    assert (refused.status_code, refused["WWW-Authenticate"]) == (401, "Bearer")
    for text, status in ((reader, 200), (shipper, 401), ("fe_wrong", 401)):
        headers = {"Authorization": f"Bearer {text}"}
        answer = client.get("/metrics", headers=headers, **elsewhere)  # type: ignore[arg-type]
        assert answer.status_code == status
    settings.METRICS_FROM = ["192.0.2.0/24"]
    assert client.get("/metrics", **elsewhere).status_code == 200  # type: ignore[arg-type]
    assert client.get("/metrics").status_code == 401


def test_open_metrics_are_given_where_they_are_asked_for(client: Client) -> None:
    answer = client.get("/metrics", headers={"Accept": "application/openmetrics-text"})
    assert answer["Content-Type"].startswith("application/openmetrics-text")
    assert answer.content.endswith(b"# EOF\n")
