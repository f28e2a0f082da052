"""Rules: Sigma documents about single events, compiled to predicates over columns."""

import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from sigma.filters import SigmaFilter
from sigma.rule import SigmaRule
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources
from analytics.detection.compiling import Compiler, labels
from analytics.detection.described import Described, described
from analytics.detection.documents import Document
from analytics.detection.logsources import LogSource
from analytics.detection.predicates import AnyOf, Predicate

Find = Callable[[SigmaLogSource], LogSource]  # which of our log sources a rule's is


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Events as flat maps of fields, on which a rule must fire or must stay silent."""

    match: tuple[Mapping[str, Any], ...] = ()
    no_match: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Described):
    """A Sigma rule, ready to match.

    `labels` are the columns among `columns` that only a source's labels can hold: where no source
    fills them, the rule never fires. `filters` are the names of the Sigma filters that narrow it.
    """

    source: LogSource
    examples: Examples
    columns: frozenset[str]
    filters: tuple[str, ...]
    predicate: Predicate = field(repr=False)

    @property
    def labels(self) -> tuple[str, ...]:
        """The columns that only a source's labels can hold."""
        return labels(self.columns)


@dataclass(frozen=True, slots=True)
class Filter:
    """A Sigma filter: what it asks of events is asked by each rule that it applies to as well."""

    name: str
    version: str
    text: str
    sigma: SigmaFilter


def read_filter(document: Document) -> Filter:
    """The document's filter. Raises pySigma's errors, and Python's."""
    sigma = SigmaFilter.from_dict(dict(document.content), collect_errors=True)
    if sigma.errors:
        raise sigma.errors[0]
    return Filter(document.name, document.version, document.text, sigma)


def read_rule(
    document: Document, filters: Iterable[Filter] = (), find: Find = logsources.find
) -> Rule:
    """The document's rule. Raises RuleError for what cannot be matched, pySigma's errors, and
    Python's."""
    with warnings.catch_warnings(action="ignore"):  # Python's, of regular expressions for RE2
        sigma = SigmaRule.from_dict(dict(document.content), collect_errors=True)
    if sigma.errors:
        raise sigma.errors[0]
    applied = [each for each in filters if _narrowed(sigma, each)]
    source = find(sigma.logsource)
    compiler = Compiler(source)
    parts = tuple(compiler.condition(part.parse()) for part in sigma.detection.parsed_condition)
    return Rule(
        **described(sigma, document, _version(document, applied), _text(document, applied)),
        source=source,
        examples=_examples(sigma.custom_attributes.get("examples")),
        columns=frozenset(compiler.columns),
        filters=tuple(each.name for each in applied),
        predicate=parts[0] if len(parts) == 1 else AnyOf(parts),
    )


def _narrowed(rule: SigmaRule, by: Filter) -> bool:
    """Whether the filter was for this rule, which then has its condition too."""
    before = list(rule.detection.condition)
    by.sigma.apply_on_rule(rule)
    return rule.detection.condition != before


def _version(document: Document, filters: Sequence[Filter]) -> str:
    """Another one whenever the rule's file or one of its filters' has changed."""
    if not filters:
        return document.version
    versions = (document.version, *(each.version for each in filters))
    return blake2b("".join(versions).encode(), digest_size=8).hexdigest()


def _text(document: Document, filters: Sequence[Filter]) -> str:
    """What the rule's file says, and below it those of its filters, as a reader would want it."""
    others = dict.fromkeys(each.text for each in filters if each.text != document.text)
    return "\n---\n".join(text.rstrip("\n") for text in (document.text, *others)) + "\n"


def _examples(attributes: Any) -> Examples:
    if not isinstance(attributes, dict):
        return Examples()
    return Examples(
        match=tuple(attributes.get("match") or ()), no_match=tuple(attributes.get("no_match") or ())
    )
