"""Days for the features of git: what alice and mallory did, and the number it makes."""

from typing import Any

from tests.analytics.behaviour.days.raw import (
    Day,
    Row,
    delivered,
    on_github,
    pull_request,
    raw,
    signed_on,
)


def pushed(by: str, mail: str, *files: str, forced: bool = False, branch: str = "x") -> list[Row]:
    """A webhook for a push of one commit."""
    commit = {
        "id": f"{len(files)}{'a' * 39}",
        "message": "x",
        "timestamp": "2026-03-10T10:00:00Z",
        "author": {"name": by, "email": mail},
        "committer": {"name": by, "email": mail},
        "added": [],
        "removed": [],
        "modified": list(files),
    }
    told: dict[str, Any] = {
        "ref": f"refs/heads/{branch}",
        "before": "a" * 40,
        "after": commit["id"],
        "forced": forced,
        "pusher": {"name": by, "email": mail},
        "commits": [commit],
        "head_commit": commit,
    }
    return delivered("push", by, told)


def committed(mail: str, name: str, *files: tuple[int, int, str]) -> list[Row]:
    """A commit as `git log --numstat` has it."""
    who = f"{mail.partition('@')[0]} <{mail}>"
    numstat = [f"{added}\t{deleted}\t{path}" for added, deleted, path in files]
    return raw(
        "git_log",
        f"commit {name * 40}",
        f"Author:     {who}",
        "AuthorDate: 2026-03-10 10:00:00 +0000",
        f"Commit:     {who}",
        "CommitDate: 2026-03-10 10:00:00 +0000",
        "",
        "    Change it",
        "",
        *numstat,
    )


def left(by: str, *branches: str) -> list[Row]:
    """Webhooks for branches that somebody deleted."""
    told = [{"ref": name, "ref_type": "branch", "pusher_type": "user"} for name in branches]
    return [row for payload in told for row in delivered("delete", by, payload)]


ALICE: dict[str, Day] = {
    "pushes": (pushed("alice-lab", "alice@lab.example", "a.py"), 1),
    "lines_changed": (committed("alice@lab.example", "1", (3, 1, "a.py")), 4),
    "lines_deleted": (committed("alice@lab.example", "1", (3, 1, "a.py")), 1),
    "forced_pushes": (pushed("alice-lab", "alice@lab.example", "a.py"), 0),
    "branches_deleted": (left("alice-lab", "fix", "fix"), 1),
    "approvals_given": (pull_request("alice-lab", "approved", 41, 30), 1),
    "fast_approvals": (
        [
            *pull_request("mal", "opened", 41, 0, lines=900),
            *pull_request("alice-lab", "approved", 41, 30, lines=900),
            *pull_request("alice-lab", "approved", 43, 30),
        ],
        0,
    ),
    "own_merges": (pull_request("alice-lab", "merged", 41, 40), 0),
    "reviews_dismissed": (pull_request("alice-lab", "approved", 41, 30), 0),
    "pipeline_edits": (pushed("alice-lab", "alice@lab.example", "docs/setup.md", "a.py"), 0),
    "repositories_copied": ([*on_github("alice-lab", "git.clone")] * 2, 1),
    "new_repositories": (on_github("alice-lab", "git.clone") * 2, 1),
    "protection_changes": (
        delivered(
            "branch_protection_rule", "alice-lab", {"action": "created", "rule": {"name": "x"}}
        ),
        0,
    ),
    "visibility_changes": (on_github("alice-lab", "git.clone"), 0),
    "repositories_removed": (on_github("alice-lab", "repo.create", operation_type="create"), 0),
    "access_granted": (
        raw("syslog", "Mar 10 10:00:00 login1 passwd[9]: (alice) password changed")
        + on_github("alice-lab", "personal_access_token.access_granted", operation_type="create"),
        0,
    ),
    "keys_made": (on_github("alice-lab", "org.add_member", operation_type="create"), 0),
    "refused_requests": (on_github("alice-lab", "api.request", status_code=404), 0),
    "second_factors_removed": (signed_on("alice", "user.mfa.factor.activate"), 0),
}
MALLORY: dict[str, Day] = {
    "pushes": (
        [
            *pushed("mal", "mal@lab.example", "a.py"),
            *pushed("mal-two", "mal@lab.example", "a.py"),
            *on_github("mal", "git.push"),
        ],
        3,
    ),
    "lines_changed": (
        committed("mal@lab.example", "2", (1000, 1, "a.py"), (20, 2000, "b.py")),
        3021,
    ),
    "lines_deleted": (
        committed("mal@lab.example", "2", (1000, 1, "a.py"), (20, 2000, "b.py")),
        2001,
    ),
    "forced_pushes": (
        pushed("mal", "mal@lab.example", "a.py", forced=True)
        + pushed("mal", "mal@lab.example", "a.py", forced=True),
        2,
    ),
    "branches_deleted": (left("mal", "main", "release", "dev"), 3),
    "approvals_given": (
        [row for number in (1, 2, 3) for row in pull_request("mal", "approved", number, 30)],
        3,
    ),
    "fast_approvals": (
        [
            *pull_request("alice-lab", "opened", 1, 0, lines=5),
            *pull_request("mal", "approved", 1, 0, lines=5),
            *pull_request("alice-lab", "opened", 2, 0, lines=900),
            *pull_request("alice-lab", "synchronize", 2, 25, lines=900),
            *pull_request("mal", "approved", 2, 30, lines=900),
        ],
        2,
    ),
    "own_merges": (
        [
            *pull_request("mal", "merged", 41, 0),
            *pull_request("mal", "opened", 42, 0),
            *pull_request("mal-two", "merged", 42, 3),
        ],
        2,
    ),
    "reviews_dismissed": (pull_request("mal", "dismissed", 41, 30), 1),
    "pipeline_edits": (
        pushed("mal", "mal@lab.example", ".github/workflows/train.yml", "a.py")
        + pushed("mal", "mal@lab.example", "conftest.py"),
        2,
    ),
    "repositories_copied": (
        [row for name in "abcd" for row in on_github("mal", "git.clone", repo=f"lab/{name}")],
        4,
    ),
    "new_repositories": (
        [row for name in "abcd" for row in on_github("mal", "git.clone", repo=f"lab/{name}")],
        4,
    ),
    "protection_changes": (
        [
            *delivered(
                "branch_protection_rule", "mal", {"action": "deleted", "rule": {"name": "main"}}
            ),
            *on_github("mal", "protected_branch.policy_override"),
            *on_github("mal", "repository_ruleset.destroy", operation_type="remove"),
        ],
        3,
    ),
    "visibility_changes": (
        on_github("mal", "repo.access", visibility="public", previous_visibility="private"),
        1,
    ),
    "repositories_removed": (on_github("mal", "repo.destroy", operation_type="remove"), 1),
    "access_granted": (
        [
            *delivered("member", "mal", {"action": "added", "member": {"login": "x"}}),
            *on_github("mal", "org.update_member", operation_type="modify", user="mal-two"),
        ],
        2,
    ),
    "keys_made": (
        on_github("mal", "personal_access_token.access_granted", operation_type="create"),
        1,
    ),
    "refused_requests": (
        [
            *on_github("mal", "api.request", status_code=403),
            *on_github("mal", "protected_branch.rejected_ref_update"),
        ],
        2,
    ),
    "second_factors_removed": (signed_on("mal", "user.mfa.factor.deactivate"), 1),
}
