"""What a way around review is worth: by what it brought, and by what is usual there."""

from pathlib import Path

import pytest

from analytics.findings import Finding
from analytics.governance import review
from analytics.governance.review.customs import Custom, Customs
from analytics.governance.review.documents import is_document
from analytics.store import open_store
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    commit,
    findings,
    merged,
    moved,
    opened,
    parsed,
    pushed,
    reviewed,
    sha,
)


def landed(*files: str) -> list[Payload]:
    """An own pull request that nobody approved, and the files that it changed."""
    work = commit("h1", "ana") | {"modified": list(files)}
    merge = commit("m", "ana", "Merge pull request #7 from lab/fix")
    return [opened(), merged(), pushed(commits=[work, merge])]


def points(*payloads: Payload) -> float:
    """What the only finding weighs."""
    (one,) = findings(*payloads)
    return one.points


def test_documentation_that_nobody_looked_at_weighs_next_to_nothing() -> None:
    (one,) = findings(*landed("docs/start.md", "README.md", "docs/plan.png"))
    assert (one.id, one.points) == ("merged_own_work", 5)
    assert one.sentence.endswith("; documentation alone")


def test_one_file_of_code_among_the_documentation_weighs_as_code() -> None:
    (one,) = findings(*landed("docs/start.md", "train/loop.py"))
    assert one.points == 73
    assert "documentation" not in one.sentence


@pytest.mark.parametrize(
    "path",
    [
        "requirements.txt",
        "CMakeLists.txt",
        "docs/conf.py",
        "docs/logo.svg",
        ".github/pull_request_template.md",
        "AGENTS.md",
        "Makefile",
        "data/shard.npy",
    ],
)
def test_what_tools_or_assistants_obey_is_no_documentation(path: str) -> None:
    assert not is_document(path)


def test_where_not_all_files_are_told_it_weighs_as_code() -> None:
    assert points(opened(), merged()) == 73
    work = commit("h1", "ana") | {"modified": ["docs/start.md"]}
    silent = commit("m", "ana", "Fix it")
    assert points(opened(), merged(commits=2), pushed(commits=[work, silent])) == 73
    merge = commit("m", "ana", "Merge it") | {"modified": ["docs/start.md"]}
    assert points(opened(), merged(), pushed(commits=[work, merge])) == 5
    assert points(opened(), merged(), pushed(commits=[work])) == 73


def test_a_merge_made_by_hand_is_not_taken_for_one_that_brings_nothing() -> None:
    work = commit("x0", "ana") | {"modified": ["docs/start.md"]}
    merge = commit("x", "ana", "Merge branch 'fix'")
    (one,) = findings(opened("bo", number=9), pushed(after="x", commits=[work, merge]))
    assert (one.id, one.points) == ("pushed_around_review", 73)


def test_documentation_does_not_excuse_a_second_account_or_rewritten_history() -> None:
    first, *rest = landed("docs/start.md")
    assert points(first, reviewed("ana-two"), *rest) == 73
    work = commit("m", "ana") | {"modified": ["docs/start.md"]}
    assert points(pushed(forced=True, commits=[work])) == 73


def test_a_stale_approval_of_documentation_is_next_to_nothing_as_well() -> None:
    work = commit("m", "ana", "Fix (#7)") | {"modified": ["docs/start.md"]}
    grown = (moved(lines=90), merged(head="h2", additions=90))
    assert points(opened(), reviewed(), *grown, pushed(commits=[work])) == 5


def test_where_nobody_looks_a_merge_says_little_of_whoever_made_it(tmp_path: Path) -> None:
    """Twenty merges of Bo and Cy before: each their own, then each approved by the other."""

    def before(approve: bool, by: tuple[str, str]) -> list[Payload]:
        steps: list[Payload] = []
        for number in range(20, 40):
            who, other = by if number % 2 else (by[1], by[0])
            at, head = number - 250.0, f"h{number}"
            steps.append(opened(who, at=at, head=head, number=number))
            if approve:
                steps.append(reviewed(other, at=at + 0.2, head=head, number=number))
            more = {"number": number, "author": who}
            steps.append(merged(who, at + 0.5, head, f"m{number}", **more))
            steps.append(pushed(who, at=at + 0.5, after=f"m{number}", before=sha(f"b{number}")))
        return steps

    def found(name: str, steps: list[Payload]) -> Finding:
        store = open_store((tmp_path / name).as_uri())
        today = [opened(), merged(), pushed()]
        store.append(parsed([*steps, *today]))
        events = parsed(today).select(review.COLUMNS)
        (one,) = review.find(DAY.date(), events, SITE, store)
        return one

    seldom = found("seldom", before(False, ("bo", "cy")))
    assert seldom.confidence == pytest.approx(0.6 / 21, abs=0.001)
    assert seldom.sentence.endswith("; there another person looked at 0 of 20 changes before")
    usual = found("usual", before(True, ("bo", "cy")))
    assert usual.confidence == 0.6
    own = found("own", [*before(True, ("bo", "cy")), *before(False, ("ana", "ana"))[:30]])
    assert own.confidence == 0.6, "nobody makes it usual by doing it often where others work"
    alone = found("alone", before(False, ("ana", "ana")))
    assert alone.confidence == pytest.approx(0.6 / 21, abs=0.001)


def test_a_custom_is_that_of_the_others_and_where_nothing_is_known_review_is_meant() -> None:
    customs = Customs({"lab/lib": {"ana": Custom(0, 9), "bo": Custom(2, 3)}})
    assert customs.of("lab/lib", "ana").share == 3 / 4
    assert customs.of("lab/lib", "bo").share == 1 / 10
    assert customs.of("lab/other", "ana").share == 1
