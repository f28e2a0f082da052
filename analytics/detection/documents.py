"""The YAML documents in folders of rules; what cannot be read is refused with a reason."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml
from sigma.exceptions import SigmaError
from sigma.rule.base import SigmaYAMLLoader

from analytics.detection.files import files
from analytics.detection.patterns import RuleError

SUFFIXES = (".yml", ".yaml")
LARGEST_RULE = 1 << 20
DEEPEST_RULE = 32
LONGEST_NAME = 200  # characters of an id, as alerts keep it
# pySigma lets Python's own errors through on documents of unforeseen shapes
UNREADABLE = (
    *(RuleError, SigmaError, ValueError, TypeError, KeyError, AttributeError, RecursionError),
    *(IndexError, ArithmeticError, re.error),
)


class RulesMissing(Exception):
    """A folder of rules does not exist or cannot be read; the message names it."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a document in it, that is no rule that can be matched, and why.

    `kept` says that what the file held before goes on in its place.
    """

    path: Path
    reason: str
    kept: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A map in a file of rules. `name` is the file's stem, followed by the document's number but
    for the first; `version` is a hash of the file's bytes, `text` what they say."""

    path: Path
    name: str
    version: str
    text: str
    content: Mapping[str, Any]


def contents(folders: Sequence[Path], what: str = "rules") -> dict[Path, bytes | Refused]:
    """What each YAML file below the folders holds; one named itself is read whatever its name ends
    in. Raises RulesMissing for a folder that does not exist or cannot be read, which says what
    should be there."""
    for folder in folders:
        if not folder.exists():
            raise RulesMissing(f"no folder of {what} at {folder}")
    try:
        found = files(folders)
    except OSError as error:
        raise RulesMissing(f"a folder of {what} cannot be read: {error}") from error
    return {path: _read(path) for path in found if path.suffix in SUFFIXES or path in folders}


def documents(content: Mapping[Path, bytes | Refused]) -> Iterator[Document | Refused]:
    """Every document of the files."""
    for path, held in content.items():
        if isinstance(held, Refused):
            yield held
        else:
            yield from _in_file(path, held)


def refused(path: Path, error: Exception) -> Refused:
    """With the error as reason, on one line."""
    reason = f"{type(error).__name__}: {error}".removeprefix("RuleError: ")
    return Refused(path, " ".join(reason.split()))


def _read(path: Path) -> bytes | Refused:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_RULE + 1)
    except OSError as error:
        return refused(path, error)
    if len(content) > LARGEST_RULE:
        return Refused(path, f"larger than {LARGEST_RULE} bytes")
    return content


def _in_file(path: Path, content: bytes) -> Iterator[Document | Refused]:
    try:
        found = parsed(content)
    except (*UNREADABLE, yaml.YAMLError) as error:
        yield refused(path, error)
        return
    version = blake2b(content, digest_size=8).hexdigest()
    text = content.decode("utf-8", "replace")
    for number, document in enumerate(found, 1):
        name = path.stem if number == 1 else f"{path.stem}.{number}"
        try:
            found_here = Document(
                path=path, name=_fit(name), version=version, text=text, content=_map(document)
            )
        except RuleError as error:
            yield refused(path, error)
        else:
            yield found_here


def parsed(content: bytes) -> list[Any]:
    """The documents; nesting is looked at first, as libyaml's loader would crash on it."""
    depth = 0
    for event in yaml.parse(content, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_RULE:
            raise RuleError(f"nested deeper than {DEEPEST_RULE} levels")
    found = list(yaml.load_all(content, SigmaYAMLLoader))
    if not found:
        raise RuleError("it is empty")
    return found


def _fit(name: str) -> str:
    if len(name) > LONGEST_NAME:
        raise RuleError(f"its file's name is longer than {LONGEST_NAME} characters")
    return name


def _map(document: Any) -> Mapping[str, Any]:
    if not isinstance(document, dict):
        raise RuleError("no Sigma rule: a map is needed")
    return document
