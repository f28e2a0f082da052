"""What git prints of a real repository, in the formats people have."""

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.event import Context, Rejected
from analytics.sources.git_log import SOURCE, time_of

ROOT = Path(__file__).resolve().parents[3]
CONTEXT = Context(feed="repo", batch="b", origin="o", received=datetime(2100, 1, 1, tzinfo=UTC))
FORMATS = (
    (),
    ("--pretty=fuller", "--numstat"),
    ("--pretty=raw", "--raw"),
    ("-p", "--stat", "--date=iso-strict", "--decorate"),
    ("--show-signature", "--date=rfc", "--name-status", "--all"),
    ("--date=raw", "--shortstat", "--name-only"),
)


def read(log: bytes) -> tuple[list[dict[str, Any]], list[Rejected]]:
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    rejected = [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()], rejected


def git(*arguments: str) -> bytes:
    command = ("git", "-C", str(ROOT), "--no-pager", *arguments)
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.parametrize("options", FORMATS, ids=" ".join)
def test_the_log_of_this_project_is_read_whole(options: tuple[str, ...]) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the project's repository, not only its files")
    log = git("log", *options)
    scope = "--all" if "--all" in options else "HEAD"
    expected = git("log", "--pretty=%H %ae %cI", scope).decode().split("\n")[:-1]
    events, rejected = read(log)
    assert not rejected
    assert SOURCE.recognises(log[: 64 << 10], "anything") > 0.9
    told = [f"{event['git.commit']} {event['user.email']}" for event in events]
    assert sorted(told) == sorted(line.rpartition(" ")[0] for line in expected)
    assert all("\n---" not in (name or "") for e in events for name in e["git.files"] or ())


def test_numstat_and_patch_agree_about_this_project() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("needs the project's repository, not only its files")
    numstat, _ = read(git("log", "--numstat", "--no-renames", "-30"))
    patch, _ = read(git("log", "-p", "--no-renames", "-30"))
    for by_numstat, by_patch in zip(numstat, patch, strict=True):
        for name in ("git.files", "git.lines_added", "git.lines_deleted"):
            assert by_numstat[name] == by_patch[name], by_numstat["git.commit"]


@pytest.mark.parametrize(
    "text",
    [
        "Mon Feb 2 09:05:00 2026 +0100",
        "2026-02-02 09:05:00 +0100",
        "2026-02-02T09:05:00+01:00",
        "Mon, 2 Feb 2026 09:05:00 +0100",
        "1770019500 +0100",
        "1770019500",
        "Mon Feb 2 09:05:00 2026",
    ],
)
def test_every_way_to_write_a_date_means_the_same(text: str) -> None:
    found = time_of(text, ZoneInfo("Europe/Paris"))
    assert found == datetime(2026, 2, 2, 8, 5, tzinfo=UTC)


def test_a_commit_dated_after_its_author_keeps_both_times() -> None:
    log = (
        b"commit 0123456789abcdef0123456789abcdef01234567\n"
        b"Author:     A <a@lab.example>\nAuthorDate: Mon Feb 2 09:05:00 2026 +0000\n"
        b"Commit:     B <b@lab.example>\nCommitDate: Mon Feb 9 09:05:00 2026 +0000\n\n    Fix\n"
    )
    ((event,), _) = read(log)
    assert event["@timestamp"] == datetime(2026, 2, 9, 9, 5, tzinfo=UTC)
    assert dict(event["labels"])["author_date"] == "2026-02-02T09:05:00+00:00"
    assert (event["git.author"], event["git.committer"]) == (
        "git:a@lab.example",
        "git:b@lab.example",
    )
    assert event["actor.account"] == "git:a@lab.example"


def test_a_huge_patch_is_counted_whole_but_its_text_is_cut() -> None:
    patch = b"+" + b"x" * 1_000_000 + b"\n"
    log = (
        b"commit 0123456789abcdef0123456789abcdef01234567\n"
        b"Author: A <a@lab.example>\nDate: 2026-02-02T09:05:00Z\n\n    Big\n\n"
        b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,20 @@\n" + patch * 20
    )
    ((event,), _) = read(log)
    assert event["git.lines_added"] == 20
    assert len(event["event.original"]) < 18 << 20
    assert "cut" in dict(event["labels"])


@pytest.mark.parametrize(
    "head", [b"commit messages are fun\n", b"commit 12\nAuthor: x\n", b"# git log\ncommit abc\n"]
)
def test_prose_about_commits_is_no_log(head: bytes) -> None:
    assert SOURCE.recognises(head, "README") == 0
