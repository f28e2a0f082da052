"""Each log that a simulation writes can be read by the log source of that format."""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import jsonschema_rs
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from analytics import sources
from analytics.event import Batch, Context, Source
from analytics.identity import read_people
from analytics.plugins import discover

# Accounts of services, and None: a running job's own words, or a daemon's.
NOBODYS = defaultdict(
    set, {"training_steps": {None}, "syslog": {None, "unix:root", "unix:svc-monitor"}}
)
FILES = {
    "auditd": "logs/*/auditd.log",
    "bash_history": "logs/*/home/*/.bash_history",
    "zsh_history": "logs/*/home/*/.zsh_history",
    "github_webhook": "logs/git/github-webhooks.ndjson",
    "github_audit": "logs/git/github-audit.ndjson",
    "wandb_audit": "logs/wandb/audit.ndjson",
    "slurm_sacct": "logs/slurm/sacct.txt",
    "hf_access": "logs/hf/mirror-access.log",
    "hf_audit": "logs/hf/audit.json",
    "syslog": "logs/*/syslog.log",
    "slurm_task": "logs/slurm/tasks.ndjson",
    "training_steps": "logs/training/steps.ndjson",
    "mlflow_events": "logs/training/mlflow.ndjson",
    "kubernetes_audit": "logs/kubernetes/audit.log",
}


@pytest.fixture(scope="session")
def known() -> dict[str, Source]:
    """Every log source."""
    return discover(sources, "SOURCE", Source)


def _read(source: Source, path: Path) -> Iterator[Batch]:
    context = Context(
        feed=path.name,
        batch="b",
        origin=str(path),
        received=datetime(2026, 3, 2, tzinfo=UTC),
        host="login01",
        user=path.parent.name,
    )
    with path.open("rb") as log:
        yield from source.parse(log, context)


def _events(source: Source, site: Path) -> pa.Table:
    paths = sorted(site.glob(FILES[source.name]))
    assert paths
    batches = [batch for path in paths for batch in _read(source, path)]
    assert [rejected for batch in batches for rejected in batch.rejected] == []
    return pa.concat_tables([batch.events for batch in batches])


@pytest.mark.parametrize("name", FILES)
def test_a_written_log_is_read_without_a_rejected_record(
    name: str, site: Path, known: dict[str, Source]
) -> None:
    events = _events(known[name], site)
    assert events.num_rows > 20
    ids = events["event.id"].to_pylist()
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", FILES)
def test_a_written_log_is_recognised_as_what_it_is(
    name: str, site: Path, known: dict[str, Source]
) -> None:
    for path in site.glob(FILES[name]):
        with path.open("rb") as log:
            head = log.read(65_536)
        head = head[: head.rfind(b"\n") + 1]
        sure = {other: source.recognises(head, str(path)) for other, source in known.items()}
        assert max(sure, key=lambda other: sure[other]) == name, sure


def test_every_event_of_a_person_belongs_to_a_person(site: Path, known: dict[str, Source]) -> None:
    directory = read_people((site / "people.csv").read_text())
    for name in FILES.keys() - {"auditd", "slurm_sacct"}:
        events = _events(known[name], site)
        people = directory.persons(events["actor.account"], events["@timestamp"])
        nobodys = set(events["actor.account"].filter(pc.is_null(people)).to_pylist())
        services = {one for one in nobodys if one and one.startswith("k8s:system:serviceaccount:")}
        assert nobodys - services <= {"github:northlab-release[bot]", *NOBODYS[name]}, name


def test_who_killed_whose_process_can_be_told(site: Path, known: dict[str, Source]) -> None:
    kills = _events(known["auditd"], site).to_pylist()
    pairs = {
        (event["actor.account"], event["owner.account"])
        for event in kills
        if event["owner.account"] and event["event.action"] == "sent-signal"
    }
    assert any(actor != owner for actor, owner in pairs)


def test_the_audit_export_follows_the_published_shape(site: Path) -> None:
    events = json.loads((site / "logs/hf/audit.json").read_text())
    assert all(
        {"_id", "createdAt", "type", "message", "author"} <= event.keys() for event in events
    )
    assert all(len(event["_id"]) == 24 for event in events)


@pytest.mark.shared_data
def test_the_audit_export_is_valid_by_the_published_schema(site: Path, real_logs: Path) -> None:
    path = real_logs / "huggingface" / "audit-log-export.schema.json"
    content = json.loads(path.read_bytes())["responses"]["200"]["content"]
    schema = content["application/json"]["schema"]
    jsonschema_rs.validate(schema, json.loads((site / "logs/hf/audit.json").read_bytes()))


def test_a_push_follows_on_the_one_before_it(site: Path) -> None:
    heads: dict[tuple[str, str], str] = {}
    pushes = 0
    for line in (site / "logs/git/github-webhooks.ndjson").read_text().splitlines():
        envelope = json.loads(line)
        assert set(envelope) == {"event", "delivery", "payload"}
        if envelope["event"] != "push":
            continue
        payload = envelope["payload"]
        place = (payload["repository"]["full_name"], payload["ref"])
        assert payload["before"] == heads.get(place, payload["before"])
        heads[place] = payload["after"]
        pushes += 1
    assert pushes > 20


def test_sacct_rows_have_a_value_for_every_column(site: Path) -> None:
    lines = (site / "logs/slurm/sacct.txt").read_text().splitlines()
    assert {line.count("|") for line in lines} == {lines[0].count("|")}
    steps = {line.split("|")[0].rpartition(".")[2] for line in lines if ".batch" in line[:20]}
    assert steps == {"batch"}
