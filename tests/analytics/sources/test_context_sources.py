"""Sign-ins, object storage and workflows: what golden samples cannot say."""

import json
from pathlib import Path
from typing import Any

import pytest

from analytics.detection.loading import load
from analytics.detection.matcher import match
from analytics.pipeline import log_sources
from tests.analytics.sources.reading import read
from tests.analytics.sources.test_golden import context_of

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
JSON_SOURCES = {
    "airflow_events": "rest.json",
    "cloudtrail": "events.ndjson",
    "entra_logs": "diagnostics.ndjson",
    "gcs_audit": "sink.ndjson",
    "keycloak_events": "api.json",
    "kubernetes_audit": "lines.ndjson",
    "okta_system_log": "stream.ndjson",
}


@pytest.mark.parametrize("name", JSON_SOURCES)
def test_an_entry_sent_again_by_another_way_is_the_same_event(name: str) -> None:
    log = (GOLDEN / name / JSON_SOURCES[name]).read_bytes()
    once, _ = read(name, log)
    again, _ = read(name, b"\n\n" + log, origin="another")
    assert [row["event.id"] for row in once] == [row["event.id"] for row in again]


def test_an_envelope_of_kubernetes_gives_what_its_lines_give() -> None:
    lines = (GOLDEN / "kubernetes_audit/lines.ndjson").read_text().splitlines()[:2]
    listed = '{"kind":"EventList","items":[' + ",".join(lines) + "]}"
    one, other = read("kubernetes_audit", "\n".join(lines))[0], read("kubernetes_audit", listed)[0]
    for row in (*one, *other):
        row.pop("batch.line")
    assert one == other


def workload(spec: Any, **more: Any) -> dict[str, Any]:
    event = {
        "auditID": "a",
        "verb": "create",
        "stage": "ResponseComplete",
        "stageTimestamp": "2026-02-10T09:30:00Z",
        "objectRef": {"resource": "pytorchjobs", "namespace": "n", "name": "j"},
        "requestObject": spec,
        **more,
    }
    ((row,), _) = read("kubernetes_audit", json.dumps(event))
    return row


def test_copies_of_a_pod_multiply_its_gpus() -> None:
    pod = {"containers": [{"resources": {"limits": {"nvidia.com/gpu": "8"}}}]}
    spec = {"master": {"replicas": 1, "spec": pod}, "worker": {"replicas": 3, "spec": pod}}
    assert workload(spec)["job.gpus"] == 32


@pytest.mark.parametrize(
    "spec",
    [
        {"containers": "none"},
        {"containers": [None, 7, {"command": [1, None]}]},
        {"replicas": 10**30, "spec": {"containers": [{"resources": {"limits": {"gpu": "1e9"}}}]}},
        {"volumes": 7, "containers": []},
        [[[[[[[[[[{"containers": []}]]]]]]]]]],
    ],
)
def test_a_strange_workload_is_only_told_less_of(spec: Any) -> None:
    assert workload(spec)["job.gpus"] is None


def test_a_container_that_asks_for_the_host_can_be_found_by_rules(tmp_path: Path) -> None:
    (tmp_path / "host_path.yml").write_text(
        "title: Host path\nlogsource: {product: kubernetes, service: audit}\n"
        "detection:\n  s: {verb: create, objectRef.resource: pods, hostPath: '*'}\n"
        "  condition: s\nlevel: low\n"
    )
    source, log = log_sources()["kubernetes_audit"], GOLDEN / "kubernetes_audit/lines.ndjson"
    with log.open("rb") as stream:
        (batch,) = source.parse(stream, context_of(log))
    labels = [dict(told or ()) for told in batch.events["labels"].to_pylist()]
    asked = [told["hostPath"] for told in labels if "hostPath" in told]
    alerts = match(load([tmp_path]), batch.events)
    assert [alert.rule for alert in alerts] == ["host_path"] * len(asked)
    assert asked == ["/", "/etc, /shared/data"]


def test_a_failed_sign_in_is_told_as_a_name_that_was_tried() -> None:
    for name in ("okta_system_log", "entra_logs", "keycloak_events"):
        rows = [
            row
            for sample in sorted((GOLDEN / name).glob("*"))
            if ".expected" not in sample.name
            for row in read(name, sample.read_bytes())[0]
            if row["event.category"] == "authentication" and row["event.outcome"] == "failure"
        ]
        assert rows
        assert {row["actor.basis"] for row in rows} == {"name that was tried"}


def test_an_object_and_its_requester_are_read_from_any_line_of_a_bucket() -> None:
    line = (GOLDEN / "s3_access/bucket.log").read_text().splitlines()[1]
    ((row,), _) = read("s3_access", line)
    assert row["user_agent.original"] == 'aws-cli/2.15.0 "odd" agent'
    assert row["labels"]["tls_version"] == "TLSV1.3"
    ((short,), _) = read("s3_access", line[: line.rindex('"') + 1])
    assert short["file.path"] == row["file.path"]


def test_a_table_of_airflow_may_have_its_columns_in_any_order_and_with_any_delimiter() -> None:
    names = ["event", "owner", "extra", "task_id", "dag_id", "dttm", "id"]
    cells = ["clear", "bkim", '"a;b\n""c"""', "t", "d", "2026-02-10 09:00:00", "7"]
    log = ";".join(names) + "\r\n" + ";".join(cells) + "\r\n"
    ((row,), rejected) = read("airflow_events", log)
    assert (row["actor.account"], row["job.id"], not rejected) == ("airflow:bkim", "d/t", True)


def test_a_table_as_a_databases_shell_draws_it_is_read() -> None:
    log = (
        " id |          dttm          | dag_id | task_id | event | owner | extra\n"
        "----+------------------------+--------+---------+-------+-------+-------\n"
        "  7 | 2026-02-10 09:00:00+00 | d      | t       | clear | bkim  |\n"
        "(1 row)\n"
    )
    ((row,), rejected) = read("airflow_events", log)
    assert (row["actor.account"], row["job.id"], len(rejected)) == ("airflow:bkim", "d/t", 0)


@pytest.mark.parametrize(
    ("operation", "rest", "who"),
    [
        ("S3.EXPIRE.OBJECT", 'run7/a.pt "-" - - - 113 - - "-" "-" v1 h - - - - - -', None),
        ("BATCH.DELETE.OBJECT", "run7/a.pt - 204 - - 1 - - - - v1", "aws:asilva"),
        (
            "REST.GET.OBJECT",
            'run7/a.pt "GET /ckpt/run7/a.pt?x="y" HTTP/1.1" 200 - 9 9 1 1 "-" "cli" -',
            "aws:asilva",
        ),
    ],
)
def test_what_a_bucket_does_of_itself_and_odd_requests_are_read(
    operation: str, rest: str, who: str | None
) -> None:
    requester = "arn:aws:iam::1:user/asilva" if who else "-"
    owner, time = "79a59df900b949e55d96a1e698fbaced", "[06/Feb/2026:00:00:38 +0000]"
    line = f"{owner} ckpt {time} - {requester} 3E57 {operation} {rest}\n"
    ((row,), _) = read("s3_access", line)
    assert (row["file.path"], row["event.action"]) == ("s3://ckpt/run7/a.pt", operation)
    assert row["actor.account"] == who
    assert log_sources()["s3_access"].recognises(line.encode(), "x") > 0.9


@pytest.mark.shared_data
def test_the_public_rules_for_these_logs_compile(real_logs: Path) -> None:
    folders = [real_logs / "sigma-rules/rules/identity/okta"]
    folders.append(real_logs / "sigma-rules/rules/application/kubernetes")
    found = load(folders)
    assert found.refused == ()
    names = {rule.source.name for rule in found.rules}
    assert names == {"okta", "kubernetes"}
