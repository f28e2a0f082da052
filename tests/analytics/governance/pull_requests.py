"""A pull request's life as GitHub tells of it, and what review makes of it."""

import io
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pyarrow as pa

from analytics.event import Context
from analytics.findings import Finding
from analytics.governance import review
from analytics.governance.review.verdict import Judged, Why
from analytics.identity import Link, Use, read_people
from analytics.resources import read_resources
from analytics.site import Site
from analytics.sources.github_webhook import SOURCE
from tests.analytics.laboratory import EMPTY

DAY = datetime(2026, 2, 20, tzinfo=UTC)
PEOPLE = read_people(
    "person,name,team,role,manager,start,end,accounts\n"
    "ana,Ana,vision,researcher,,,,github:ana;github:ana-two;gitlab:ana;gitea:ana;git:ana@lab.example\n"
    "bo,Bo,vision,researcher,,,,github:bo;gitlab:bo;gitea:bo;git:bo@lab.example\n"
    "cy,Cy,infra,researcher,,,,github:cy;gitlab:cy;gitea:cy;git:cy@lab.example\n"
)
SITE = Site(
    directory=replace(
        PEOPLE, links=(*PEOPLE.links, Link(account="github:bo-bot", person="bo", use=Use.BOT))
    ),
    resources=read_resources("kind,pattern,owner,criticality\nrepository,lab/*,team:infra,high\n"),
)
NONE = "0" * 40
Payload = dict[str, Any]


def sha(name: str) -> str:
    """A commit's hash."""
    return (name.encode().hex() + "f" * 40)[:40]


def iso(at: float) -> str:
    """An hour of the day; of earlier days where it is negative."""
    return (DAY + timedelta(hours=at)).isoformat().replace("+00:00", "Z")


def sent(kind: str, by: str, at: float, **payload: Any) -> Payload:
    """A delivery in its envelope."""
    human = {"login": by, "id": 7, "type": "Bot" if by.endswith("[bot]") else "User"}
    repository = {"full_name": "lab/lib", "default_branch": "main", "pushed_at": iso(at)}
    told = {"repository": repository, "sender": human | {"site_admin": False}, **payload}
    name = sha256(json.dumps([kind, told]).encode()).hexdigest()
    return {"event": kind, "delivery": name, "timestamp": iso(at), "payload": told}


def pull(author: str, head: str, at: float, number: int = 7, lines: int = 10) -> Payload:
    """A pull request into main as payloads hold it."""
    return {
        "number": number,
        "user": {"login": author},
        "head": {"ref": "fix", "sha": sha(head)},
        "base": {"ref": "main"},
        "created_at": iso(at),
        "updated_at": iso(at),
        "additions": lines,
        "deletions": 0,
        "commits": 1,
    }


def opened(by: str = "ana", at: float = 8, head: str = "h1", number: int = 7) -> Payload:
    """A new pull request."""
    told = pull(by, head, at, number)
    return sent("pull_request", by, at, action="opened", pull_request=told)


def moved(by: str = "ana", at: float = 10, head: str = "h2", lines: int = 14) -> Payload:
    """The pull request's branch went on."""
    told = pull("ana", head, at, lines=lines)
    return sent("pull_request", by, at, action="synchronize", pull_request=told)


def reviewed(
    by: str = "bo", at: float = 9, head: str = "h1", state: str = "approved", number: int = 7
) -> Payload:
    """Somebody's review of a commit."""
    told = {"user": {"login": by}, "state": state, "commit_id": sha(head), "submitted_at": iso(at)}
    request = pull("ana", head, at, number)
    return sent(
        "pull_request_review", by, at, action="submitted", review=told, pull_request=request
    )


def dismissed(by: str, of: str, at: float, head: str = "h1") -> Payload:
    """Somebody set a review aside."""
    told = {"user": {"login": of}, "state": "dismissed", "commit_id": sha(head)}
    request = pull("ana", head, at)
    return sent(
        "pull_request_review", by, at, action="dismissed", review=told, pull_request=request
    )


def merged(
    by: str = "ana", at: float = 11, head: str = "h1", commit: str = "m", **more: Any
) -> Payload:
    """The pull request was merged: it became that commit of main."""
    told = pull(more.pop("author", "ana"), head, at) | {
        "merged": True,
        "merged_at": iso(at),
        "merged_by": {"login": by},
        "merge_commit_sha": sha(commit),
        **more,
    }
    return sent("pull_request", by, at, action="closed", pull_request=told)


def pushed(
    by: str = "ana", at: float = 11, after: str = "m", commits: Iterable[Payload] = (), **more: Any
) -> Payload:
    """Main went to that commit."""
    told = {"ref": "refs/heads/main", "before": sha("old"), "after": sha(after), "forced": False}
    pusher = {"name": by, "email": f"{by}@lab.example"}
    return sent("push", by, at, pusher=pusher, commits=list(commits), **{**told, **more})


def commit(name: str, author: str, message: str = "Fix it", committer: str = "") -> Payload:
    """A commit of a push."""
    return {
        "id": sha(name),
        "message": message,
        "timestamp": iso(7),
        "author": {"name": author, "email": f"{author}@lab.example", "username": author},
        "committer": {"name": "x", "email": f"{committer or author}@lab.example"},
    }


def parsed(payloads: Sequence[Payload]) -> pa.Table:
    """The events of these deliveries."""
    log = "\n".join(map(json.dumps, payloads)).encode()
    context = Context(feed="f", batch="b", origin="o", received=DAY + timedelta(days=2))
    batches = list(SOURCE.parse(io.BytesIO(log), context))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return pa.concat_tables([batch.events for batch in batches])


def judged(*payloads: Payload, site: Site = SITE) -> list[Judged]:
    """The day's verdicts."""
    events = parsed(payloads).select(review.COLUMNS)
    return review.judged(DAY.date(), events, site, EMPTY)


def why(*payloads: Payload) -> list[Why]:
    """What decided them."""
    return [one.why for one in judged(*payloads)]


def found(*payloads: Payload, site: Site = SITE) -> list[tuple[str, str]]:
    """What is held against whom."""
    return [(one.id, one.person) for one in findings(*payloads, site=site)]


def findings(*payloads: Payload, site: Site = SITE) -> list[Finding]:
    """The day's findings; with the messages of commits, which come from the store otherwise."""
    events = parsed(payloads).select([*review.COLUMNS, "message"])
    return review.find(DAY.date(), events, site, EMPTY)
