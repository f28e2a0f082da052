"""Real pushes to a server with our hook, read by the source: who pushed what over what."""

import io
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analytics.event import Context
from analytics.sources.git_receive import SOURCE

HOOK = Path(__file__).resolve().parents[3] / "docs/collect/post-receive"
CONTEXT = Context(feed="f", batch="b", origin="o", received=datetime(2100, 1, 1, tzinfo=UTC))
PERSON = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ana Silva"), ("EMAIL", "asilva@lab.example"))
}
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("GIT", "GL_"))}
CLEAN |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
Pushed = Callable[..., list[dict[str, Any]]]


def git(folder: Path, *arguments: str, **more: str) -> str:
    command = ("git", "-C", str(folder), *arguments)
    environment = CLEAN | PERSON | more
    done = subprocess.run(command, capture_output=True, check=True, env=environment)
    return done.stdout.decode("utf-8", "backslashreplace").strip()


def read(log: bytes) -> list[dict[str, Any]]:
    batches = list(SOURCE.parse(io.BytesIO(log), CONTEXT))
    assert not [rejected for batch in batches for rejected in batch.rejected]
    return [event for batch in batches for event in batch.events.to_pylist()]


def lines_of(log: Path, count: int) -> list[bytes]:
    """The log's lines when the hook has written so many: it does so after the push."""
    for _ in range(400):
        lines = log.read_bytes().splitlines(keepends=True) if log.exists() else []
        if len(lines) >= count:
            assert len(lines) == count
            return lines
        time.sleep(0.05)
    raise AssertionError(f"{log} has fewer than {count} lines")


@pytest.fixture
def server(tmp_path: Path) -> Path:
    """A bare repository with the hook and its log beside it."""
    bare = tmp_path / "srv/lab/trainlib.git"
    bare.parent.mkdir(parents=True)
    git(tmp_path, "init", "-q", "--bare", "-b", "main", str(bare))
    (bare / "hooks/post-receive").symlink_to(HOOK)
    git(bare, "config", "foureyes.log", str(tmp_path / "receive.ndjson"))
    git(bare, "config", "foureyes.root", str(tmp_path / "srv"))
    git(bare, "config", "receive.advertisePushOptions", "true")
    for pattern in ("main", "release/*", "refs/tags/v*"):
        git(bare, "config", "--add", "foureyes.protected", pattern)
    return bare


@pytest.fixture
def work(tmp_path: Path, server: Path) -> Path:
    """A clone with one commit."""
    clone = tmp_path / "work"
    git(tmp_path, "init", "-q", "-b", "main", str(clone))
    git(clone, "remote", "add", "origin", str(server))
    (clone / "optim.py").write_text("lr = 1\nbeta = 2\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-q", "-m", "Start")
    return clone


@pytest.fixture
def push(tmp_path: Path, work: Path) -> Pushed:
    """Pushes and gives the events of the `refs` refs that were updated."""
    log, before = tmp_path / "receive.ndjson", [0]

    def pushed(*arguments: str, refs: int = 1, **more: str) -> list[dict[str, Any]]:
        git(work, "push", "-q", *arguments, **more)
        lines = lines_of(log, before[0] + refs)
        new, before[0] = lines[before[0] :], len(lines)
        return read(b"".join(new))

    return pushed


def commit(work: Path, name: str, content: bytes, message: str) -> str:
    (work / name).parent.mkdir(exist_ok=True)
    (work / name).write_bytes(content)
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", message)
    return git(work, "rev-parse", "HEAD")


def test_a_first_push_tells_its_commits_with_files_and_lines(push: Pushed, work: Path) -> None:
    commit(
        work, "data/café \u2028 x.bin", b"\0\1", "Add a table\n\nCo-authored-by: B <b@lab.example>"
    )
    event, newest, oldest = push("origin", "main", GL_USERNAME="ana-s", GL_ID="user-7")
    assert event["event.action"] == "push"
    assert event["event.type"] == "creation"
    assert event["actor.account"] == event["git.pusher"] == "gitlab:ana-s"
    assert event["git.repository"] == "lab/trainlib"
    assert event["git.branch"] == "main"
    assert event["git.protected"] is True and event["git.forced"] is False
    assert event["git.files"] == ["data/café \u2028 x.bin", "optim.py"]
    assert (event["git.lines_added"], event["git.lines_deleted"]) == (2, 0)
    assert dict(event["labels"])["default_branch"] == "true"
    assert newest["message"] == "Ana Silva committed: Add a table"
    assert dict(newest["labels"])["binary"] == '["data/café \u2028 x.bin"]'
    assert dict(newest["labels"])["co_authored_by"] == "b@lab.example"
    assert oldest["git.author"] == oldest["git.committer"] == "git:asilva@lab.example"
    assert oldest["git.pusher"] == "gitlab:ana-s"


def test_only_new_commits_belong_to_an_update_and_to_a_new_branch(push: Pushed, work: Path) -> None:
    push("origin", "main")
    second = commit(work, "optim.py", b"lr = 1\nbeta = 3\n", "Tune")
    gitea = {"PUSHER_NAME": "Ana", "REPO_NAME": "trainlib", "REPO_USER_NAME": "vision"}
    told = {f"GITEA_{name}": value for name, value in gitea.items()}
    event, *commits = push("origin", "main", **told)
    assert [one["git.commit"] for one in commits] == [second]
    assert (event["git.lines_added"], event["git.lines_deleted"]) == (1, 1)
    assert event["actor.account"] == "gitea:ana"
    assert event["git.repository"] == "vision/trainlib"
    git(work, "checkout", "-q", "-b", "asilva/x")
    third = commit(work, "x.py", b"x\n", "Try")
    event, *commits = push("origin", "asilva/x", GL_USER="asilva")
    assert [one["git.commit"] for one in commits] == [third]
    assert event["actor.account"] == "unix:asilva"
    assert event["git.protected"] is False
    assert dict(event["labels"])["default_branch"] == "false"


def test_a_forced_push_a_moved_tag_and_deletions_are_told(push: Pushed, work: Path) -> None:
    push("origin", "main")
    old = git(work, "rev-parse", "HEAD")
    git(work, "tag", "v1")
    push("origin", "v1")
    git(work, "commit", "-q", "--amend", "-m", "Rewritten")
    event, *commits = push("-f", "-o", "ci.skip", "origin", "main", REMOTE_USER="bkim")
    assert event["git.forced"] is True
    assert event["actor.account"] == "unix:bkim"
    told = dict(event["labels"])
    assert told["before"] == old
    assert told["push_options"] == '["ci.skip"]'
    assert [one["message"] for one in commits] == ["Ana Silva committed: Rewritten"]
    git(work, "tag", "-f", "v1")
    (event,) = push("-f", "origin", "v1")
    assert event["git.forced"] is True and event["git.protected"] is True
    assert event["git.branch"] is None and dict(event["labels"])["ref"] == "refs/tags/v1"


def test_deletions_and_several_refs_at_once_are_told(push: Pushed, work: Path) -> None:
    push("origin", "main", "main:release/1", "main:fix", refs=3)
    first, second = push("origin", ":release/1", ":fix", refs=2)
    by_branch = {event["git.branch"]: event for event in (first, second)}
    assert by_branch["release/1"]["git.protected"] is True
    assert by_branch["fix"]["event.action"] == "delete"
    assert by_branch["fix"]["event.type"] == "deletion"
    assert by_branch["fix"]["git.forced"] is False


def test_what_a_merge_brought_is_told(push: Pushed, work: Path) -> None:
    push("origin", "main")
    git(work, "checkout", "-q", "-b", "fix")
    commit(work, "fix.py", b"1\n", "Fix")
    git(work, "checkout", "-q", "main")
    commit(work, "main.py", b"2\n", "Go on")
    git(work, "merge", "-q", "--no-ff", "-m", "Merge fix", "fix")
    event, merge, *others = push("origin", "main")
    assert len(others) == 2
    assert merge["message"].endswith("Merge fix")
    assert set(event["git.files"]) == {"fix.py", "main.py"}


def test_hostile_names_do_no_harm(push: Pushed, work: Path, tmp_path: Path) -> None:
    branch = "$(touch${IFS}pwned);`id`-é\u202e&|<>'\""
    name = b"line\nbreak\t\\ \xff \x1b[31m.py"
    (work / os.fsdecode(name)).write_bytes(b"x\n")
    git(work, "add", "-A")
    git(work, "commit", "-q", "-m", 'Quote "\x01\\')
    event, *commits = push("origin", f"HEAD:refs/heads/{branch}", GL_USERNAME="a\nb\udcff")
    assert event["git.branch"] == branch
    assert "line\nbreak\t\\ \\xff \x1b[31m.py" in event["git.files"]
    assert event["user.name"] == "a\nb\\xff"
    assert len(commits) == 2
    assert not list(tmp_path.rglob("pwned"))


def test_a_log_that_cannot_be_written_holds_no_push_back(
    work: Path, server: Path, tmp_path: Path
) -> None:
    git(server, "config", "foureyes.log", str(tmp_path / "nowhere/receive.ndjson"))
    git(work, "push", "-q", "origin", "main")
    (line,) = lines_of(server / "foureyes-receive.ndjson", 1)
    assert json.loads(line)["ref"] == "refs/heads/main"


def test_a_push_does_not_wait_for_the_hook(work: Path, server: Path, tmp_path: Path) -> None:
    slow = tmp_path / "bin/git"
    slow.parent.mkdir()
    slow.write_text(f'#!/bin/sh\nsleep 1\nexec {shutil.which("git")} "$@"\n')
    slow.chmod(0o755)
    hook = server / "hooks/post-receive"
    hook.unlink()
    hook.write_text(f'#!/bin/sh\nPATH="{slow.parent}:$PATH" exec {HOOK}\n')
    hook.chmod(0o755)
    done = git(work, "push", "origin", "main")
    assert not (tmp_path / "receive.ndjson").exists()
    assert done == ""
    lines_of(tmp_path / "receive.ndjson", 1)


def test_the_same_record_is_the_same_event_wherever_it_stands(push: Pushed) -> None:
    (event, commit_event) = push("origin", "main")
    raw = event["event.original"].encode()
    again = read(b"\n" + raw + b"\r\n" + raw)
    ids = [one["event.id"] for one in again]
    assert ids == [event["event.id"], commit_event["event.id"]] * 2


@pytest.mark.parametrize("head", [b'{"foureyes": 1}', b'{"format": "git-receive/1"}', b"[]", b"{"])
def test_other_json_is_not_taken_for_the_hook_s(head: bytes) -> None:
    assert SOURCE.recognises(head, "x") == 0


def patches(events: list[dict[str, Any]]) -> list[str | None]:
    """The patch of each commit."""
    commits = [event for event in events if event["event.action"] == "git-commit"]
    return [dict(event["labels"]).get("patch") for event in commits]


def test_a_cherry_pick_has_the_patch_of_what_it_picks_and_nothing_else_has(
    push: Pushed, work: Path
) -> None:
    start = git(work, "rev-parse", "HEAD")
    picked = commit(work, "loop.py", b"for x in y:\n    f()\n    g()\n", "Loop")
    (first, _) = patches(push("origin", "main"))
    assert first
    git(work, "checkout", "-q", "-b", "release/1", start)
    commit(work, "notes.md", b"release\n", "Notes")
    git(work, "cherry-pick", picked)
    pick, notes = patches(push("origin", "release/1"))
    assert pick == first
    assert notes not in (None, first)
    git(work, "checkout", "-q", "-b", "release/2", start)
    commit(work, "loop.py", b"for x in y:\n    f()\ng()\n", "Loop")
    assert first not in patches(push("origin", "release/2")), "white space counts"


def test_a_revert_changes_what_would_undo_the_update_that_it_takes_back(
    push: Pushed, work: Path
) -> None:
    push("origin", "main")
    git(work, "checkout", "-q", "-b", "fix")
    commit(work, "loop.py", b"for x in y:\n    f()\n", "Loop")
    (topic, _) = push("origin", "fix")
    git(work, "checkout", "-q", "main")
    git(work, "merge", "-q", "--no-ff", "-m", "Merge it", "fix")
    (merge, *_) = push("origin", "main")
    git(work, "revert", "--no-edit", "-m", "1", "HEAD")
    (revert, _) = push("origin", "main")
    merged, reverted = dict(merge["labels"]), dict(revert["labels"])
    assert dict(topic["labels"])["proposal"] == merged["patch"]
    assert reverted["patch"] == merged["undo"] and reverted["undo"] == merged["patch"]
    commit(work, "other.py", b"1\n", "Other")
    git(work, "checkout", "-q", "fix")
    git(work, "reset", "-q", "--hard", "HEAD~1")
    commit(work, "loop.py", b"for x in y:\n    f()\n", "Loop, in other words")
    (again, _) = push("-f", "origin", "fix")
    assert dict(again["labels"])["proposal"] == dict(topic["labels"])["proposal"]
    assert "patch" not in dict(again["labels"])


@pytest.mark.slow
def test_merges_and_commits_of_branches_that_nobody_shares_have_none(
    push: Pushed, work: Path
) -> None:
    push("origin", "main")
    git(work, "checkout", "-q", "-b", "topic")
    commit(work, "a.py", b"a\n", "A")
    assert patches(push("origin", "topic")) == [None]
    git(work, "checkout", "-q", "main")
    commit(work, "b.py", b"b\n", "B")
    git(work, "merge", "-q", "--no-ff", "-m", "Merge it", "topic")
    merge, *others = patches(push("origin", "main"))
    assert merge is None
    assert len(others) == 2 and all(others)
