"""Approvals by people who do not own what was changed."""

from dataclasses import replace

import pytest

from analytics.governance import review
from analytics.governance.review.verdict import Verdict
from analytics.resources import read_resources
from tests.analytics.governance.pull_requests import (
    SITE,
    Payload,
    commit,
    found,
    judged,
    merged,
    opened,
    pushed,
    reviewed,
)

OWNED = replace(
    SITE,
    resources=read_resources(
        "kind,pattern,owner,criticality\n"
        "repository,lab/*,team:infra,high\n"
        "code,lab/lib/optim/**,team:infra,high\n"
        "code,lab/lib/data/**,github:bo,high\n"
    ),
)


def landed(path: str, by: str = "bo") -> list[Payload]:
    """Ana's pull request that somebody approved, with the file that it changed."""
    work = commit("h1", "ana") | {"modified": [path]}
    return [
        opened(),
        reviewed(by),
        merged(),
        pushed(commits=[work, commit("m", "ana", "Merge it")]),
    ]


def test_an_approval_by_nobody_who_owns_the_files_is_told() -> None:
    steps = landed("optim/adam.py")
    assert found(*steps, site=OWNED) == [("landed_without_owner", "ana")]
    (one,) = judged(*steps, site=OWNED)
    assert (one.verdict, one.foreign) == (Verdict.REVIEWED, ("optim/adam.py",))


@pytest.mark.parametrize(
    ("path", "by"),
    [("optim/adam.py", "cy"), ("data/load.py", "bo"), ("train.py", "bo")],
    ids=["of the team that owns it", "who owns it", "nobody owns it"],
)
def test_an_approval_by_an_owner_is_enough(path: str, by: str) -> None:
    assert found(*landed(path, by), site=OWNED) == []


def test_an_owner_may_have_written_it() -> None:
    own = replace(
        OWNED,
        resources=read_resources(
            "kind,pattern,owner,criticality\ncode,lab/lib/**,git:ana@lab.example,high\n"
        ),
    )
    assert found(*landed("optim/adam.py"), site=own) == []


def test_every_check_has_a_sentence_for_one_and_for_many() -> None:
    for check in review.CHECKS.values():
        assert "{place}" in check.one and "{place}" in check.many
