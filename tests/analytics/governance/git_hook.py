"""What our hook on a git server writes, and what review makes of it beside a forge's deliveries."""

import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from analytics.event import Context
from analytics.governance import review
from analytics.governance.review.verdict import Judged
from analytics.sources.git_receive import SOURCE
from analytics.store import open_store
from tests.analytics.governance.pull_requests import DAY, SITE, Payload, iso, parsed, sha


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


Story = tuple[Sequence[Payload], Sequence[Payload]]
"""Deliveries of GitHub, and lines of the hook."""


def verdicts(tmp_path: Path, told: Sequence[Payload], *records: Payload) -> list[Judged]:
    """The day's verdicts, from deliveries of GitHub and lines of the hook."""
    return told_apart(tmp_path, {"lib": (told, records)})["lib"]


def told_apart(folder: Path, stories: Mapping[str, Story]) -> dict[str, list[Judged]]:
    """The day's verdicts of several stories, each of a repository of its own in one store."""
    names = {f"lab/r{place}": name for place, name in enumerate(stories)}
    tables = []
    for repository, name in names.items():
        told, records = (
            [json.loads(json.dumps(one).replace("lab/lib", repository)) for one in several]
            for several in stories[name]
        )
        told = [one | {"delivery": repository + one["delivery"]} for one in told]
        lines = "\n".join(map(json.dumps, records)).encode()
        context = Context(feed="f", batch="b", origin="h", received=DAY.replace(month=3))
        tables += [parsed(told)] if told else []
        tables += [batch.events for batch in SOURCE.parse(io.BytesIO(lines), context)]
    events = pa.concat_tables(tables)
    store = open_store(folder.as_uri())
    store.append(events)
    today = events.filter([time >= DAY for time in events["@timestamp"].to_pylist()])
    found: dict[str, list[Judged]] = {name: [] for name in stories}
    for one in review.judged(DAY.date(), today.select(review.COLUMNS), SITE, store):
        found[names[one.repository]].append(one)
    return found
