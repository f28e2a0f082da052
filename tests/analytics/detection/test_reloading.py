"""Real files that are written, replaced and removed while their rules are in force."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from analytics.detection.documents import RulesMissing
from analytics.detection.loading import RuleSet
from analytics.detection.reloading import LONGEST, PAUSE, Watched
from tests.analytics.detection.conftest import document

COMMAND = "process.command_line"


def rule(command: str, **more: object) -> str:
    return yaml.safe_dump(document({"selection": {COMMAND: command}}, **more))


class Clock:
    """Time passes when it is told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "lists.yml").write_text(rule("ls"))
    return tmp_path / "rules"


@pytest.fixture
def watched(folder: Path, clock: Clock) -> Iterator[Watched]:
    watched = Watched([folder], clock=clock)
    watched.current()
    yield watched


def after_looks(watched: Watched, clock: Clock, looks: int = 2) -> RuleSet:
    for _ in range(looks):
        clock.now += PAUSE
        watched.current()
    return watched.current().rules


def ids(rules: RuleSet) -> set[str]:
    return {each.id for each in rules.detections}


def test_a_file_that_is_written_anew_takes_its_place(
    folder: Path, watched: Watched, clock: Clock
) -> None:
    before = watched.current()
    (folder / "lists.yml").write_text(rule("dir"))
    after = after_looks(watched, clock)
    assert after.rules[0].version != before.rules.rules[0].version
    assert after.rules[0].text == rule("dir")
    assert before.rules.rules[0].text == rule("ls"), "who has the set before has it whole"
    assert watched.current().at > before.at


def test_a_file_that_is_replaced_with_its_size_and_time_is_seen(
    folder: Path, watched: Watched, clock: Clock
) -> None:
    about = (folder / "lists.yml").stat()
    (folder / "new").write_text(rule("la"))
    os.utime(folder / "new", ns=(about.st_atime_ns, about.st_mtime_ns))
    (folder / "new").replace(folder / "lists.yml")
    assert after_looks(watched, clock).rules[0].text == rule("la")


def test_new_files_come_and_removed_ones_go(folder: Path, watched: Watched, clock: Clock) -> None:
    (folder / "deeper").mkdir()
    (folder / "deeper" / "prints.yml").write_text(rule("cat"))
    assert ids(after_looks(watched, clock)) == {"lists", "prints"}
    shutil.rmtree(folder / "deeper")
    assert ids(after_looks(watched, clock)) == {"lists"}
    (folder / "lists.yml").unlink()
    assert ids(after_looks(watched, clock)) == set()


def test_files_are_not_looked_at_more_often_than_said(
    folder: Path, watched: Watched, clock: Clock
) -> None:
    (folder / "lists.yml").write_text(rule("dir"))
    clock.now += PAUSE / 2
    watched.current()
    clock.now += PAUSE / 4
    assert watched.current().rules.rules[0].text == rule("ls")


def test_a_file_that_is_being_written_is_waited_for(
    folder: Path, watched: Watched, clock: Clock
) -> None:
    for length in (10, 60, 100):  # the last of them is a whole rule, though not the one meant
        (folder / "lists.yml").write_text(rule("dir " + "x" * 200)[:length])
        rules = after_looks(watched, clock, looks=1)
        assert rules.rules[0].text == rule("ls")
        assert rules.refused == ()
    (folder / "lists.yml").write_text(rule("dir"))
    assert after_looks(watched, clock, looks=1).rules[0].text == rule("ls")
    assert after_looks(watched, clock, looks=1).rules[0].text == rule("dir")


def test_files_that_never_rest_are_taken_after_a_while(
    folder: Path, watched: Watched, clock: Clock
) -> None:
    (folder / "lists.yml").write_text(rule("dir"))
    for number in range(int(LONGEST / PAUSE) + 1):
        (folder / "notes.txt").write_text(str(number))
        after_looks(watched, clock, looks=1)
    assert watched.current().rules.rules[0].text == rule("dir")


@pytest.mark.parametrize("bad", ["", "a: [", "title: half", rule("ls") + "---\ntitle: half\n"])
def test_a_rule_that_has_become_bad_stays_as_it_was_and_its_reason_is_told(
    bad: str, folder: Path, watched: Watched, clock: Clock
) -> None:
    (folder / "prints.yml").write_text(rule("cat"))
    (folder / "lists.yml").write_text(bad)
    rules = after_looks(watched, clock)
    assert ids(rules) == {"lists", "prints"}
    assert {each.text for each in rules.rules} == {rule("ls"), rule("cat")}
    (refused,) = rules.refused
    assert refused.path == folder / "lists.yml"
    assert refused.reason
    assert refused.kept
    (folder / "prints.yml").write_text(rule("tac"))  # others go on changing meanwhile
    rules = after_looks(watched, clock)
    assert {each.text for each in rules.rules} == {rule("ls"), rule("tac")}
    (folder / "lists.yml").write_text(rule("dir"))
    rules = after_looks(watched, clock)
    assert {each.text for each in rules.rules} == {rule("dir"), rule("tac")}
    assert rules.refused == ()


def test_a_bad_filter_goes_on_narrowing(folder: Path, watched: Watched, clock: Clock) -> None:
    log_source = {"product": "linux"}
    narrowing = {
        "title": "Not on test machines",
        "logsource": log_source,
        "filter": {
            "rules": "any",
            "selection": {"host.name": "test"},
            "condition": "not selection",
        },
    }
    (folder / "lists.yml").write_text(rule("ls", logsource=log_source))
    (folder / "narrow.yml").write_text(yaml.safe_dump(narrowing))
    narrowed = after_looks(watched, clock).rules[0]
    assert narrowed.filters == ("narrow",)
    assert "Not on test machines" in narrowed.text
    (folder / "narrow.yml").write_text("filter: [")
    rules = after_looks(watched, clock)
    assert rules.rules[0].version == narrowed.version
    assert [one.kept for one in rules.refused] == [True]


def test_what_was_in_force_before_the_start_stands_in_for_a_bad_file(folder: Path) -> None:
    path = folder / "lists.yml"
    path.write_text("a: [")
    rules = Watched([folder], usual=lambda: {path: rule("ls").encode()}).current().rules
    assert rules.rules[0].text == rule("ls")
    assert [one.kept for one in rules.refused] == [True]


def test_a_bad_file_that_was_never_good_is_only_refused(folder: Path) -> None:
    (folder / "lists.yml").write_text("a: [")
    rules = Watched([folder]).current().rules
    assert rules.rules == ()
    assert [one.kept for one in rules.refused] == [False]


def test_a_folder_that_is_gone_ends_no_rule(folder: Path, watched: Watched, clock: Clock) -> None:
    folder.rename(folder.with_name("away"))
    assert ids(after_looks(watched, clock)) == {"lists"}
    assert str(folder) in watched.current().problem
    folder.with_name("away").rename(folder)
    assert ids(after_looks(watched, clock)) == {"lists"}
    assert watched.current().problem == ""


def test_a_folder_that_was_never_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(RulesMissing, match="nowhere"):
        Watched([tmp_path / "nowhere"]).current()


def test_folders_are_swapped_as_kubernetes_swaps_them(tmp_path: Path, clock: Clock) -> None:
    """A link `..data` leads to a hidden folder with a time in its name, and is replaced."""
    mount = tmp_path / "mounted"
    mount.mkdir()

    def swap(name: str, command: str) -> None:
        (mount / name / "deeper").mkdir(parents=True)
        (mount / name / "lists.yml").write_text(rule(command))
        (mount / name / "deeper" / "prints.yml").write_text(rule(command + " now"))
        (mount / "..new").symlink_to(name)
        (mount / "..new").replace(mount / "..data")

    swap("..2026_11_29", "ls")
    for entry in ("lists.yml", "deeper"):
        (mount / entry).symlink_to(f"..data/{entry}")
    watched = Watched([mount], clock=clock)
    assert ids(watched.current().rules) == {"lists", "prints"}
    assert watched.current().rules.refused == (), "nothing is there twice"
    swap("..2026_11_30", "dir")
    shutil.rmtree(mount / "..2026_11_29")
    rules = after_looks(watched, clock)
    assert {each.text for each in rules.rules} == {rule("dir"), rule("dir now")}


def test_a_link_that_leads_back_up_is_not_followed(folder: Path) -> None:
    (folder / "round").symlink_to(folder)
    assert ids(Watched([folder]).current().rules) == {"lists"}


def test_a_link_that_leads_nowhere_is_refused(folder: Path) -> None:
    (folder / "gone.yml").symlink_to(folder / "nowhere")
    (refused,) = Watched([folder]).current().rules.refused
    assert refused.path == folder / "gone.yml"


def test_a_child_of_a_process_that_was_just_loading_loads_for_itself(
    folder: Path, watched: Watched, clock: Clock
) -> None:
    (folder / "lists.yml").write_text(rule("dir"))
    (lock,) = watched._locks.values()
    with lock:  # as if another thread were at it when the process forks
        child = os.fork()
        if child == 0:
            taken = after_looks(watched, clock).rules[0].text == rule("dir")
            os._exit(0 if taken else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_a_watch_list_that_is_written_anew_changes_the_rules_that_name_it(
    folder: Path, tmp_path: Path, clock: Clock
) -> None:
    lists = tmp_path / "lists"
    lists.mkdir()
    (lists / "tools.yml").write_text("entries: [ls]\n")
    listed = yaml.safe_dump(document({"selection": {COMMAND + "|expand": "%tools%"}}))
    (folder / "tool.yml").write_text(listed)
    watched = Watched([folder], lists=[lists], clock=clock)
    before = {each.id: each for each in watched.current().rules.rules}
    (lists / "tools.yml").write_text("entries: [pwd]\n")
    after = {each.id: each for each in after_looks(watched, clock).rules}
    assert before["tool"].version != after["tool"].version
    assert before["lists"].version == after["lists"].version
    assert "entries: [pwd]" in after["tool"].text
