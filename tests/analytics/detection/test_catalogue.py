"""Every row of the catalogue is told of, and what is told is true."""

import re
from pathlib import Path

import pytest

from analytics.behaviour import commands
from analytics.behaviour.person_days import features
from analytics.detection.catalogue import PAGE, page
from analytics.detection.coverage import OF_CORRELATIONS, OF_RULES, Row, covering, rows, status
from analytics.detection.loading import OWN_RULES, load
from analytics.governance import isolation, review, traces, victims

TESTS = Path(__file__).parents[2]
OWN = load([OWN_RULES])
IDS = [row.id for row in rows()]


def test_there_are_45_single_signs_and_10_sequences() -> None:
    signs = [f"D{number:02}" for number in range(1, 46)]
    assert [*signs, *(f"S{number}" for number in range(1, 11))] == IDS


def test_rules_name_only_rows_that_there_are() -> None:
    named = {(rule.id, row) for rule in OWN.detections for row in rule.catalogue}
    assert {(rule, row) for rule, row in named if row not in IDS} == set()


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_a_row_is_covered_or_says_why_not(row: Row) -> None:
    assert row.title
    assert covering(row, OWN.detections) or row.missing
    assert status(row, OWN.detections) != "needs joined data" or "eeds" in row.missing
    checks = {*commands.CHECKS, *isolation.CHECKS, *review.CHECKS, *traces.CHECKS, *victims.CHECKS}
    known = {*features(), *checks}
    assert set(row.also) <= known
    assert bool(row.tests) or not row.also


@pytest.mark.parametrize("row", rows(), ids=IDS)
def test_the_tests_that_prove_a_row_exist(row: Row) -> None:
    own = [OF_RULES, OF_CORRELATIONS]
    named = [*row.tests, *(f"analytics/detection/test_rules.py::{name}" for name in own)]
    for test in named:
        file, _, name = test.partition("::")
        assert re.search(rf"^def {name}\(", (TESTS / file).read_text("utf-8"), re.MULTILINE), test


def test_the_page_of_detections_is_current() -> None:
    old = PAGE.read_text("utf-8")
    assert old == page(old), "run python -m analytics.detection.catalogue"
