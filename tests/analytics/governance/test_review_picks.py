"""Cherry-picks onto another shared branch: reviewed where the hook shows that they do the same."""

import io
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from analytics.event import Context
from analytics.governance import review
from analytics.governance.review.verdict import Verdict, Why
from analytics.sources.git_receive import SOURCE
from analytics.store import open_store
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    iso,
    merged,
    opened,
    parsed,
    pushed,
    reviewed,
    sha,
)

EARLY = -48.0  # hours: two days before


def hook(
    at: float, branch: str, *commits: tuple[str, str | None], by: str = "cy", **more: Any
) -> Payload:
    """What our hook writes of a push; each commit has its name and patch, the newest first."""
    told = [
        {
            "sha": sha(name),
            "parents": [sha("old")],
            "author": "Ana",
            "author_email": "ana@lab.example",
            "committer": by,
            "committer_email": f"{by}@lab.example",
            "message": "Fix it",
            "files": [{"path": "a.py", "added": 1, "deleted": 0}],
            "patch": patch,
        }
        for name, patch in commits
    ]
    return {
        "foureyes": "git-receive/1",
        "time": iso(at),
        "host": "git01",
        "repository": "lab/lib",
        "default_branch": "main",
        "pusher": by,
        "pusher_from": "GL_USERNAME",
        "kind": "update",
        "ref": f"refs/heads/{branch}",
        "old": sha("old"),
        "new": sha(commits[0][0]),
        "protected": True,
        "forced": False,
        "commits": told,
        "commits_cut": False,
        **more,
    }


def why(tmp_path: Path, told: list[Payload], *records: Payload) -> list[tuple[str, Why]]:
    """What decided the day's verdicts, by branch, from deliveries and lines of the hook."""
    lines = "\n".join(map(json.dumps, records)).encode()
    context = Context(feed="f", batch="b", origin="h", received=DAY.replace(month=3))
    batches = list(SOURCE.parse(io.BytesIO(lines), context))
    events = pa.concat_tables([parsed(told), *(batch.events for batch in batches)])
    store = open_store(tmp_path.as_uri())
    store.append(events)
    today = events.filter([time >= DAY for time in events["@timestamp"].to_pylist()])
    return [
        (one.branch, one.why)
        for one in review.judged(DAY.date(), today.select(review.COLUMNS), SITE, store)
    ]


def landed(approved: bool = True) -> list[Payload]:
    """A pull request of two days before that went into main."""
    steps = [opened(at=EARLY)]
    steps += [reviewed(at=EARLY + 1)] if approved else []
    return [*steps, merged(at=EARLY + 2), pushed(at=EARLY + 2)]


MAIN = hook(EARLY + 2.001, "main", ("m", "same"))


def test_the_same_change_on_another_branch_is_as_reviewed_as_it_was(tmp_path: Path) -> None:
    found = why(tmp_path, landed(), MAIN, hook(9, "release/1", ("p", "same")))
    assert found == [("release/1", Why.PICKED)]


def test_its_verdict_names_who_looked_and_what_shows_it(tmp_path: Path) -> None:
    pick = hook(9, "release/1", ("p", "same"))
    lines = "\n".join(map(json.dumps, (MAIN, pick))).encode()
    context = Context(feed="f", batch="b", origin="h", received=DAY.replace(month=3))
    tables = [batch.events for batch in SOURCE.parse(io.BytesIO(lines), context)]
    events = pa.concat_tables([parsed(landed()), *tables])
    store = open_store(tmp_path.as_uri())
    store.append(events)
    today = events.filter([time >= DAY for time in events["@timestamp"].to_pylist()])
    (one,) = review.judged(DAY.date(), today.select(review.COLUMNS), SITE, store)
    assert (one.verdict, one.reviewers, one.person) == (Verdict.REVIEWED, ("bo",), "ana")
    assert len(one.events) > 1
    assert review.held([one], DAY.date(), SITE, store) == []


@pytest.mark.parametrize(
    ("told", "records"),
    [
        (landed(approved=False), (MAIN, hook(9, "release/1", ("p", "same")))),
        (landed(), (MAIN, hook(9, "release/1", ("p", "other")))),
        (landed(), (MAIN, hook(9, "release/1", ("p", None)))),
        (landed(), (MAIN, hook(9, "release/1", ("q", "more"), ("p", "same")))),
        (landed(), (MAIN, hook(9, "release/1", ("p", "same"), commits_cut=True))),
        (landed(), (hook(9, "release/1", ("p", "same")),)),
        (landed(), (MAIN, hook(9, "main", ("p", "same")))),
    ],
    ids=[
        "not reviewed there",
        "another change",
        "not told",
        "more than that",
        "not all told",
        "origin not told",
        "the same branch",
    ],
)
def test_whatever_else_is_pushed_goes_around_review(
    tmp_path: Path, told: list[Payload], records: tuple[Payload, ...]
) -> None:
    ((_, found),) = why(tmp_path, told, *records)
    assert found is Why.PUSHED
