"""What the comparison with public rule sets names is there."""

import re
from pathlib import Path

import pytest

from analytics.detection.loading import OWN_RULES, load

PAGE = Path(__file__).parents[3] / "docs" / "comparison" / "rules.md"
NAMED = re.compile(r"`([a-z_]+)`")


def named() -> set[str]:
    """The rules that the page names, files aside."""
    return set(NAMED.findall(PAGE.read_text("utf-8")))


def test_every_rule_that_the_page_names_is_an_own_one() -> None:
    assert named() - {each.id for each in load([OWN_RULES]).detections} == set()


@pytest.mark.parametrize("family", ["kubernetes", "huggingface"])
def test_no_rule_about_what_somebody_did_there_is_missing_on_the_page(family: str) -> None:
    rules = load([OWN_RULES]).rules
    audits = {"kubernetes": ("kubernetes",), "huggingface": ("hub_audit",)}[family]
    ids = {each.id for each in rules if each.source.name in audits}
    assert ids - named() == set()
