"""What git prints of a real repository, in the formats people have."""

import io
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from analytics.event import Context, Rejected
from analytics.sources.git_log import SOURCE
from analytics.sources.git_log.dates import time_of

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
    "changes",
    [
        ":100644 100644 d8d83d7 16ae169 M\tlogo.png\n",
        "-\t-\tlogo.png\n",
        "diff --git a/logo.png b/logo.png\nindex d8d83d7..16ae169 100644\n"
        "Binary files a/logo.png and b/logo.png differ\n",
        "diff --git a/logo.png b/logo.png\nindex d8d83d7..16ae169 100644\n"
        "GIT binary patch\nliteral 9\nQcmZQ%U|@jQY3xd;@hBG%\n\nliteral 9\nQcmZQ%V2Zh_E\n\n",
    ],
    ids=["raw", "numstat", "patch", "binary patch"],
)
def test_a_commit_of_only_a_binary_file_has_no_lines(changes: str) -> None:
    head = (
        f"commit {'a' * 40}\nAuthor: Mia <mia@lab.example>\n"
        "Date:   Mon Feb 2 09:05:00 2026 +0100\n\n    Draw the logo anew\n\n"
    )
    (event,), rejected = read((head + changes).encode())
    assert not rejected
    assert event["git.files"] == ["logo.png"]
    lines = None if changes.startswith(":") else 0  # --raw does not count
    assert (event["git.lines_added"], event["git.lines_deleted"]) == (lines, lines)


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
        "02.02.2026 09:05",
        "2.2.2026, 09:05:00 +0100",
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


HEADS = b"commit %s\nAuthor: A <a@lab.example>\nDate: 2026-02-02T09:05:00Z\n\n    Change\n\n"
SHA = b"0123456789abcdef0123456789abcdef01234567"
HEAD = HEADS % SHA


def only(log: bytes) -> dict[str, Any]:
    ((event,), rejected) = read(log)
    assert not rejected
    return event


def test_a_message_that_looks_like_headers_changes_nothing() -> None:
    event = only(
        HEAD + b"    commit " + SHA[::-1] + b"\n    Author: Eve <eve@lab.example>\n"
        b"    diff --git a/x b/x\n    +++ b/x\n    @@ -0,0 +1 @@\n    +import os\n"
    )
    assert event["git.author"] == "git:a@lab.example"
    assert event["git.files"] is None and event["git.added"] is None


def test_notes_are_no_part_of_the_message() -> None:
    event = only(HEAD + b"Notes:\n    Reviewed-by: Eve <eve@lab.example>\n\n1\t0\ta.py\n")
    assert event["labels"] is None
    assert event["git.files"] == ["a.py"]


def test_added_lines_that_look_like_headings_of_a_patch_are_added_lines() -> None:
    event = only(
        HEAD + b"diff --git a/q.sql b/q.sql\nindex 1..2 100644\n--- a/q.sql\n+++ b/q.sql\n"
        b"@@ -1,2 +1,2 @@\n--- old comment\n-x\n+++ b/evil.py\n+diff --git a/y b/y\n"
    )
    assert event["git.files"] == ["q.sql"]
    assert event["git.added"] == "q.sql: ++ b/evil.py\nq.sql: diff --git a/y b/y"
    assert (event["git.lines_added"], event["git.lines_deleted"]) == (2, 2)


def test_of_many_added_lines_the_first_are_kept_and_the_rest_is_told() -> None:
    event = only(
        HEAD
        + b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,5000 @@\n"
        + b"+"
        + b"y" * 60
        + b"\n"
        + b"+%s\n" % (b"z" * 60) * 4999
    )
    assert event["git.lines_added"] == 5000
    assert 60_000 < len(event["git.added"]) < 66_000
    kept = event["git.added"].count("\n") + 1
    assert dict(event["labels"])["added_cut"] == f"{5000 - kept} more lines"


@pytest.mark.parametrize(
    ("heading", "path"),
    [
        (b"diff --git a/a b/c b/a b/c\n--- a/a b/c\t\n+++ b/a b/c\t", "a b/c"),
        (b"diff --git x.py x.py\n--- x.py\n+++ x.py", "x.py"),
        (b'diff --git "a/\\303\\251\\".py" "b/\\303\\251\\".py"\n--- "a/x"', 'é".py'),
        (b"diff --git a/x b/y\nrename from x\nrename to y\n--- a/x\n+++ b/y", "y"),
        (b"diff --git old/x new/x\n--- old/x\n+++ new/x", "x"),
        (b"diff --git old/x new/x\n--- old/x\n+++ /dev/null", "x"),
    ],
)
def test_a_patch_names_its_file(heading: bytes, path: str) -> None:
    event = only(HEAD + heading + b"\n@@ -0,0 +1 @@\n+1\n")
    assert event["git.files"] == [path]
    assert event["git.added"] == f"{path}: 1"


def test_what_hides_a_change_from_readers_is_named() -> None:
    event = only(
        HEAD + b":160000 160000 aaaaaaa bbbbbbb M\tlibs/fused\n"
        b":000000 120000 0000000 ccccccc A\tdata\n:100644 100755 ddd eee M\trun.sh\n"
        b":100644 100644 fff fff R100\told.py\tnew.py\n-\t-\ttable.bin\n"
    )
    assert dict(event["labels"]) == {
        "submodules": "libs/fused",
        "symlinks": "data",
        "modes": "run.sh 100644 → 100755",
        "renamed": "old.py → new.py",
        "binary": "table.bin",
    }


def test_a_bot_s_commit_is_on_behalf_of_the_person_it_names() -> None:
    log = HEAD.replace(b"a@lab.example", b"7+labbot[bot]@users.noreply.github.com")
    event = only(log + b"    Co-authored-by: Ana <ana@lab.example>\n")
    assert event["actor.account"] == "git:7+labbot[bot]@users.noreply.github.com"
    assert event["actor.on_behalf_of"] == "git:ana@lab.example"


def test_line_ends_colours_and_a_cut_end_do_no_harm() -> None:
    log = HEAD + b"diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -0,0 +1,9 @@\n+one\n+tw"
    plain = only(log)
    for other in (
        log.replace(b"\n", b"\r\n"),
        b"\x1b[33m" + log.replace(b"\n", b"\x1b[m\n", 1),
        b"\xef\xbb\xbf" + log,
    ):
        assert SOURCE.recognises(other, "x") > 0.9
        event = only(other)
        assert event["git.added"] == plain["git.added"] == "x: one\nx: tw"
        assert event["event.id"] == plain["event.id"]


def test_numbers_and_lines_of_any_size_are_survived() -> None:
    digits = b"9" * 10_000
    only(HEAD + digits + b"\t" + digits + b"\tx\n")
    only(HEAD + b"diff --git a/x b/x\n@@ -" + digits + b" +1," + digits + b" @@\n+a\n")
    only(HEAD + b" {" + b" => " * 5000 + b"| 3 +\n" + b":100644" * 2000 + b" M\tx\n")


def test_a_renamed_file_has_both_names_behind_its_counts_with_nuls() -> None:
    log = b"commit 1234567\nAuthor: a <a@b.c>\nDate:   2026-02-20 10:00:00 +0000\n\n    x\n\n"
    event = only(log + b"1\t2\told name.py\x002\t0\t\x00a.py\x00b c.py\x000\t1\tz\x00")
    assert event["git.files"] == ["old name.py", "b c.py", "z"]
    assert (event["git.lines_added"], event["git.lines_deleted"]) == (3, 3)
    assert dict(event["labels"])["renamed"] == "a.py → b c.py"


def test_commits_and_names_may_end_in_nuls() -> None:
    log = (
        b"commit " + b"a" * 40 + b"\nAuthor: Ana <ana@lab.example>\n"
        b"Date:   Tue Feb 10 08:00:00 2026 +0000\n\n"
        b"    One\n\n5\t1\ttrain.py\x002\t0\ta b.py\x00\x00"
        b"commit " + b"b" * 40 + b"\nAuthor: Bo <bo@lab.example>\n"
        b"Date:   Tue Feb 10 08:00:01 2026 +0000\n\n"
        b"    Two\x00commit\n\x00"
    )
    rows, _ = read(log)
    assert [row["git.files"] for row in rows] == [["train.py", "a b.py"], None]
    assert [row["git.lines_added"] for row in rows] == [7, None]
    assert rows[1]["message"].endswith("Two\\x00commit")
