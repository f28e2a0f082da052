"""Review says of GitLab, Gitea and Gerrit what it says of GitHub, from their own payloads."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from analytics.event import Context, Source
from analytics.governance import review
from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.site import Site
from analytics.sources.gerrit_events import SOURCE as GERRIT
from analytics.sources.gitea_webhook import SOURCE as GITEA
from analytics.sources.gitlab_webhook import SOURCE as GITLAB
from tests.analytics.laboratory import EMPTY

PEOPLE = read_people(
    "person,name,team,role,manager,start,end,accounts\n"
    "ana,Ana,vision,researcher,,,,gitlab:ana;gitea:ana;gerrit:ana;git:ana@lab.example\n"
    "bo,Bo,vision,researcher,,,,gitlab:bo;gitea:bo;gerrit:bo;github:other\n"
)
SITE = Site(
    directory=PEOPLE,
    resources=read_resources("kind,pattern,owner,criticality\nrepository,lab/*,team:infra,high\n"),
)
DAY = datetime(2026, 2, 20, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=DAY.replace(hour=23))
CREATED = {"eventCreatedOn": int(DAY.replace(hour=9).timestamp())}
Payload = dict[str, Any]


def found(source: Source, *payloads: Payload) -> list[tuple[str, str]]:
    """What review finds, and of whom."""
    log = "\n".join(json.dumps(payload) for payload in payloads).encode()
    batches = list(source.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    events = pa.concat_tables([batch.events for batch in batches]).select(review.COLUMNS)
    findings = review.find(DAY.date(), events, SITE, EMPTY)
    return [(finding.id, finding.person) for finding in findings]


class Gitlab:
    """GitLab's payloads."""

    source = GITLAB

    @staticmethod
    def _at(payload: Payload, who: str, repository: str) -> Payload:
        project = {"path_with_namespace": repository, "default_branch": "main"}
        user = {"id": {"ana": 1, "bo": 2}[who], "username": who}
        told = {"project": project, "user": user, "user_username": who} | payload
        return {"delivered_at": "2026-02-20T09:00:00Z", "payload": told}

    def change(self, what: str, who: str, repository: str = "lab/a") -> Payload:
        action = {"opened": "open", "approved": "approved", "merged": "merge"}[what]
        told = {"iid": 7, "author_id": 1, "action": action, "target_branch": "main"}
        told |= {"last_commit": {"id": "5" * 40}, "merge_commit_sha": "6" * 40}
        return self._at(
            {"object_kind": "merge_request", "object_attributes": told}, who, repository
        )

    def push(self, who: str, commit: str, repository: str = "lab/a") -> Payload:
        told = {"object_kind": "push", "ref": "refs/heads/main", "before": "1" * 40}
        return self._at(told | {"after": commit, "commits": []}, who, repository)


class Gitea:
    """Gitea's payloads."""

    source = GITEA

    @staticmethod
    def _at(payload: Payload, who: str, repository: str) -> Payload:
        project = {"full_name": repository, "default_branch": "main"}
        told = {"repository": project, "sender": {"login": who}} | payload
        return {"received_at": "2026-02-20T09:00:00Z", "payload": told}

    def change(self, what: str, who: str, repository: str = "lab/a") -> Payload:
        request = {"number": 7, "user": {"login": "ana"}, "base": {"ref": "main"}}
        request |= {"head": {"sha": "5" * 40}, "merged": what == "merged"}
        request |= {"merge_commit_sha": "6" * 40, "merged_by": {"login": who}}
        action = {"opened": "opened", "approved": "reviewed", "merged": "closed"}[what]
        review = {"type": "pull_request_review_approved"} if what == "approved" else None
        told = {"action": action, "pull_request": request}
        return self._at(told | ({"review": review} if review else {}), who, repository)

    def push(self, who: str, commit: str, repository: str = "lab/a") -> Payload:
        told = {"ref": "refs/heads/main", "before": "1" * 40, "after": commit, "commits": []}
        return self._at(told, who, repository)


class Gerrit:
    """Gerrit's events."""

    source = GERRIT

    def change(self, what: str, who: str) -> Payload:
        kind = {"opened": "patchset-created", "approved": "comment-added"}.get(what)
        told = {"project": "lab/a", "branch": "main", "number": 7, "owner": {"username": "ana"}}
        vote = {"type": "Code-Review", "value": "2", "oldValue": "0"}
        roles = {name: {"username": who} for name in ("uploader", "author", "submitter")}
        more = {"change": told, "patchSet": {"number": 1, "revision": "5" * 40}, **roles}
        more |= {"approvals": [vote]} if what == "approved" else {}
        return {"type": kind or "change-merged", "newRev": "6" * 40, **more, **CREATED}

    def push(self, who: str, commit: str, repository: str = "lab/a") -> Payload:
        moved = {"oldRev": "1" * 40, "newRev": commit, "refName": "refs/heads/main"}
        told = {"submitter": {"username": who}, "refUpdate": {**moved, "project": repository}}
        return {"type": "ref-updated", **told, **CREATED}


Forge = Gitlab | Gitea | Gerrit
Personal = Gitlab | Gitea  # forges where people have repositories of their own
forges = pytest.mark.parametrize("make", [Gitlab, Gitea, Gerrit])


@forges
def test_work_that_another_approved_says_nothing(make: Callable[[], Forge]) -> None:
    forge = make()
    steps = (forge.change("opened", "ana"), forge.change("approved", "bo"))
    merge = (forge.change("merged", "ana"), forge.push("ana", "6" * 40))
    assert found(forge.source, *steps, *merge) == []


@forges
def test_an_own_merge_that_nobody_approved_is_found(make: Callable[[], Forge]) -> None:
    forge = make()
    opened, own = forge.change("opened", "ana"), forge.change("approved", "ana")
    landed = (forge.change("merged", "ana"), forge.push("ana", "6" * 40))
    assert found(forge.source, opened, *landed) == [("merged_own_work", "ana")]
    assert found(forge.source, opened, own, *landed) == [("merged_own_work", "ana")]


@forges
def test_a_push_around_review_is_found(make: Callable[[], Forge]) -> None:
    forge = make()
    pushes = (forge.push("bo", "7" * 40), forge.push("ana", "6" * 40))
    steps = (forge.change("opened", "ana"), forge.change("merged", "bo"))
    assert found(forge.source, *steps, *pushes) == [("pushed_around_review", "bo")]


@pytest.mark.parametrize("make", [Gitlab, Gitea])
def test_ones_own_repository_is_so_at_its_own_forge_only(make: Callable[[], Personal]) -> None:
    forge = make()

    def pushed(repository: str) -> list[tuple[str, str]]:
        opened = forge.change("opened", "ana", repository)
        return found(forge.source, opened, forge.push("bo", "7" * 40, repository))

    assert pushed("Bo/dotfiles") == []
    # Bo's name at GitHub, not here
    assert pushed("other/dotfiles") == [("pushed_around_review", "bo")]
