"""GitHub's webhook deliveries, one envelope a line: event, delivery and payload."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson

from analytics.simulation.calendar import written
from analytics.simulation.chance import digest
from analytics.simulation.logbook import Entry

OWNER = "lab"
NONE = "0" * 40
Payload = dict[str, Any]


def commit_id(*parts: object) -> str:
    """A commit's hash."""
    return digest("commit", *parts, size=20)


def user(login: str) -> Payload:
    """A user as payloads name one."""
    number = int(digest("user", login, size=4), 16)
    kind = "Bot" if login.endswith("[bot]") else "User"
    return {"login": login, "id": number, "type": kind, "site_admin": False}


def repository(name: str) -> Payload:
    """A repository of the organisation; its default branch is main."""
    return {
        "id": int(digest("repository", name, size=4), 16),
        "name": name,
        "full_name": f"{OWNER}/{name}",
        "private": True,
        "owner": {"login": OWNER, "id": 4_410_233, "type": "Organization", "site_admin": False},
        "html_url": f"https://github.com/{OWNER}/{name}",
        "fork": False,
        "default_branch": "main",
        "visibility": "private",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One commit; `author` and `committer` are name, mail and login; `moment` when it was made."""

    id: str
    message: str
    moment: float
    author: tuple[str, str, str]
    committer: tuple[str, str, str]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    modified: tuple[str, ...] = ()

    def payload(self, name: str) -> Payload:
        """The commit as push payloads hold it."""
        return {
            "id": self.id,
            "tree_id": digest("tree", self.id, size=20),
            "distinct": True,
            "message": self.message,
            "timestamp": written(self.moment),
            "url": f"https://github.com/{OWNER}/{name}/commit/{self.id}",
            "author": _signature(self.author),
            "committer": _signature(self.committer),
            "added": self.added,
            "removed": self.removed,
            "modified": self.modified,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """An update of a branch; what stood there before is known only when it is written."""

    repository: str
    branch: str
    login: str
    mail: str
    commits: tuple[Commit, ...]
    created: bool = False
    forced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pull:
    """A pull request, as far as payloads tell of it; moments in seconds since 1970."""

    repository: str
    number: int
    title: str
    login: str
    branch: str
    head: str
    opened: float
    added: int
    deleted: int
    files: tuple[str, ...]
    commits: int

    def payload(self, state: str, **more: Any) -> Payload:
        """The pull request in a payload; `more` is what its end adds."""
        return {
            "url": f"https://api.github.com/repos/{OWNER}/{self.repository}/pulls/{self.number}",
            "id": int(digest("pull", self.repository, self.number, size=4), 16),
            "number": self.number,
            "state": state,
            "locked": False,
            "title": self.title,
            "user": user(self.login),
            "body": None,
            "created_at": written(self.opened),
            "updated_at": written(self.opened),
            "closed_at": None,
            "merged_at": None,
            "merge_commit_sha": None,
            "requested_reviewers": [],
            "draft": False,
            "head": {"label": f"{OWNER}:{self.branch}", "ref": self.branch, "sha": self.head},
            "base": {"label": f"{OWNER}:main", "ref": "main", "sha": commit_id(self.repository)},
            "author_association": "MEMBER",
            **more,
        }

    def size(self) -> Payload:
        """What GitHub tells of a pull request's size, in pull_request events only."""
        return {
            "commits": self.commits,
            "additions": self.added,
            "deletions": self.deleted,
            "changed_files": len(self.files),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Any event but a push: its kind and payload without repository and organisation."""

    kind: str
    repository: str
    payload: Payload


@dataclass(slots=True)
class Deliveries:
    """Writes events in order of time and remembers where each branch stands."""

    heads: dict[tuple[str, str], str] = field(default_factory=dict)

    def __call__(self, entries: list[Entry[Push | Event]]) -> Iterator[str]:
        """A line each."""
        for moment, _, what in entries:
            kind = "push" if isinstance(what, Push) else what.kind
            payload = self._push(moment, what) if isinstance(what, Push) else dict(what.payload)
            payload["repository"] = repository(what.repository)
            payload["organization"] = {"login": OWNER, "id": 4_410_233, "description": ""}
            line = {"event": kind, "delivery": _delivery(moment, kind, payload), "payload": payload}
            yield orjson.dumps(line).decode() + "\n"

    def _push(self, moment: float, push: Push) -> Payload:
        place = (push.repository, push.branch)
        known = commit_id(push.repository, push.branch, "long ago")
        before = NONE if push.created else self.heads.get(place, known)
        self.heads[place] = after = push.commits[-1].id
        commits = [commit.payload(push.repository) for commit in push.commits]
        return {
            "ref": f"refs/heads/{push.branch}",
            "before": before,
            "after": after,
            "created": push.created,
            "deleted": False,
            "forced": push.forced,
            "base_ref": None,
            "compare": f"https://github.com/{OWNER}/{push.repository}/compare/"
            f"{before[:12]}...{after[:12]}",
            "commits": commits,
            "head_commit": commits[-1],
            "pusher": {"name": push.login, "email": push.mail},
            "sender": user(push.login),
        }


def _signature(who: tuple[str, str, str]) -> Payload:
    return {"name": who[0], "email": who[1], "username": who[2]}


def _delivery(moment: float, kind: str, payload: Payload) -> str:
    name = digest("delivery", moment, kind, payload["sender"]["login"], payload.get("after", ""))
    return f"{name[:8]}-{name[8:12]}-11f0-{name[12:16]}-{name[16:28]}"
