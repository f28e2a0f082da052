"""The YAML documents in folders of rules; what cannot be read is refused with a reason."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml
from sigma.exceptions import SigmaError
from sigma.rule.base import SigmaYAMLLoader

from analytics.detection.patterns import RuleError

LARGEST_RULE = 1 << 20
DEEPEST_RULE = 32
LONGEST_NAME = 200  # characters of an id, as alerts keep it
# pySigma lets Python's own errors through on documents of unforeseen shapes
UNREADABLE = (
    RuleError, SigmaError, ValueError, TypeError, KeyError, AttributeError, RecursionError
)  # fmt: skip


class RulesMissing(Exception):
    """A folder of rules does not exist; the message names it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a document in it, that is no rule that can be matched, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A map in a file of rules. `name` is the file's stem, followed by the document's number but
    for the first; `version` is a hash of the file's bytes."""

    path: Path
    name: str
    version: str
    content: Mapping[str, Any]


def documents(folders: Sequence[Path]) -> Iterator[Document | Refused]:
    """Every document below the folders. Raises RulesMissing for a folder that does not exist."""
    for folder in folders:
        if not folder.is_dir():
            raise RulesMissing(f"no folder of rules at {folder}")
        for path in sorted((*folder.rglob("*.yml"), *folder.rglob("*.yaml"))):
            yield from _in_file(path)


def refused(path: Path, error: Exception) -> Refused:
    """With the error as reason, on one line."""
    reason = f"{type(error).__name__}: {error}".removeprefix("RuleError: ")
    return Refused(path, " ".join(reason.split()))


def _in_file(path: Path) -> Iterator[Document | Refused]:
    try:
        if path.stat().st_size > LARGEST_RULE:
            raise RuleError(f"larger than {LARGEST_RULE} bytes")
        content = path.read_bytes()
        found = _parsed(content)
    except (*UNREADABLE, OSError, yaml.YAMLError) as error:
        yield refused(path, error)
        return
    version = blake2b(content, digest_size=8).hexdigest()
    for number, document in enumerate(found, 1):
        name = path.stem if number == 1 else f"{path.stem}.{number}"
        try:
            yield Document(path=path, name=_fit(name), version=version, content=_map(document))
        except RuleError as error:
            yield refused(path, error)


def _parsed(content: bytes) -> list[Any]:
    """The documents; nesting is looked at first, as libyaml's loader would crash on it."""
    depth = 0
    for event in yaml.parse(content, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_RULE:
            raise RuleError(f"nested deeper than {DEEPEST_RULE} levels")
    return list(yaml.load_all(content, SigmaYAMLLoader))


def _fit(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise RuleError(f"its file's name is longer than {LONGEST_NAME} characters")
    return name


def _map(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise RuleError("no Sigma rule: a map is needed")
    return document
