"""An invented lab whose logs are written as the real tools do, and asked what was reached."""

import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics import pipeline
from analytics.event import Context
from analytics.fields import SCHEMA
from analytics.governance.impact import Asked, Impact, impact_of
from analytics.identity import read_people
from analytics.site import Site
from analytics.store import open_store
from analytics.store.base import Appended, EventStore, Question
from analytics.store.lake import Lake
from tests.analytics.store.oracle import holds

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
PEOPLE = {"mal": 1001, "ana": 1002, "bo": 1003}
HEADER = (
    "JobID|JobIDRaw|Cluster|User|UID|JobName|State|ExitCode|Submit|Start|End|NNodes|AllocTRES|"
    "NodeList|SubmitLine|WorkDir|Comment\n"
)
CALLS = {"read": (257, "80000", "NORMAL"), "write": (257, "241", "NORMAL"),
         "create": (257, "c1", "CREATE"), "delete": (263, "0", "DELETE")}  # fmt: skip


def at(hours: float) -> datetime:
    """So many hours after the beginning."""
    return BEGIN + timedelta(hours=hours)


def site() -> Site:
    """Three people, each with an account at every system."""
    rows = "".join(
        f"{who},{who.title()},vision,researcher,,,,unix:{who};uid:site/{uid};slurm:{who};"
        f"github:{who};git:{who}@lab.example;hf:{who};k8s:{who}@lab.example\n"
        for who, uid in PEOPLE.items()
    )
    return Site(directory=read_people("person,name,team,role,manager,start,end,accounts\n" + rows))


class Held(Lake):
    """A few events in memory, asked by the oracle of the stores' tests: a lake takes its time."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def append(self, events: pa.Table) -> Appended:
        self.rows += [row | {"labels": dict(row["labels"] or ())} for row in events.to_pylist()]
        return Appended(stored=len(events), duplicates=0, new=pa.array([True] * len(events)))

    def scan(self, question: Question, columns: Sequence[str]) -> Iterator[pa.Table]:
        found = [
            {name: row[name] for name in columns}
            for row in self.rows
            if (not question.since or question.since <= row["@timestamp"])
            and (not question.until or row["@timestamp"] < question.until)
            and holds(question.query, row)
        ]
        for row in found:
            if "labels" in row:
                row["labels"] = list(row["labels"].items())
        yield pa.Table.from_pylist(found, pa.schema([SCHEMA.field(name) for name in columns]))


class Lab:
    """Writes logs, then takes them in and asks."""

    def __init__(self, folder: Path | None = None) -> None:
        """Keeps events in a lake in that folder, else in memory."""
        self._folder = folder
        self._logs: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._serial = 100

    def job(
        self,
        number: int | str,
        who: str,
        start: float,
        end: float | None,
        command: str,
        *,
        node: str = "gpu01",
        folder: str | None = None,
        comment: str = "",
        cancelled_by: str = "",
        steps: Iterable[str] = (),
    ) -> None:
        """A job that ran for some hours, as sacct prints it."""
        began, ended = (f"{at(start):%FT%T}", f"{at(end):%FT%T}" if end is not None else "Unknown")
        state = "RUNNING" if end is None else "COMPLETED"
        if cancelled_by:
            state = f"CANCELLED by {PEOPLE[cancelled_by]}"
        self._logs["slurm_sacct", ""].append(
            f"{number}|{number}|lab|{who}|{PEOPLE[who]}|train|{state}|0:0|{began}|{began}|{ended}|1|"
            f"gres/gpu=8|{node}|{command}|{folder or f'/home/{who}/run'}|{comment}\n"
            + "".join(
                f"{number}.{step}|{number}.{step}|lab|||python|{state}|0:0|{began}|{began}|{ended}|1||"
                f"{node}|{line}||\n"
                for step, line in enumerate(steps)
            )
        )

    def audit(
        self,
        how: str,
        who: str,
        hour: float,
        path: str,
        *,
        host: str = "login1",
        pid: int = 4000,
        owner: int = 0,
    ) -> None:
        """A file is read, written, created or deleted, as auditd writes it."""
        call, flags, kind = CALLS[how]
        self._record(
            host,
            hour,
            f"syscall={call} success=yes exit=3 a0=ffffff9c a1=7f a2={flags} a3=0 items=1",
            (who, pid),
            "python3",
            [f'PATH <mark>: item=0 name="{path}" inode=7 dev=fd:01 mode=0100644 ouid={owner} '
             f"ogid=0 rdev=00:00 nametype={kind}"],
        )  # fmt: skip

    def ran(
        self, who: str, hour: float, command: str, *, host: str = "login1",
        folder: str | None = None, pid: int = 4000,
    ) -> None:  # fmt: skip
        """A program is started, as auditd writes it."""
        words = command.split(" ")
        told = " ".join(f'a{n}="{word}"' for n, word in enumerate(words))
        self._record(
            host,
            hour,
            "syscall=59 success=yes exit=0 a0=55d a1=55e a2=55f a3=8 items=0",
            (who, pid),
            words[0].rpartition("/")[2],
            [
                f"EXECVE <mark>: argc={len(words)} {told}",
                f'CWD <mark>: cwd="{folder or f"/home/{who}"}"',
            ],
        )

    def signal(self, who: str, hour: float, whom: str, *, host: str) -> None:
        """A process of somebody is sent a signal, as auditd writes it."""
        target = f'opid=9 oauid={PEOPLE[whom]} ouid={PEOPLE[whom]} oses=3 ocomm="python"'
        call = "syscall=62 success=yes exit=0 a0=9 a1=9 a2=0 a3=0 items=0"
        self._record(host, hour, call, (who, 4000), "bash", [f"OBJ_PID <mark>: {target}"])

    def registry(
        self, who: str, method: str, hour: float, image: str, tag: str, *, host: str = "build1"
    ) -> None:
        """A registry's request log, sent as ECS."""
        request = {"request": {"method": method}, "response": {"status_code": 200}}
        self.ndjson(
            "ecs",
            **{"@timestamp": at(hour).isoformat(), "event": {"category": ["web"]}},
            url={"original": f"/v2/{image}/manifests/{tag}"},
            user={"name": who},
            host={"name": host},
            http=request,
        )

    def pod(self, who: str, hour: float, name: str, image: str) -> None:
        """A pod is made, as the API server's audit tells."""
        namespace, _, pod = name.partition("/")
        container = {"name": "main", "image": image, "command": ["train"]}
        self.ndjson(
            "kubernetes_audit",
            kind="Event",
            apiVersion="audit.k8s.io/v1",
            auditID=f"{name}{hour}",
            stage="ResponseComplete",
            level="Request",
            verb="create",
            user={"username": f"{who}@lab.example"},
            objectRef={"resource": "pods", "namespace": namespace, "name": pod},
            requestURI=f"/api/v1/namespaces/{namespace}/pods",
            responseStatus={"code": 201},
            requestObject={"metadata": {"name": pod}, "spec": {"containers": [container]}},
            requestReceivedTimestamp=at(hour).isoformat(),
            stageTimestamp=at(hour).isoformat(),
        )

    def _record(
        self, host: str, hour: float, call: str, process: tuple[str, int], name: str,
        more: list[str],
    ) -> None:  # fmt: skip
        self._serial += 1
        mark = f"msg=audit({at(hour).timestamp():.3f}:{self._serial})"
        who, pid = process
        uid = PEOPLE[who]
        ids = " ".join(f"{kind}={uid}" for kind in ("auid", "uid", "gid", "euid", "suid", "fsuid"))
        lines = [
            f"SYSCALL <mark>: arch=c000003e {call} ppid=900 pid={pid} {ids} tty=pts2 ses=12 "
            f'comm="{name[:15]}" exe="/usr/bin/{name}" key="foureyes"',
            *more,
            "EOE <mark>: ",
        ]
        self._logs["auditd", host].extend(
            f"type={line.replace('<mark>', mark)}\n" for line in lines
        )

    def manifest(self, kind: str, hour: float, path: str, digest: str, **told: Any) -> None:
        """A line of the collection kit; `digest` is told by one letter or two."""
        self.ndjson(
            "checkpoint_manifest",
            foureyes="checkpoint_manifest", at=kind, time=at(hour).isoformat(), host="gpu01",
            path=path, sha256=sha(digest), bytes=7, **told,
        )  # fmt: skip

    def ndjson(self, source: str, **told: Any) -> None:
        """A JSON line."""
        self._logs[source, ""].append(json.dumps(told) + "\n")

    def push(
        self,
        who: str,
        hour: float,
        repository: str,
        commits: list[str],
        files: list[str],
        *,
        branch: str = "main",
        dated: float | None = None,
    ) -> None:
        """A push, as GitHub's webhook tells it; `dated` is when commits say that they were made."""
        time = at(hour if dated is None else dated).isoformat()
        person = {"name": who, "email": f"{who}@lab.example", "username": who}
        told = [
            {"id": sha, "tree_id": sha, "distinct": True, "message": "Tune", "timestamp": time,
             "author": person, "committer": person, "added": [], "removed": [], "modified": files}
            for sha in commits
        ]  # fmt: skip
        self.ndjson(
            "github_webhook",
            ref=f"refs/heads/{branch}", before="a" * 40, after=commits[-1], commits=told,
            head_commit=told[-1], forced=False, created=False, deleted=False,
            pusher={"name": who}, sender={"login": who, "id": PEOPLE[who], "type": "User"},
            repository={"id": 1, "full_name": repository, "default_branch": "main",
                        "pushed_at": int(at(hour).timestamp())},
        )  # fmt: skip

    def ask(self, since: float = 0, until: float = 1000, **what: str) -> Impact:
        """What was reached, by all that has been written so far."""
        store: EventStore = open_store(self._folder.as_uri()) if self._folder else Held()
        sources = pipeline.log_sources()
        for (name, host), lines in self._logs.items():
            text = (HEADER if name == "slurm_sacct" else "") + "".join(lines)
            log = f"{name}{host}"
            context = Context(feed="f", batch=log, origin=log, received=at(2000), host=host or None)
            for batch in pipeline.parse(sources[name], io.BytesIO(text.encode()), context):
                assert not batch.rejected, batch.rejected
                store.append(batch.events)
        asked = Asked(since=at(since), until=at(until), as_of=at(2000), **what)
        return impact_of(asked, site(), store)


def sha(digest: str) -> str:
    """A whole SHA-256 of one letter or two."""
    return (digest * 64)[:64]


def names(found: Impact, kind: str, standing: str | None = "suspect") -> list[str]:
    """What is called how, of one kind, in order of time."""
    return [
        one.name for one in found.things if one.kind == kind and standing in (None, one.standing)
    ]
