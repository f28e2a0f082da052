"""Chains of findings that end with jobs of others that failed."""

from datetime import timedelta
from typing import Any

import pytest

from analytics.detection.coverage import rows
from analytics.findings import Finding, ReasonKind
from analytics.risk import sequences, weights
from analytics.risk.score import scores
from tests.analytics.laboratory import DAY, SITE

COVERED = {
    "D01": frozenset({"pulled"}),
    "D12": frozenset({"wrote"}),
    "D22": frozenset({"failed"}),
    "D16": frozenset({"changed_seed"}),
}


def sign(name: str, days: float, *events: str, **more: Any) -> Finding:
    """Something mallory did so many days after DAY."""
    usual: dict[str, Any] = {
        "kind": ReasonKind.RULE,
        "id": name,
        "title": name,
        "person": "mallory",
        "time": DAY + timedelta(days=days),
        "points": 47,
        "confidence": 0.5,
        "sentence": f"{name} something",
        "events": events or (name,),
    }
    return Finding(**{**usual, **more})


PULLED, WROTE, FAILED = sign("pulled", 0), sign("wrote", 1), sign("failed", 2)


def found(*signs: Finding) -> list[str]:
    """The chains that these make."""
    return [one.id for one in sequences.find(signs, COVERED)]


def test_a_pull_then_a_write_then_failures_of_others_are_one_chain() -> None:
    one, shorter = sequences.find([FAILED, PULLED, WROTE], COVERED)
    assert shorter.id == "S5"
    assert (one.kind, one.id, one.person) == (ReasonKind.SEQUENCE, "S1", "mallory")
    assert one.events == ("pulled", "wrote", "failed")
    assert one.time == FAILED.time
    assert one.sentence.endswith("pulled something, then wrote something, then failed something")
    assert one.confidence == pytest.approx(1 - 0.5**3)


@pytest.mark.parametrize("missing", [PULLED, WROTE, FAILED])
def test_a_stage_that_is_missing_breaks_the_longest_chain(missing: Finding) -> None:
    assert "S1" not in found(*(one for one in (PULLED, WROTE, FAILED) if one is not missing))


def test_stages_in_another_order_are_no_chain() -> None:
    assert found(sign("pulled", 3), WROTE, sign("failed", 0)) == []


def test_what_lies_too_far_apart_is_no_chain() -> None:
    assert found(PULLED, sign("wrote", 1.5), sign("failed", 3.1)) == [
        "S5"
    ]  # the write alone is near enough


def test_several_people_are_no_chain() -> None:
    assert found(PULLED, sign("wrote", 1, person="alice"), FAILED) == []


def test_one_event_is_not_two_stages() -> None:
    assert found(sign("wrote", 1, "e1"), sign("failed", 1, "e1")) == []


def test_any_reason_of_a_kind_can_be_a_stage() -> None:
    bypass = sign("pushed_around_review", 0, kind=ReasonKind.REVIEW)
    assert found(bypass, sign("changed_seed", 0.1), FAILED) == ["S3"]


def test_a_chain_counts_once_with_its_parts() -> None:
    parts = [PULLED, WROTE, FAILED]
    chain = sequences.find(parts, COVERED)
    (score,) = scores([*parts, *chain], DAY + timedelta(days=3), SITE, weights.load())
    assert score.reasons[0].finding.kind is ReasonKind.SEQUENCE
    counted = [reason for reason in score.reasons if reason.counted]
    assert len(counted) == 3  # three acts, whatever is said of them


def test_every_stage_is_a_row_of_the_catalogue_or_a_kind_of_reason() -> None:
    known = {row.id for row in rows()} | set(ReasonKind)
    for chain in sequences.chains():
        assert {name for stage in chain.stages for name in stage} <= known
        assert chain.id in known
