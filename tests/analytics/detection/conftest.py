"""Rules out of a few words, for tests."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from analytics.detection.examples import fires
from analytics.detection.loading import RuleSet, load
from analytics.detection.sigma import Rule

Write = Callable[..., Path]


def document(detection: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """A rule over everything of the shell family, whose condition is `selection` unless said."""
    return {
        "title": "A rule",
        "logsource": {"product": "linux"},
        "detection": {"condition": "selection", **detection},
        **more,
    }


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a rule's text or document to a file of this name and gives the folder."""

    def writes(rule: Any, name: str = "rule") -> Path:
        text = rule if isinstance(rule, str) else yaml.safe_dump(rule, allow_unicode=True)
        (tmp_path / f"{name}.yml").write_text(text, "utf-8")
        return tmp_path

    return writes


@pytest.fixture
def loaded(write: Write) -> Callable[..., RuleSet]:
    """The rule set of one detection."""
    return lambda detection, **more: load([write(document(detection, **more))])


@pytest.fixture
def selects(loaded: Callable[..., RuleSet]) -> Callable[..., bool]:
    """Whether a selection holds for an event of these fields."""

    def holds(selection: Any, event: Mapping[str, Any]) -> bool:
        rules = loaded({"selection": selection})
        assert rules.refused == ()
        rule: Rule = rules.rules[0]
        return fires(rule, event)

    return holds
