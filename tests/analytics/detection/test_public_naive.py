"""Public rules over events made of their own words: the same hits as the specification read
naively. Their fields are renamed to ours, so that no mapping is between."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources
from analytics.detection.examples import events_of
from analytics.detection.loading import load
from analytics.detection.matcher import match
from tests.analytics.detection.conftest import Write, document
from tests.analytics.detection.naive import KEYWORDS, asked

EVENTS_A_RULE = 4
RENAMED = {
    "CommandLine": "process.command_line",
    "Image": "process.executable",
    "ParentImage": "process.parent.executable",
    "User": "user.name",
    "CurrentDirectory": "process.working_directory",
    "TargetFilename": "file.path",
    "action": "event.action",
    "cs-method": "http.request.method",
    "cs-uri-query": "url.original",
    "cs-user-agent": "user_agent.original",
    "c-uri": "url.original",
    "c-useragent": "user_agent.original",
}
FOLDERS = (
    "linux/process_creation",
    "linux/file_event",
    "linux/builtin",
    "web",
    "application/github",
)
Selection = Any


@pytest.mark.shared_data
@pytest.mark.parametrize("folder", FOLDERS)
def test_public_rules_find_what_the_specification_read_naively_finds(
    real_logs: Path, write: Write, folder: str
) -> None:
    chance = random.Random(folder)
    rules, rows = {}, []
    for path in sorted((real_logs / "sigma-rules" / "rules" / folder).rglob("*.yml")):
        detection = yaml.safe_load(path.read_text("utf-8"))["detection"]
        rules[path.stem] = document({name: renamed(part) for name, part in detection.items()})
        write(rules[path.stem], path.stem)
        rows += [row(rules[path.stem]["detection"], chance) for _ in range(EVENTS_A_RULE)]
    loaded = load([write(rules[path.stem], path.stem)])
    assert loaded.refused == ()
    linux = logsources.find(SigmaLogSource(product="linux"))
    events = events_of([{**one, "event.id": str(place)} for place, one in enumerate(rows)], linux)
    found = {(alert.rule, int(alert.event)) for alert in match(loaded, events)}
    expected = {
        (name, place)
        for name, rule in rules.items()
        for holds in [asked(rule)]
        for place, one in enumerate(rows)
        if holds(one)
    }
    assert found == expected
    assert len({name for name, _ in found}) > len(rules) / 2


def renamed(selection: Selection) -> Selection:
    """A selection with our names of fields; what we have no field for becomes a label."""
    if isinstance(selection, list):
        return [renamed(each) for each in selection]
    if not isinstance(selection, dict):
        return selection
    parted = ((name.partition("|"), value) for name, value in selection.items())
    return {
        (RENAMED.get(name, f"labels.{name}") if name else "") + bar + modifiers: value
        for (name, bar, modifiers), value in parted
    }


def row(detection: dict[str, Selection], chance: random.Random) -> dict[str, str]:
    """An event in whose fields stand some of the values that a rule asks of them."""
    wanted: dict[str, list[str]] = {}
    for name, value in (pair for part in detection.values() for pair in values_of(part)):
        wanted.setdefault(name or chance.choice(KEYWORDS), []).append(value)
    told = {}
    for name, values in wanted.items():
        some = chance.sample(values, chance.randint(1, min(len(values), 5)))
        text = chance.choice(["", "/usr/bin", " "]) + " ".join(filled(one, chance) for one in some)
        told[name] = chance.choice([text, text.upper(), filled(chance.choice(values), chance)])
    return {name: text for name, text in told.items() if chance.random() < 0.95}


def values_of(selection: Selection) -> Iterator[tuple[str, str]]:
    """The values of a selection with their fields; of a keyword the field is empty."""
    if isinstance(selection, list):
        for each in selection:
            yield from values_of(each) if isinstance(each, dict) else [("", str(each))]
    elif isinstance(selection, dict):
        for name, values in selection.items():
            for value in values if isinstance(values, list) else [values]:
                yield name.partition("|")[0], str(value)


def filled(value: str, chance: random.Random) -> str:
    """A text that the value may stand for."""
    plain = value.replace(r"\*", "\0").replace(r"\?", "\1")
    plain = plain.replace("*", chance.choice(["", "x", "a b"])).replace("?", "q")
    return plain.replace("\0", "*").replace("\1", "?").replace("\\\\", "\\")
