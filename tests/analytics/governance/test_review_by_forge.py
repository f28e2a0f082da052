"""What is peculiar to a forge: GitLab's resets and ways to merge, Gitea's, Gerrit's patch sets."""

import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics.event import Context, Source
from analytics.governance import review
from analytics.governance.review.verdict import Why
from analytics.identity import read_people
from analytics.site import Site
from analytics.sources.gerrit_events import SOURCE as GERRIT
from analytics.sources.gitea_webhook import SOURCE as GITEA
from analytics.sources.gitlab_webhook import SOURCE as GITLAB
from analytics.store import open_store
from tests.analytics.laboratory import EMPTY

SITE = Site(
    directory=read_people(
        "person,name,team,role,manager,start,end,accounts\n"
        "ana,Ana,vision,researcher,,,,gitlab:ana;gitea:ana;gerrit:ana;git:ana@lab.example\n"
        "bo,Bo,vision,researcher,,,,gitlab:bo;gitea:bo;gerrit:bo\n"
    )
)
DAY = datetime(2026, 2, 20, tzinfo=UTC)
CONTEXT = Context(feed="f", batch="b", origin="o", received=DAY.replace(hour=23))
OLD, H1, H2, H3, LANDED = ("1" * 40, "5" * 40, "6" * 40, "7" * 40, "8" * 40)
Payload = dict[str, Any]


def why(source: Source, *payloads: Payload, folder: Path | None = None) -> list[Why]:
    """What decided the day's verdicts; with a store in that folder, which has messages too."""
    log = "\n".join(map(json.dumps, payloads)).encode()
    batches = list(source.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    events = pa.concat_tables([batch.events for batch in batches])
    store = open_store(folder.as_uri()) if folder else EMPTY
    if folder:
        store.append(events)
    found = review.judged(DAY.date(), events.select(review.COLUMNS), SITE, store)
    return [one.why for one in found]


def ago(hour: float) -> datetime:
    """An hour of the day."""
    return DAY.replace(hour=int(hour), minute=round(hour % 1 * 60))


# GitLab


def gitlab(action: str, who: str, at: float, head: str = H1, **attributes: Any) -> Payload:
    """A merge request's event, with GitLab's names; ana is its author."""
    users = {"ana": 11, "bo": 12}
    told = {
        "iid": 7,
        "author_id": 11,
        "action": action,
        "source_branch": "fix",
        "target_branch": "main",
        "last_commit": {"id": head, "author": {"email": "ana@lab.example"}},
        "created_at": "2026-02-20 06:00:00 UTC",
        "updated_at": f"{ago(at):%Y-%m-%d %H:%M:%S} UTC",
        "merge_commit_sha": None,
        "state": "merged" if action == "merge" else "opened",
        **attributes,
    }
    payload = {
        "object_kind": "merge_request",
        "event_type": "merge_request",
        "user": {"id": users[who], "username": who, "name": who.title()},
        "project": {"path_with_namespace": "lab/a", "default_branch": "main"},
        "object_attributes": told,
    }
    return {"delivered_at": ago(at).isoformat(), "payload": payload}


def gitlab_push(who: str, at: float, after: str, **more: Any) -> Payload:
    """A push to main."""
    payload = {
        "object_kind": "push",
        "event_name": "push",
        "ref": "refs/heads/main",
        "ref_protected": True,
        "before": OLD,
        "after": after,
        "user_username": who,
        "project": {"path_with_namespace": "lab/a", "default_branch": "main"},
        "commits": [],
        "total_commits_count": 0,
        **more,
    }
    return {"delivered_at": ago(at).isoformat(), "payload": payload}


GITLAB_OPENED = gitlab("open", "ana", 6)
GITLAB_APPROVED = gitlab("approved", "bo", 7)
GITLAB_MOVED = gitlab("update", "ana", 8, H2, oldrev=H1)
RESET = {"system": True, "system_action": "approvals_reset_on_push"}


@pytest.mark.parametrize(
    ("landed", "attributes"),
    [
        (LANDED, {"merge_commit_sha": LANDED}),
        (LANDED, {"squash_commit_sha": H3, "merge_commit_sha": LANDED}),
        (LANDED, {"squash_commit_sha": LANDED}),
        (LANDED, {"merged_commit_sha": LANDED}),
        (H1, {}),
    ],
    ids=["merge", "squash and merge", "squash and go forward", "newer name", "fast forward"],
)
def test_each_way_to_merge_at_gitlab_is_known(landed: str, attributes: Payload) -> None:
    merge = (gitlab("merge", "ana", 9, **attributes), gitlab_push("ana", 9, landed))
    assert why(GITLAB, GITLAB_OPENED, GITLAB_APPROVED, *merge) == [Why.APPROVED]
    assert why(GITLAB, GITLAB_OPENED, *merge) == [Why.UNAPPROVED]


def test_an_approval_that_gitlab_set_aside_for_a_push_is_no_more() -> None:
    reset = gitlab("unapproval", "ana", 8, H2, **RESET)
    merge = (gitlab("merge", "ana", 9, H2, merge_commit_sha=LANDED), gitlab_push("ana", 9, LANDED))
    steps = (GITLAB_OPENED, GITLAB_APPROVED, GITLAB_MOVED, reset)
    assert why(GITLAB, *steps, *merge) == [Why.STALE]
    assert why(GITLAB, *steps, gitlab("approval", "bo", 8.5, H2), *merge) == [Why.APPROVED]


def test_pushes_to_the_branch_tell_at_gitlab_whether_there_is_new_work(tmp_path: Path) -> None:
    merge = (gitlab("merge", "ana", 9, H2, merge_commit_sha=LANDED), gitlab_push("ana", 9, LANDED))
    steps = (GITLAB_OPENED, GITLAB_APPROVED, GITLAB_MOVED, *merge)

    def branch(message: str) -> Payload:
        commit = {"id": H2, "message": message, "timestamp": ago(8).isoformat()}
        commit |= {"author": {"name": "Ana", "email": "ana@lab.example"}, "modified": ["a.py"]}
        told = {"ref": "refs/heads/fix", "ref_protected": False, "before": H1}
        return gitlab_push("ana", 8, H2, commits=[commit], **told)

    caught_up, more = branch("Merge branch 'main' into 'fix'"), branch("Sleep now and then")
    assert why(GITLAB, *steps, caught_up, folder=tmp_path / "1") == [Why.CAUGHT_UP]
    assert why(GITLAB, *steps, more, folder=tmp_path / "2") == [Why.STALE]


def test_an_approver_may_take_it_back_at_gitlab() -> None:
    merge = (gitlab("merge", "ana", 9, merge_commit_sha=LANDED), gitlab_push("ana", 9, LANDED))
    back = gitlab("unapproved", "bo", 8)
    assert why(GITLAB, GITLAB_OPENED, GITLAB_APPROVED, back, *merge) == [Why.UNAPPROVED]


def test_a_push_to_a_protected_branch_of_gitlab_goes_around_review() -> None:
    assert why(GITLAB, GITLAB_OPENED, gitlab_push("bo", 9, H3)) == [Why.PUSHED]
    branch = gitlab_push("bo", 9, H3, ref="refs/heads/release", ref_protected=True)
    assert why(GITLAB, GITLAB_OPENED, branch) == [Why.PUSHED]
    own = gitlab_push("bo", 9, H3, ref="refs/heads/fix", ref_protected=False)
    assert why(GITLAB, GITLAB_OPENED, own) == []


# Gitea and Forgejo


def gitea(action: str, who: str, at: float, head: str = H1, **more: Any) -> Payload:
    """A pull request's event; ana is its author."""
    pull = {
        "number": 7,
        "user": {"login": "ana"},
        "head": {"ref": "fix", "sha": head},
        "base": {"ref": "main"},
        "merged": "merge_commit_sha" in more,
        "merged_at": ago(at).isoformat(),
        "merged_by": {"login": who},
        "created_at": ago(6).isoformat(),
        "updated_at": ago(at).isoformat(),
        "merge_commit_sha": more.get("merge_commit_sha"),
    }
    payload = {
        "action": action,
        "number": 7,
        "pull_request": pull,
        "repository": {"full_name": "lab/a", "default_branch": "main"},
        "sender": {"login": who},
        **({"review": {"type": more["review"]}, "commit_id": head} if "review" in more else {}),
    }
    return {"received_at": ago(at).isoformat(), "payload": payload}


def gitea_push(who: str, at: float, after: str) -> Payload:
    """A push to main."""
    payload = {
        "ref": "refs/heads/main",
        "before": OLD,
        "after": after,
        "commits": [],
        "total_commits": 0,
        "repository": {"full_name": "lab/a", "default_branch": "main"},
        "pusher": {"login": who},
        "sender": {"login": who},
    }
    return {"received_at": ago(at).isoformat(), "payload": payload}


GITEA_OPENED = gitea("opened", "ana", 6)
GITEA_MERGED = (
    gitea("closed", "ana", 9, H2, merge_commit_sha=LANDED),
    gitea_push("ana", 9, LANDED),
)


def gitea_review(who: str, at: float, head: str, what: str = "approved") -> Payload:
    """A review."""
    return gitea("reviewed", who, at, head, review=f"pull_request_review_{what}")


def test_an_approval_before_the_last_change_is_stale_at_gitea() -> None:
    moved = gitea("synchronized", "ana", 8, H2)
    early, late = gitea_review("bo", 7, H1), gitea_review("bo", 8.5, H2)
    assert why(GITEA, GITEA_OPENED, early, moved, *GITEA_MERGED) == [Why.STALE]
    assert why(GITEA, GITEA_OPENED, early, moved, late, *GITEA_MERGED) == [Why.APPROVED]


def test_a_rejection_after_an_approval_counts_at_gitea() -> None:
    steps = (gitea("opened", "ana", 6, H2), gitea_review("bo", 7, H2))
    rejected = gitea_review("bo", 8, H2, "rejected")
    assert why(GITEA, *steps, *GITEA_MERGED) == [Why.APPROVED]
    assert why(GITEA, *steps, rejected, *GITEA_MERGED) == [Why.UNAPPROVED]
    assert why(GITEA, *steps, gitea_push("bo", 9, H3)) == [Why.PUSHED]


# Gerrit


def gerrit(kind: str, who: str, at: float, patch: int = 1, **more: Any) -> Payload:
    """An event of the stream about ana's change; `what` is Gerrit's word for the patch set."""
    change = {"project": "lab/a", "branch": "main", "number": 7, "owner": {"username": "ana"}}
    patch_set = {
        "number": patch,
        "revision": more.pop("revision", {1: H1, 2: H2, 3: H3}[patch]),
        "uploader": {"username": who},
        "author": {"username": "ana", "email": "ana@lab.example"},
        "kind": more.pop("what", "REWORK"),
        "sizeInsertions": 10 * patch,
        "sizeDeletions": 0,
    }
    roles = {name: {"username": who} for name in ("uploader", "author", "submitter")}
    told = {"change": change, "patchSet": patch_set, **roles, **more}
    return {"type": kind, "eventCreatedOn": int(ago(at).timestamp()), **told}


def voted(who: str, at: float, value: int, patch: int = 1, before: int = 0) -> Payload:
    """A vote on Code-Review."""
    vote = {"type": "Code-Review", "value": str(value), "oldValue": str(before)}
    return gerrit("comment-added", who, at, patch, approvals=[vote])


def gerrit_update(who: str, at: float, after: str) -> Payload:
    """main went to that commit."""
    update = {"oldRev": OLD, "newRev": after, "refName": "refs/heads/main", "project": "lab/a"}
    told = {"submitter": {"username": who}, "refUpdate": update}
    return {"type": "ref-updated", "eventCreatedOn": int(ago(at).timestamp()), **told}


def submitted(who: str, patch: int = 1, landed: str = LANDED, **more: Any) -> Sequence[Payload]:
    """The change was submitted."""
    merged = gerrit("change-merged", who, 9, patch, newRev=landed, **more)
    return gerrit_update(who, 9, landed), merged


UPLOADED = gerrit("patchset-created", "ana", 6)


def test_only_plus_two_by_another_approves_at_gerrit() -> None:
    assert why(GERRIT, UPLOADED, voted("bo", 7, 2), *submitted("ana")) == [Why.APPROVED]
    assert why(GERRIT, UPLOADED, voted("bo", 7, 1), *submitted("ana")) == [Why.UNAPPROVED]
    assert why(GERRIT, UPLOADED, voted("ana", 7, 2), *submitted("ana")) == [Why.UNAPPROVED]
    taken = voted("bo", 8, -2, before=2)
    assert why(GERRIT, UPLOADED, voted("bo", 7, 2), taken, *submitted("ana")) == [Why.UNAPPROVED]


def test_a_vote_is_of_its_patch_set_at_gerrit() -> None:
    second = gerrit("patchset-created", "ana", 8, 2)
    steps = (UPLOADED, voted("bo", 7, 2), second)
    assert why(GERRIT, *steps, *submitted("ana", 2)) == [Why.STALE]
    again = voted("bo", 8.5, 2, 2)
    assert why(GERRIT, *steps, again, *submitted("ana", 2)) == [Why.APPROVED]


def test_a_rework_of_the_same_size_is_one_at_gerrit() -> None:
    def sized(event: Payload) -> Payload:
        told = event.get("patchSet")
        return event | ({"patchSet": told | {"sizeInsertions": 10}} if told else {})

    second = sized(gerrit("patchset-created", "ana", 8, 2))
    landed = map(sized, submitted("ana", 2))
    assert why(GERRIT, UPLOADED, voted("bo", 7, 2), second, *landed) == [Why.STALE]


@pytest.mark.parametrize("what", ["TRIVIAL_REBASE", "NO_CODE_CHANGE", "NO_CHANGE"])
def test_a_vote_stays_where_gerrit_knows_the_patch_to_be_the_same(what: str) -> None:
    rebased = gerrit("patchset-created", "ana", 8, 2, what=what)
    steps = (UPLOADED, voted("bo", 7, 2), rebased)
    assert why(GERRIT, *steps, *submitted("ana", 2, what=what)) == [Why.APPROVED]
    changed = gerrit("patchset-created", "ana", 8.5, 3)
    assert why(GERRIT, *steps, changed, *submitted("ana", 3)) == [Why.STALE]


def test_what_gerrit_rebased_or_picked_to_submit_it_is_what_was_approved() -> None:
    """With these ways to submit the landed commit is a patch set that nobody uploaded."""
    steps = (UPLOADED, voted("bo", 7, 2))
    picked = submitted("ana", 2, revision=LANDED, what="TRIVIAL_REBASE")
    assert why(GERRIT, *steps, *picked) == [Why.APPROVED]
    assert why(GERRIT, UPLOADED, *picked) == [Why.UNAPPROVED]


def test_whoever_uploaded_another_patch_set_wrote_part_of_it() -> None:
    mended = gerrit("patchset-created", "bo", 7, 2)
    assert why(GERRIT, UPLOADED, mended, voted("bo", 8, 2, 2), *submitted("ana", 2)) == [
        Why.OWN_PART
    ]
    rebased = gerrit("patchset-created", "bo", 7, 2, what="TRIVIAL_REBASE")
    assert why(GERRIT, UPLOADED, rebased, voted("bo", 8, 2, 2), *submitted("ana", 2)) == [
        Why.APPROVED
    ]


def test_a_push_past_gerrit_goes_around_review() -> None:
    assert why(GERRIT, UPLOADED, gerrit_update("bo", 9, H3)) == [Why.PUSHED]
