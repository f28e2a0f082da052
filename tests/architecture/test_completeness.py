"""Whoever adds a part is told here what is still missing."""

import re
from pathlib import Path

import pytest

from analytics import pipeline
from analytics.behaviour.person_days import features
from analytics.detection.loading import OWN_RULES, load
from analytics.risk import weights

ROOT = Path(__file__).resolve().parents[2]
CODE = [ROOT / "analytics", ROOT / "auditapp"]
NOTHING_SAYING = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "lib"}
LONGEST_MODULE = 300


def modules() -> list[Path]:
    """Every module of the code, migrations aside."""
    found = (path for folder in CODE for path in folder.rglob("*.py"))
    return [path for path in found if "migrations" not in path.parts]


@pytest.mark.parametrize("name", pipeline.log_sources())
def test_every_source_has_golden_samples_and_a_docs_page(name: str) -> None:
    samples = list((ROOT / "tests/golden" / name).glob("*.expected.json"))
    assert samples, f"tests/golden/{name}/ has no sample with its .expected.json"
    page = ROOT / "docs/sources" / f"{name}.md"
    assert page.exists(), f"{page.relative_to(ROOT)} is missing"


def test_the_index_of_log_sources_names_each_of_them() -> None:
    index = (ROOT / "docs/sources/README.md").read_text()
    missing = [
        name
        for name, source in pipeline.log_sources().items()
        if f"[{source.title}]({name}.md) | `{name}` |" not in index
    ]
    assert missing == []


@pytest.mark.parametrize("folder", ["tests/golden", "docs/sources"])
def test_nothing_is_left_of_a_source_that_is_gone(folder: str) -> None:
    names = {path.stem for path in (ROOT / folder).iterdir()} - {"README", "mapping"}
    assert names <= set(pipeline.log_sources())


@pytest.mark.parametrize("name", features())
def test_every_feature_has_a_weight_and_a_test(name: str) -> None:
    assert name in weights.load().features
    tests = (ROOT / "tests/analytics/behaviour").rglob("*.py")
    assert any(name in test.read_text() for test in tests), f"no test speaks of {name}"


def test_every_own_rule_compiles_and_brings_examples_of_both_kinds() -> None:
    rules = load([OWN_RULES])
    assert rules.refused == ()
    for rule in rules.rules:
        assert rule.examples.match, f"{rule.id} has no matching example"
        assert rule.examples.no_match, f"{rule.id} has no example that must not match"
        assert rule.falsepositives, f"{rule.id} names no false positives"


def test_no_module_is_too_long_to_read() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text().splitlines())) > LONGEST_MODULE
    }
    assert long == {}


def test_every_name_says_something() -> None:
    assert not [path for path in modules() if path.stem in NOTHING_SAYING]


def test_every_setting_from_the_environment_is_in_the_example_file() -> None:
    settings = (ROOT / "auditapp/settings.py").read_text()
    reads = re.findall(r'\b(?:text|secret|flag|number|words)\(\s*"([A-Z_]+)"', settings)
    example = (ROOT / ".env.example").read_text()
    assert not [name for name in reads if not re.search(rf"^#? ?{name}=", example, re.MULTILINE)]


def test_every_command_is_described_in_the_docs() -> None:
    described = (ROOT / "docs/commands.md").read_text()
    commands = {
        path.stem
        for path in (ROOT / "auditapp").glob("*/management/commands/*.py")
        if path.stem != "__init__"
    }
    assert not [name for name in commands if f"manage.py {name}" not in described]


def test_no_relative_link_in_the_docs_is_broken() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    broken = []
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
            if not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


def test_no_app_is_reached_around_the_import_linter() -> None:
    assert not [path for path in modules() if "apps.get_model" in path.read_text()]


def test_no_regular_expression_has_a_possessive_or_an_atomic_group() -> None:
    """Python 3.11.2, which Debian 12 has, matches too little with them; single items are fine."""
    wrong = re.compile(r"(?<!\\)\)(?:\*|\+|\?|\{[\d,]+\})\+|\(\?>")
    found = [
        f"{path.relative_to(ROOT)}: {line.strip()}"
        for path in modules()
        for line in path.read_text().splitlines()
        if wrong.search(line)
    ]
    assert found == []
