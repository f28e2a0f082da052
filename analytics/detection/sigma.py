"""Reads Sigma rules from folders; what cannot be read or matched is refused with a reason."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.rule.base import SigmaYAMLLoader

from analytics.detection import logsources
from analytics.detection.columns import known
from analytics.detection.compiling import Compiler, labels
from analytics.detection.logsources import LogSource
from analytics.detection.patterns import RuleError
from analytics.detection.predicates import AnyOf, Predicate
from analytics.findings import Severity

OWN_RULES = Path(__file__).with_name("rules")
LARGEST_RULE = 1 << 20
DEEPEST_RULE = 32
LONGEST_NAME = 200  # characters of an id, and of a title …
LONGEST_TITLE = 300  # … as alerts keep them
CONFIDENCE = {"stable": 0.7, "test": 0.5, "experimental": 0.3}
TACTICS = frozenset(
    {
        *("reconnaissance", "resource-development", "initial-access", "execution", "persistence"),
        *("privilege-escalation", "stealth", "defense-impairment", "defense-evasion"),
        *("credential-access", "discovery", "lateral-movement", "collection"),
        *("command-and-control", "exfiltration", "impact"),
    }
)


class RulesMissing(Exception):
    """A folder of rules does not exist; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Events as flat maps of fields, on which a rule must fire or must stay silent."""

    match: tuple[Mapping[str, Any], ...] = ()
    no_match: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A Sigma rule, ready to match. `id` is its file's stem, `version` a hash of its bytes.

    `object` is the field that names what was touched. `labels` are the columns among `columns`
    that only a source's labels can hold: where no source fills them, the rule never fires.
    """

    id: str
    version: str
    title: str
    severity: Severity
    confidence: float
    tags: tuple[str, ...]
    tactics: tuple[str, ...]
    path: Path
    source: LogSource
    description: str
    falsepositives: tuple[str, ...]
    examples: Examples
    object: str | None
    columns: frozenset[str]
    predicate: Predicate = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns that only a source's labels can hold."""
        return labels(self.columns)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file, or a document in it, that is no rule that can be matched, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules ready to match, by id, and what was refused."""

    rules: tuple[Rule, ...] = ()
    refused: tuple[Refused, ...] = ()


def load(folders: Sequence[Path]) -> RuleSet:
    """Every rule below the folders; a bad one is refused and stops no other.

    Of two with one id the first stands. Raises RulesMissing for a folder that does not exist.
    """
    rules: dict[str, Rule] = {}
    refused: list[Refused] = []
    for folder in folders:
        if not folder.is_dir():
            raise RulesMissing(f"no folder of rules at {folder}")
        for path in sorted((*folder.rglob("*.yml"), *folder.rglob("*.yaml"))):
            for found in _read(path):
                if isinstance(found, Refused):
                    refused.append(found)
                elif found.id in rules:
                    reason = f"{rules[found.id].path} is already called {found.id}"
                    refused.append(Refused(path, reason))
                else:
                    rules[found.id] = found
    return RuleSet(tuple(rules.values()), tuple(refused))


def _read(path: Path) -> Iterator[Rule | Refused]:
    """The rules of a file, each of its documents one."""
    try:
        if path.stat().st_size > LARGEST_RULE:
            raise RuleError(f"larger than {LARGEST_RULE} bytes")
        content = path.read_bytes()
        documents = _documents(content)
    except (RuleError, OSError, yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        yield Refused(path, _reason(error))
        return
    version = blake2b(content, digest_size=8).hexdigest()
    for number, document in enumerate(documents, 1):
        name = path.stem if number == 1 else f"{path.stem}.{number}"
        try:
            yield _rule(document, name, version, path)
        # pySigma lets Python's own errors through on documents of unforeseen shapes
        except (
            RuleError, SigmaError, ValueError, TypeError, KeyError, AttributeError, RecursionError
        ) as error:  # fmt: skip
            yield Refused(path, _reason(error))


def _documents(content: bytes) -> list[Any]:
    """The YAML documents; nesting is looked at first, as libyaml's loader would crash on it."""
    depth = 0
    for event in yaml.parse(content, yaml.CSafeLoader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST_RULE:
            raise RuleError(f"nested deeper than {DEEPEST_RULE} levels")
    return list(yaml.load_all(content, SigmaYAMLLoader))


def _reason(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".removeprefix("RuleError: ").split())


def _rule(document: Any, name: str, version: str, path: Path) -> Rule:
    if not isinstance(document, dict):
        raise RuleError("no Sigma rule: a map is needed")
    if len(name) > LONGEST_NAME:
        raise RuleError(f"its file's name is longer than {LONGEST_NAME} characters")
    for kind in ("correlation", "filter"):
        if kind in document:
            raise RuleError(f"a Sigma {kind} is not matched on single events")
    with warnings.catch_warnings(action="ignore"):  # Python's, of regular expressions for RE2
        sigma = SigmaRule.from_dict(document, collect_errors=True)
    if sigma.errors:
        raise sigma.errors[0]
    source = logsources.find(sigma.logsource)
    compiler = Compiler(source)
    parts = tuple(compiler.condition(part.parse()) for part in sigma.detection.parsed_condition)
    tags = tuple(str(tag) for tag in sigma.tags)
    tactics = (tag.removeprefix("attack.") for tag in tags if tag.startswith("attack."))
    ours = _own(sigma.custom_attributes.get("foureyes"))
    status = str(sigma.status) if sigma.status else ""
    return Rule(
        id=name,
        version=version,
        title=sigma.title[:LONGEST_TITLE],
        severity=Severity(str(sigma.level)) if sigma.level else Severity.MEDIUM,
        confidence=ours.get("confidence", CONFIDENCE.get(status, 0.3)),
        tags=tags,
        tactics=tuple(tactic for tactic in tactics if tactic in TACTICS),
        path=path,
        source=source,
        description=" ".join((sigma.description or "").split()),
        falsepositives=tuple(str(each) for each in sigma.falsepositives),
        examples=_examples(sigma.custom_attributes.get("examples")),
        object=ours.get("object"),
        columns=frozenset(compiler.columns),
        predicate=parts[0] if len(parts) == 1 else AnyOf(parts),
    )


def _own(attributes: Any) -> Mapping[str, Any]:
    """What a rule says under `foureyes`: its confidence and the field that names the object."""
    if attributes is None:
        return {}
    if not isinstance(attributes, dict) or attributes.keys() - {"confidence", "object"}:
        raise RuleError("foureyes: a map with confidence and object is needed")
    confidence = attributes.get("confidence", 0.0)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise RuleError("foureyes.confidence is no number")
    if not 0 <= confidence <= 1:
        raise RuleError("foureyes.confidence is not between 0 and 1")
    if not known(str(attributes.get("object", "labels.none"))):
        raise RuleError(f"foureyes.object: there is no field {attributes['object']!r}")
    return attributes


def _examples(attributes: Any) -> Examples:
    if not isinstance(attributes, dict):
        return Examples()
    return Examples(
        match=tuple(attributes.get("match") or ()), no_match=tuple(attributes.get("no_match") or ())
    )
