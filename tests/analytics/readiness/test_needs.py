"""Every check, feature and rule says what it needs, and something we read can bring it."""

import importlib
import io
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics.behaviour import commands
from analytics.behaviour.person_days import features
from analytics.detection.loading import OWN_RULES, load
from analytics.fields import BY_NAME
from analytics.governance import isolation, review, traces, victims
from analytics.readiness.arrivals import KIND, Arrival, arrived
from analytics.readiness.judging import Status, judge
from analytics.readiness.needs import Part, declared, every_advice, of_rules
from tests.analytics.sources.test_golden import SAMPLES, context_of

DOCS = Path(__file__).resolve().parents[3] / "docs"


def test_every_feature_and_every_check_of_a_pillar_says_what_it_needs() -> None:
    checks = {*commands.CHECKS, *isolation.CHECKS, *review.CHECKS, *traces.CHECKS, *victims.CHECKS}
    assert {need.id for need in declared() if need.part is Part.FEATURE} == set(features())
    assert {need.id for need in declared() if need.part is Part.PILLAR} == checks


def test_needs_name_fields_that_there_are() -> None:
    for need in declared():
        assert set(need.where) <= set(KIND)
        named = {*need.fields, *need.alternatives}
        assert all(name in BY_NAME or name.startswith("labels.") for name in named), need.id


def test_every_advice_leads_to_a_page() -> None:
    needs = [*declared(), *of_rules(load([OWN_RULES]).rules)]
    assert [need.id for need in needs if need.advice is None] == []
    for advice in every_advice().values():
        assert (DOCS / advice.page).is_file(), advice.page


@pytest.fixture(scope="module")
def golden() -> list[Arrival]:
    """What all golden samples together bring."""
    found = []
    for sample in SAMPLES:
        source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
        for batch in source.parse(io.BytesIO(sample.read_bytes()), context_of(sample)):
            found += arrived(batch.events)
    return found


def test_what_we_read_meets_every_declared_need(golden: list[Arrival]) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    blind = [one for one in judge(declared(), golden, now) if one.status is Status.BLIND]
    assert [one.sentence for one in blind] == []


def test_what_we_read_meets_the_needs_of_our_own_rules(golden: list[Arrival]) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    needs = of_rules(load([OWN_RULES]).rules)
    blind = [one for one in judge(needs, golden, now) if one.status is Status.BLIND]
    assert {one.need.id: one.missing for one in blind} == {}
