"""Pods as runs, and who was near them, from raw lines of a cluster's audit log."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics.governance.victims import finding, pods
from analytics.store import open_store
from analytics.store.base import Question
from tests.analytics.governance.victims.cluster import KUBE, Cluster, month, site
from tests.analytics.governance.victims.world import BEGIN

ANA, MAL = "u04@lab", "u03@lab"
LATER = BEGIN + timedelta(hours=3)


def run(cluster: Cluster) -> dict[str, Any]:
    """The one run that the lines tell of."""
    (row,) = pods.of_events(cluster.events, site()).to_pylist()
    return dict(row)


def one() -> tuple[Cluster, str]:
    """A job of ana's that runs in a pod on gpu03."""
    cluster = Cluster()
    return cluster, cluster.job(ANA, "team0/llm", BEGIN, "gpu03")


def test_a_pod_is_a_run_of_whoever_made_its_job_on_the_node_to_which_it_was_bound() -> None:
    cluster, pod = one()
    cluster.ended(LATER, "gpu03", pod, 1)
    found = run(cluster)
    assert found["id"] == pod.replace("/pods/", "/")
    assert (found["owner"], found["account"], found["array"]) == ("u04", f"k8s:{ANA}", "team0/llm")
    assert (found["state"], found["exit"], found["nodes"]) == ("FAILED", 1, ["gpu03"])
    assert (found["gpus"], found["ended"]) == (8, LATER)
    assert found["gpu_hours"] == pytest.approx(24, rel=0.01)
    assert found["uses"] == [
        "configmaps:team0/llm-config",
        "namespaces:team0",
        "persistentvolumeclaims:team0/data",
        "workload:team0/llm",
    ]


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ({"phase": "Succeeded"}, "COMPLETED"),
        ({"phase": "Failed", "reason": "Evicted"}, "FAILED"),
        ({"phase": "Failed", "reason": "DeadlineExceeded"}, "TIMEOUT"),
        ({"phase": "Failed", "reason": "NodeLost"}, "NODE_FAIL"),
        ({"phase": "Failed", "reason": "Preempting"}, "PREEMPTED"),
    ],
)
def test_a_pods_end_is_what_its_kubelet_says(told: dict[str, Any], state: str) -> None:
    cluster, pod = one()
    cluster.status(LATER, "gpu03", pod, **told)
    assert run(cluster)["state"] == state


def test_a_pod_without_memory_is_told_apart_by_its_container() -> None:
    cluster, pod = one()
    cluster.ended(LATER, "gpu03", pod, 137, "OOMKilled")
    assert run(cluster)["state"] == "OUT_OF_MEMORY"


def test_a_pod_deleted_or_evicted_while_it_runs_was_ended_by_whoever_asked_for_it() -> None:
    for verb, part in (("delete", "/pods/"), ("create", "/pods:eviction/")):
        cluster, pod = one()
        cluster.asked(LATER, MAL, verb, pod.replace("/pods/", part))
        found = run(cluster)
        assert (found["state"], found["canceller"]) == ("CANCELLED", "u03")


def test_what_the_cluster_deletes_after_a_job_or_all_pods_were_was_asked_for_by_a_person() -> None:
    for verb, place in (("delete", "team0/jobs/llm"), ("deletecollection", "team0/pods/")):
        cluster, pod = one()
        cluster.asked(LATER, MAL, verb, place)
        collector = f"{KUBE}generic-garbage-collector"
        cluster.asked(LATER + timedelta(seconds=30), collector, "delete", pod)
        assert run(cluster)["canceller"] == "u03"


@pytest.mark.parametrize(
    ("by", "state"),
    [
        ("system:kube-scheduler", "PREEMPTED"),
        (f"{KUBE}node-controller", "NODE_FAIL"),
        (f"{KUBE}ttl-after-finished-controller", "CANCELLED"),
    ],
)
def test_what_the_cluster_ends_of_itself_is_nobodys_doing(by: str, state: str) -> None:
    cluster, pod = one()
    cluster.asked(LATER, by, "delete", pod)
    found = run(cluster)
    assert (found["state"], found["canceller"]) == (state, None)


def test_a_refused_request_and_one_after_the_end_change_nothing() -> None:
    cluster, pod = one()
    cluster.asked(LATER - timedelta(hours=1), MAL, "delete", pod, code=403)
    cluster.ended(LATER, "gpu03", pod, 0)
    cluster.asked(LATER + timedelta(hours=1), MAL, "delete", pod)
    assert run(cluster)["state"] == "COMPLETED"


def test_pods_of_services_are_no_runs() -> None:
    cluster = Cluster()
    about = {"generateName": "web-", "ownerReferences": [{"kind": "ReplicaSet", "name": "web"}]}
    made = {"kind": "Pod", "metadata": about, "spec": {"containers": [{"name": "c"}]}}
    maker = f"{KUBE}replicaset-controller"
    cluster.asked(BEGIN, maker, "create", "team0/pods/", requestObject=made)
    target = {"kind": "Binding", "target": {"kind": "Node", "name": "gpu01"}}
    soon = BEGIN + timedelta(seconds=1)
    place = "team0/pods:binding/web-abcde"
    cluster.asked(soon, "system:kube-scheduler", "create", place, requestObject=target)
    assert pods.of_events(cluster.events, site()).num_rows == 0


def test_acts_on_a_pods_job_its_configuration_namespace_and_node_are_told_by_name() -> None:
    cluster, pod = one()
    ran = pods.of_events(cluster.events, site())
    for verb, place in (
        ("create", pod.replace("/pods/", "/pods:exec/")),
        ("patch", "team0/jobs/llm"),
        ("update", "team0/configmaps/llm-config"),
        ("create", "team0/resourcequotas/small"),
        ("patch", "/nodes/gpu03"),
        ("get", "team0/configmaps/llm-config"),
        ("delete", pod),
    ):
        cluster.asked(LATER, MAL, verb, place)
    found = pods.acts_of(cluster.events, ran)
    assert found["thing"].to_pylist() == [
        "workload:team0/llm",
        "workload:team0/llm",
        "configmaps:team0/llm-config",
        "namespaces:team0",
        "gpu03",
    ]


def looked_over(cluster: Cluster, folder: Path) -> list[str]:
    """Whom the findings of the day on which the last pod failed are about."""
    store = open_store(folder.as_uri())
    store.append(cluster.events)
    (last,) = [max(when for when, line in cluster.lines if '"Failed"' in line)]
    begin = last.replace(hour=0, minute=0, second=0, microsecond=0)
    day = Question(since=begin, until=begin + timedelta(days=1))
    events = pa.concat_tables(store.scan(day, finding.COLUMNS))
    found = finding.find(begin.date(), events, site(), store)
    store.close()
    return [one.person for one in found]


@pytest.mark.parametrize("harm", ["config", "exec"])
def test_who_changes_or_enters_pods_before_they_fail_is_named(harm: str, tmp_path: Path) -> None:
    assert looked_over(month(5, harm, last=True), tmp_path) == ["u03"]


def test_where_pods_fail_by_themselves_nobody_is_named(tmp_path: Path) -> None:
    assert looked_over(month(6), tmp_path) == []
