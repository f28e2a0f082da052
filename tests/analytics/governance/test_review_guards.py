"""A guard that is lowered before work goes around review."""

from pathlib import Path

import pytest

from analytics.findings import Finding
from analytics.governance import review
from analytics.store import open_store
from tests.analytics.governance.pull_requests import (
    DAY,
    SITE,
    Payload,
    commit,
    merged,
    opened,
    parsed,
    pushed,
    reviewed,
    sent,
    sha,
)


def guard(by: str, at: float, action: str = "deleted") -> Payload:
    """Somebody changed the protection of main."""
    rule = {"id": 1, "name": "main", "required_approving_review_count": 1}
    return sent("branch_protection_rule", by, at, action=action, rule=rule)


def tell(tmp_path: Path, *payloads: Payload) -> dict[str, Finding]:
    """What is held against people on the day, by check."""
    store = open_store(tmp_path.as_uri())
    events = parsed(payloads)
    store.append(events)
    today = events.filter([time >= DAY for time in events["@timestamp"].to_pylist()])
    findings = review.find(DAY.date(), today.select(review.COLUMNS), SITE, store)
    return {f"{one.id} {one.person}": one for one in findings}


AROUND = (opened("bo", number=9), pushed())


def test_whoever_lowers_the_guard_and_then_pushes_is_told_as_such(tmp_path: Path) -> None:
    found = tell(tmp_path, *AROUND, guard("ana", 10), guard("ana", 12, "created"))
    assert set(found) == {"lowered_guard_then_landed ana", "pushed_around_review ana"}
    one = found["lowered_guard_then_landed ana"]
    assert (one.points, one.confidence) == (99, 0.7)
    assert one.sentence == (
        "lowered the protection of main of lab/lib and landed unseen work there within a day"
    )
    assert len(one.events) == 2, "the push and the guard"


def test_it_may_have_been_lowered_the_day_before_but_no_earlier(tmp_path: Path) -> None:
    assert "lowered_guard_then_landed ana" in tell(tmp_path / "a", *AROUND, guard("ana", -12))
    assert "lowered_guard_then_landed ana" not in tell(tmp_path / "b", *AROUND, guard("ana", -14))


@pytest.mark.parametrize(
    "steps",
    [
        (*AROUND, guard("bo", 10)),
        (*AROUND, guard("ana", 12)),
        (*AROUND, guard("ana", 10, "created")),
        (opened(), reviewed(), merged(), pushed(), guard("ana", 10)),
    ],
    ids=["by another", "afterwards", "put up", "reviewed"],
)
def test_what_others_do_or_what_comes_later_or_was_reviewed_is_not_meant(
    tmp_path: Path, steps: tuple[Payload, ...]
) -> None:
    assert "lowered_guard_then_landed ana" not in tell(tmp_path, *steps)


def test_documentation_is_let_be(tmp_path: Path) -> None:
    work = commit("m", "ana") | {"modified": ["docs/start.md"]}
    steps = (opened("bo", number=9), pushed(commits=[work]), guard("ana", 10))
    assert "lowered_guard_then_landed ana" not in tell(tmp_path, *steps)


def test_it_says_less_where_nobody_looks_at_what_lands_there(tmp_path: Path) -> None:
    before = [
        pushed("bo", at=at, after=f"n{at}", before=sha(f"o{at}")) for at in (-60, -70, -80, -90)
    ]
    one = tell(tmp_path, *before, *AROUND, guard("ana", 10))["lowered_guard_then_landed ana"]
    assert one.confidence == pytest.approx(0.7 / 5)
