"""An invented Kubernetes cluster as its audit log tells of it: raw lines, as the API server writes
them at the level of requests."""

import io
import json
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from analytics import pipeline
from analytics.event import Context
from analytics.fields import SCHEMA
from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.site import Site
from tests.analytics.governance.victims.world import BEGIN

KUBE = "system:serviceaccount:kube-system:"
GROUPS = {"jobs": "batch"}


def site(people: int = 20, spaces: int = 4) -> Site:
    """People, four to a namespace of their team's."""
    rows = "".join(
        f"u{n:02},u{n:02},team{n % spaces},researcher,,,,k8s:u{n:02}@lab\n" for n in range(people)
    )
    owned = "".join(f"namespace,team{n},team:team{n}\n" for n in range(spaces))
    return Site(
        directory=read_people("person,name,team,role,manager,start,end,accounts\n" + rows),
        resources=read_resources("kind,pattern,owner\n" + owned),
    )


class Cluster:
    """Writes the lines of what people, controllers, the scheduler and kubelets ask for."""

    def __init__(self) -> None:
        self.lines: list[tuple[datetime, str]] = []

    def asked(
        self, when: datetime, user: str, verb: str, place: str, *, code: int = 200, **more: Any
    ) -> None:
        """A request about `namespace/resource/name`, where a `resource` may be `pods:exec`."""
        space, resource, name = place.split("/")
        resource, _, part = resource.partition(":")
        reference = {"resource": resource, "namespace": space, "name": name, "subresource": part}
        reference["apiGroup"] = GROUPS.get(resource, "")
        stamp = when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        told = {
            "kind": "Event",
            "apiVersion": "audit.k8s.io/v1",
            "level": "Request",
            "auditID": f"{len(self.lines):08}-0000-4000-8000-000000000000",
            "stage": "ResponseComplete",
            "requestURI": f"/api/v1/namespaces/{space}/{resource}/{name}",
            "verb": verb,
            "user": {"username": user, "groups": ["system:authenticated"]},
            "sourceIPs": ["10.0.4.17"],
            "userAgent": "kubectl/v1.31.2",
            "objectRef": {key: value for key, value in reference.items() if value},
            "responseStatus": {"metadata": {}, "code": code},
            "requestReceivedTimestamp": stamp,
            "stageTimestamp": stamp,
            "annotations": {"authorization.k8s.io/decision": "allow"},
        }
        self.lines.append((when, json.dumps(told | more) + "\n"))

    def job(self, who: str, name: str, began: datetime, node: str, gpus: int = 8) -> str:
        """A job of one pod is made, bound and runs; gives the pod as `namespace/pods/name`."""
        space = name.partition("/")[0]
        short = name.partition("/")[2]
        spec = {
            "containers": [
                {
                    "name": "train",
                    "image": "registry.lab/train:3",
                    "command": ["python", "train.py"],
                    "resources": {"limits": {"nvidia.com/gpu": str(gpus)}},
                }
            ],
            "volumes": [
                {"name": "c", "configMap": {"name": f"{short}-config"}},
                {"name": "d", "persistentVolumeClaim": {"claimName": "data"}},
            ],
            "restartPolicy": "Never",
        }
        job = {"kind": "Job", "metadata": {"name": short}, "spec": {"template": {"spec": spec}}}
        soon = began - timedelta(seconds=20)
        self.asked(soon, who, "create", f"{space}/jobs/{short}", requestObject=job)
        about = {
            "generateName": f"{short}-",
            "ownerReferences": [{"apiVersion": "batch/v1", "kind": "Job", "name": short}],
        }
        made = {"kind": "Pod", "metadata": about, "spec": spec}
        maker, soon = f"{KUBE}job-controller", began - timedelta(seconds=10)
        self.asked(soon, maker, "create", f"{space}/pods/", code=201, requestObject=made)
        pod = f"{short}-x{len(self.lines) % 7919:04}"
        target = {"kind": "Binding", "target": {"kind": "Node", "name": node}}
        binding = f"{space}/pods:binding/{pod}"
        soon = began - timedelta(seconds=5)
        self.asked(soon, "system:kube-scheduler", "create", binding, requestObject=target)
        self.status(began, node, f"{space}/pods/{pod}", phase="Running")
        return f"{space}/pods/{pod}"

    def status(self, when: datetime, node: str, pod: str, **status: Any) -> None:
        """What the kubelet of a node says of a pod."""
        told = {"metadata": {"uid": "1"}, "status": status}
        place = pod.replace("/pods/", "/pods:status/")
        self.asked(when, f"system:node:{node}", "patch", place, requestObject=told)

    def ended(self, when: datetime, node: str, pod: str, code: int, reason: str = "Error") -> None:
        """A pod's container ended with a code."""
        state = {"terminated": {"exitCode": code, "reason": reason if code else "Completed"}}
        phase = "Failed" if code else "Succeeded"
        containers = [{"name": "train", "state": state}]
        self.status(when, node, pod, phase=phase, containerStatuses=containers)

    @property
    def events(self) -> pa.Table:
        """The lines as events, in order of time."""
        log = "".join(line for _, line in sorted(self.lines))
        source = pipeline.recognise(log[:65536].encode(), "audit.log")
        assert source is not None
        assert source.name == "kubernetes_audit"
        context = Context(feed="k8s", batch="b", origin="o", received=BEGIN + timedelta(days=60))
        batches = list(pipeline.parse(source, io.BytesIO(log.encode()), context))
        assert not any(batch.rejected for batch in batches)
        return pa.concat_tables([SCHEMA.empty_table(), *(batch.events for batch in batches)])


def month(
    seed: int, harm: str = "", ruined: int = 10, by: str = "u03@lab", *, last: bool = False
) -> Cluster:
    """A month of 25 jobs a day: one in ten fails; people look into pods of others, and change
    configurations of others. `harm` is how somebody ruins some: `config` or `exec`; the `last`
    job of others as well."""
    chance, cluster = np.random.default_rng(seed), Cluster()
    jobs = []
    for number in range(750):
        owner = int(chance.integers(20))
        began = BEGIN + timedelta(days=number / 25, hours=float(chance.normal(0, 1)) + 2)
        hours = float(chance.lognormal(1.5, 0.6))
        jobs.append((f"u{owner:02}@lab", f"team{owner % 4}/job{number}", began, hours))
    fails = chance.random(750) < 0.1
    could = [n for n, job in enumerate(jobs) if job[0] != by and job[3] > 2 and not fails[n]]
    bad = set(chance.choice(could, ruined, replace=False).tolist()) if harm else set()
    if last:
        bad.add(could[-1])
    for number, (who, name, began, hours) in enumerate(jobs):
        node = f"gpu{chance.integers(12):02}"
        pod = cluster.job(who, name, began, node)
        end = began + timedelta(hours=hours)
        if number in bad:
            came = began + timedelta(hours=hours / 2)
            end = came + timedelta(minutes=float(chance.uniform(2, 40)))
            _comes(cluster, came, by, name, pod, harm)
        cluster.ended(end, node, pod, int(fails[number] or number in bad))
        if fails[number] or number in bad:  # the busiest answers, and a colleague
            for helper in ("u00@lab", f"u{chance.integers(20):02}@lab"):
                later = end + timedelta(minutes=float(chance.uniform(1, 30)))
                _comes(cluster, later, helper, name, pod, "exec")
        for visitor, hourly in (("u00@lab", 0.06), (f"u{chance.integers(20):02}@lab", 0.03)):
            for _ in range(chance.poisson(hourly * hours)):
                came = began + timedelta(hours=hours * float(chance.random()))
                how = str(chance.choice(["exec", "config"]))
                if came < end:
                    _comes(cluster, came, visitor, name, pod, how)
    return cluster


def _comes(cluster: Cluster, when: datetime, who: str, name: str, pod: str, how: str) -> None:
    """Somebody runs a command in a pod, or changes the configuration of a job."""
    space, _, short = name.partition("/")
    if how == "exec":
        cluster.asked(when, who, "create", pod.replace("/pods/", "/pods:exec/"), code=101)
    else:
        cluster.asked(when, who, "patch", f"{space}/configmaps/{short}-config")
