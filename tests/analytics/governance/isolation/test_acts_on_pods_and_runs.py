"""Pods of others removed or entered, runs of others deleted: from raw audit logs."""

import json
from dataclasses import replace
from typing import Any

from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.site import Site
from tests.analytics.governance.isolation.raw import judged, read

PEOPLE = read_people(
    "person,name,team,role,manager,start,end,accounts\n"
    "bob,Bob,language,researcher,,,,k8s:bob@lab.example;mlflow:bob;wandb:bob@lab.example\n"
    "mallory,Mallory,vision,researcher,,,,k8s:mal@lab.example;mlflow:mal@lab.example;"
    "wandb:mal@lab.example\n"
)
SITE = Site(
    directory=PEOPLE,
    resources=read_resources(
        "kind,pattern,owner\nnamespace,team-language,team:language\nnamespace,team-vision,team:vision\n"
    ),
)
TIME = "2026-03-10T09:30:00.000000Z"


def asked(user: str, verb: str, name: str, part: str | None = None, **more: Any) -> str:
    """A request to the cluster about the pod `namespace/name`, with leave unless told otherwise."""
    space, _, pod = name.partition("/")
    told = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": f"{user}{verb}{name}{part}",
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/{space}/pods/{pod}",
        "verb": verb,
        "user": {"username": user},
        "objectRef": {"resource": "pods", "namespace": space, "name": pod, "subresource": part},
        "responseStatus": {"code": 200},
        "requestReceivedTimestamp": TIME,
        "stageTimestamp": TIME,
        "annotations": {"authorization.k8s.io/decision": "allow"},
    }
    return json.dumps(told | more) + "\n"


def test_pods_in_the_namespace_of_another_team_are_its_pods() -> None:
    log = asked("mal@lab.example", "delete", "team-language/llm-0")
    log += asked("mal@lab.example", "delete", "team-vision/seg-0")
    log += asked("mal@lab.example", "create", "team-language/llm-1", "eviction")
    log += asked("mal@lab.example", "create", "team-language/llm-2", "exec")
    log += asked("mal@lab.example", "get", "team-language/llm-2", "log")
    found = judged([read("kubernetes_audit", log)], SITE)
    assert found.keys() == {"removed_pods_of_others", "entered_pods_of_others"}
    removed = found["removed_pods_of_others"]
    assert removed.owners == (("team:language", 2),)
    assert removed.sentence.startswith("deleted or evicted 2 pods or workloads of team language")


def test_a_pod_belongs_to_who_made_it_where_its_namespace_is_nobodys() -> None:
    log = asked("bob@lab.example", "create", "default/bobs")
    log += asked("mal@lab.example", "create", "default/mine")
    log += asked("mal@lab.example", "create", "default/bobs", "exec")
    log += asked("mal@lab.example", "delete", "default/bobs")
    log += asked("mal@lab.example", "delete", "default/mine")
    log += asked("bob@lab.example", "delete", "default/bobs")
    found = judged([read("kubernetes_audit", log)], SITE)
    assert {one.owners for one in found.values()} == {(("bob", 1),)}
    assert {one.person for one in found.values()} == {"mallory"}


def test_what_the_cluster_does_by_itself_and_what_it_refused_is_nothing() -> None:
    controller = "system:serviceaccount:kube-system:job-controller"
    log = asked(controller, "delete", "team-language/llm-0")
    refused = {
        "responseStatus": {"code": 403},
        "annotations": {"authorization.k8s.io/decision": "forbid"},
    }
    log += asked("mal@lab.example", "delete", "team-language/llm-0", **refused)
    assert judged([read("kubernetes_audit", log)], SITE) == {}


def test_taking_another_persons_place_in_the_cluster_is_acting_as_them() -> None:
    as_bob = {"impersonatedUser": {"username": "bob@lab.example"}}
    log = asked("mal@lab.example", "list", "team-vision/a", **as_bob)
    log += asked("mal@lab.example", "get", "team-vision/b", **as_bob)
    found = judged([read("kubernetes_audit", log)], SITE)
    assert found["acted_as_others"].owners == (("bob", 2),)


def run_of(owner: str, run: str) -> str:
    info = {
        "run_id": run,
        "user_id": owner,
        "status": "FINISHED",
        "start_time": 1773129600000,
        "end_time": 1773133200000,
        "lifecycle_stage": "active",
    }
    return json.dumps({"info": info, "data": {}}) + "\n"


def deletion_of(run: str) -> str:
    told = {
        "version": "2.0",
        "timestamp": 1773136800000,
        "userIdentity": {"email": "mal@lab.example"},
        "serviceName": "mlflowExperiment",
        "actionName": "deleteMlflowRun",
        "requestId": f"r{run}",
        "requestParams": {"runId": run},
        "response": {"statusCode": 200},
    }
    return json.dumps(told) + "\n"


def test_a_run_deleted_by_another_than_its_owner_is_told() -> None:
    mallory = read("mlflow_events", run_of("mal@lab.example", "aa1") + deletion_of("aa1"))
    assert judged([mallory], SITE) == {}
    bobs = read("mlflow_events", run_of("bob", "bb1") + deletion_of("bb1"))
    (found,) = judged([mallory, bobs], SITE).values()
    assert (found.id, found.person, found.owners) == (
        "deleted_runs_of_others",
        "mallory",
        (("bob", 1),),
    )


def test_whose_run_it_was_stays_unknown_where_nothing_tells() -> None:
    assert judged([read("mlflow_events", deletion_of("cc1"))], replace(SITE)) == {}
