"""A folder of Sigma rules as it is, and many more rules like them with other words."""

import random
import re
import uuid
from pathlib import Path
from typing import Any

import yaml
from sigma.rule import SigmaRule

WORD = re.compile(r"[a-z]{2,}")
KEPT = {"re", "cidr", "exists"}  # modifiers of values that are more than words
NAMES = {"type", "SYSCALL"}  # fields whose few values name a kind of record
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIMENSIONS = ("product", "category", "service")
ROUTING = "its_log_source"

Document = dict[str, Any]


def documents(folder: Path) -> dict[str, Document]:
    """The rules by their file's name."""
    paths = sorted(folder.rglob("*.yml"))
    return {path.stem: yaml.load(path.read_bytes(), yaml.CSafeLoader) for path in paths}


def parsed(folder: Path) -> list[SigmaRule]:
    """The rules as pySigma reads them."""
    return [SigmaRule.from_dict(document) for document in documents(folder).values()]


def many(folder: Path, place: Path, count: int) -> Path:
    """A folder of so many rules: those of `folder`, and copies with other words in their values."""
    known = list(documents(folder).items())
    for number in range(max(count, len(known))):
        turn, which = divmod(number, len(known))
        name, document = known[which]
        _write(_copy(document, turn, number) if turn else document, place / f"{name}_{turn}.yml")
    return place


def routed(folder: Path, place: Path) -> Path:
    """The rules with their log source as a condition, but for those that search for words."""
    for name, document in documents(folder).items():
        detection, source = document["detection"], document["logsource"]
        searches = [value for key, value in detection.items() if key != "condition"]
        if all(_has_fields(value) for value in searches):
            routing = {key: source[key] for key in DIMENSIONS if key in source}
            condition = f"({detection['condition']}) and {ROUTING}"
            detection = {**detection, ROUTING: routing, "condition": condition}
            _write({**document, "detection": detection}, place / f"{name}.yml")
    return place


def _write(document: Document, path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(yaml.safe_dump(document, allow_unicode=True, width=10_000), "utf-8")


def _has_fields(search: Any) -> bool:
    values = search if isinstance(search, list) else [search]
    return all(isinstance(value, dict) for value in values)


def _copy(document: Document, turn: int, number: int) -> Document:
    chance = random.Random(number)
    detection = {
        name: value if name == "condition" else _varied(value, chance)
        for name, value in document["detection"].items()
    }
    return {
        **document,
        "title": f"{document['title']} ({turn})",
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "detection": detection,
    }


def _varied(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict):
        return {name: _of_field(name, inner, chance) for name, inner in value.items()}
    if isinstance(value, list):
        return [_varied(inner, chance) for inner in value]
    if isinstance(value, str):
        return WORD.sub(lambda word: "".join(chance.choices(LETTERS, k=len(word[0]))), value)
    return value


def _of_field(name: str, value: Any, chance: random.Random) -> Any:
    field, *modifiers = name.split("|")
    return value if field in NAMES or KEPT & set(modifiers) else _varied(value, chance)
