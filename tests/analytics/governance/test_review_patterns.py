"""What several updates show together: who waves work through, missing signatures, old dates."""

import io
import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics.event import Context, Source
from analytics.governance import review
from analytics.sources.git_receive import SOURCE as HOOK
from analytics.sources.gitea_webhook import SOURCE as GITEA
from analytics.sources.github_webhook import SOURCE as GITHUB
from analytics.sources.gitlab_webhook import SOURCE as GITLAB
from analytics.store import open_store
from tests.analytics.governance.git_hook import hook
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    iso,
    merged,
    opened,
    pushed,
    reviewed,
    sha,
)

DAYS = 24.0  # hours


Told = Sequence[tuple[Source, Sequence[Payload]]]


def found(folder: Path, stories: Mapping[str, Told]) -> dict[str, list[tuple[str, str]]]:
    """The day's findings of several stories, each of a repository of its own in one store."""
    context = Context(feed="f", batch="b", origin="o", received=DAY + timedelta(days=2))
    names, tables = {f"lab/r{place}": name for place, name in enumerate(stories)}, []
    for repository, name in names.items():
        for source, payloads in stories[name]:
            told = [json.dumps(one).replace("lab/lib", repository) for one in payloads]
            told = [one.replace('"delivery": "', f'"delivery": "{repository}') for one in told]
            batches = list(source.parse(io.BytesIO("\n".join(told).encode()), context))
            assert not [rejected for batch in batches for rejected in batch.rejected]
            tables += [batch.events for batch in batches]
    events = pa.concat_tables(tables)
    store = open_store(folder.as_uri())
    store.append(events)
    today = events.filter([time >= DAY for time in events["@timestamp"].to_pylist()])
    verdicts = review.judged(DAY.date(), today.select(review.COLUMNS), SITE, store)
    held: dict[str, list[tuple[str, str]]] = {}
    for repository, name in names.items():
        of_it = [one for one in verdicts if one.repository == repository]
        told_of = review.held(of_it, DAY.date(), SITE, store)
        held[name] = [(one.id, one.person) for one in told_of]
    return held


def waved(
    number: int, author: str, by: str, minutes: float, at: float | None = None
) -> list[Payload]:
    """A pull request of some earlier day that somebody approved so many minutes after."""
    at, name = (-number * DAYS if at is None else at), f"w{number}"
    told = {"number": number, "author": author}
    request = opened(author, at, name, number)
    approval = reviewed(by, at + minutes / 60, name, number=number)
    approval["payload"]["pull_request"]["user"]["login"] = author
    return [request, approval, merged(author, at + 1, name, f"m{number}", **told)]


def history(minutes: float = 0.2, others: int = 0) -> list[Payload]:
    """Ana and Bo approved five of each other's; of Ana's so many were approved by Cy."""
    given = [(2 * n + 1, *pair) for n in range(5) for pair in (("ana", "bo"),)]
    given += [(2 * n + 2, "bo", "ana") for n in range(5)]
    given += [(11 + n, "ana", "cy") for n in range(others)]
    return [one for n, author, by in given for one in waved(n, author, by, minutes)]


TODAY = waved(90, "ana", "bo", 0.2, at=9)


def test_who_wave_each_others_work_through_are_both_told(tmp_path: Path) -> None:
    told = found(tmp_path, {"both": [(GITHUB, [*history(), *TODAY])]})
    assert told["both"] == [("waved_through", "ana"), ("waved_through", "bo")]


@pytest.mark.parametrize(
    "told",
    [[*history(30), *TODAY], [*history(others=3), *TODAY], TODAY],
    ids=["they read it", "others look as well", "once"],
)
def test_who_reads_or_is_no_such_pair_is_let_be(tmp_path: Path, told: list[Payload]) -> None:
    assert found(tmp_path, {"let be": [(GITHUB, told)]}) == {"let be": []}


def signed(count: int, unsigned: int = 0) -> Payload:
    """A push of earlier commits as the hook tells it, so many with a signature."""
    line = hook(-5 * DAYS, "main", *((f"c{n}", None) for n in range(count + unsigned)))
    for place, commit in enumerate(line["commits"]):
        commit["signed"] = place < count
    return line


def without(name: str = "u") -> Payload:
    """A push of one that has none."""
    line = hook(9, "main", (name, None))
    line["commits"][0]["signed"] = False
    return line


WORK = [opened("bo", -4 * DAYS, number=5)]  # that pull requests are told of


def gitea(at: float, after: str, verified: bool, count: int = 1) -> Payload:
    """A push as Gitea tells it, with what it makes of signatures."""
    commits: Sequence[dict[str, Any]] = [
        {
            "id": sha(after if n == 0 else f"{after}{n}"),
            "message": "Work",
            "timestamp": iso(at - 1),
            "author": {"name": "Cy", "email": "cy@lab.example", "username": "cy"},
            "committer": {"name": "Cy", "email": "cy@lab.example", "username": "cy"},
            "verification": {"verified": verified, "reason": "gpg.error.not_signed_commit"},
            "added": [],
            "removed": [],
            "modified": ["a.py"],
        }
        for n in range(count)
    ]
    payload = {
        "ref": "refs/heads/main",
        "before": sha("old"),
        "after": sha(after),
        "commits": commits,
        "total_commits": count,
        "repository": {"full_name": "lab/lib", "default_branch": "main"},
        "pusher": {"login": "cy"},
        "sender": {"login": "cy"},
    }
    return {"received_at": iso(at), "payload": payload}


def test_what_lands_unsigned_where_nearly_all_is_signed_is_told(tmp_path: Path) -> None:
    usual = gitea(-5 * DAYS, "s", verified=True, count=25)
    lines: dict[str, Told] = {
        "unsigned": [(HOOK, [signed(30, 1), without()])],
        "seldom signed": [(HOOK, [signed(30, 3), without()])],
        "few commits": [(HOOK, [signed(15), without()])],
        "unsigned at Gitea": [(GITEA, [usual, gitea(9, "u", verified=False)])],
        "signed at Gitea": [(GITEA, [usual, gitea(9, "u", verified=True)])],
    }
    told = found(tmp_path, {name: [(GITHUB, WORK), *of] for name, of in lines.items()})
    assert {name for name, ids in told.items() if ("landed_unsigned", "cy") in ids} == {
        "unsigned",
        "unsigned at Gitea",
    }


def dated(at: float, name: str, made: float, message: str = "Work") -> Payload:
    """The hook's line of a commit, and the hour at which it says that it was made."""
    line = hook(at, "main", (name, None), old=sha("base" if name != "base" else "older"))
    seconds = int((DAY + timedelta(hours=made)).timestamp())
    line["commits"][0] |= {"committer_time": seconds, "author_time": seconds, "message": message}
    return line


def gitlab(at: float, name: str, before: str, made: float) -> Payload:
    """A push as GitLab tells it."""
    commit = {"id": sha(name), "message": "Work", "timestamp": iso(made), "modified": ["a.py"]}
    commit["author"] = {"name": "Cy", "email": "cy@lab.example"}
    payload = {
        "object_kind": "push",
        "ref": "refs/heads/main",
        "ref_protected": True,
        "before": sha(before),
        "after": sha(name),
        "user_username": "cy",
        "project": {"path_with_namespace": "lab/lib", "default_branch": "main"},
        "commits": [commit],
        "total_commits_count": 1,
    }
    return {"delivered_at": iso(at), "payload": payload}


def github(at: float, name: str, before: str, made: float) -> Payload:
    """A push as GitHub tells it."""
    commit = {"id": sha(name), "message": "Work", "timestamp": iso(made), "distinct": True}
    return pushed("cy", at, name, [commit], before=sha(before))


def test_commits_that_say_they_are_older_than_what_they_stand_on_are_told(tmp_path: Path) -> None:
    base, first = dated(-2 * DAYS, "base", -2 * DAYS), gitlab(-2 * DAYS, "base", "older", -50)
    lines: dict[str, Told] = {
        "dated back": [(HOOK, [base, dated(9, "x", -20 * DAYS)])],
        "within a week": [(HOOK, [base, dated(9, "x", -6 * DAYS)])],
        "a merge of old work": [(HOOK, [base, dated(9, "x", -20 * DAYS, "Merge branch 'old'")])],
        "dated back at GitLab": [(GITLAB, [first, gitlab(9, "x", "base", -20 * DAYS)])],
        "of now at GitLab": [(GITLAB, [first, gitlab(9, "x", "base", 8)])],
        "perhaps rebased at GitHub": [
            (GITHUB, [github(-2 * DAYS, "base", "older", -50), github(9, "x", "base", -480)])
        ],
    }
    told = found(tmp_path, {name: [(GITHUB, WORK), *of] for name, of in lines.items()})
    assert {name for name, ids in told.items() if ("dated_back", "cy") in ids} == {
        "dated back",
        "dated back at GitLab",
    }
