"""Rules: Sigma documents about single events, compiled to predicates over columns."""

import warnings
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sigma.filters import SigmaFilter
from sigma.modifiers import modifier_mapping
from sigma.rule import SigmaRule
from sigma.rule.logsource import SigmaLogSource

from analytics.detection import logsources, packages
from analytics.detection.compiling import Compiler, labels
from analytics.detection.derived import Derived
from analytics.detection.described import Described, described
from analytics.detection.documents import Document
from analytics.detection.expanding import filled_from
from analytics.detection.logsources import LogSource
from analytics.detection.modifiers import MODIFIERS
from analytics.detection.predicates import AnyOf, Predicate
from analytics.detection.watchlist import Watchlist, Watchlists, digest

NO_LISTS = Watchlists()

Find = Callable[[SigmaLogSource], LogSource]  # which of our log sources a rule's is
modifier_mapping.update(MODIFIERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Events as flat maps of fields, on which a rule must fire or must stay silent."""

    match: tuple[Mapping[str, Any], ...] = ()
    no_match: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Described):
    """A Sigma rule, ready to match.

    `labels` are the columns among `columns` that only a source's labels can hold: where no source
    fills them, the rule never fires. `filters` are the names of the Sigma filters that narrow it,
    `watchlists` those of the lists whose values stand in it. `derived` are the columns that know
    the lists.
    """

    source: LogSource
    examples: Examples
    columns: frozenset[str]
    filters: tuple[str, ...]
    watchlists: tuple[str, ...]
    predicate: Predicate = field(repr=False)
    derived: Mapping[str, Derived] = field(repr=False, compare=False)

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


def read_filter(document: Document, lists: Watchlists = NO_LISTS) -> Filter:
    """The document's filter. Raises pySigma's errors, and Python's."""
    with filled_from(lists) as filling:
        sigma = SigmaFilter.from_dict(dict(document.content), collect_errors=True)
    if sigma.errors:
        raise sigma.errors[0]
    parts = tuple(filling.used.values())
    return Filter(document.name, _version(document, parts), _text(document, parts), sigma)


def read_rule(
    document: Document,
    filters: Iterable[Filter] = (),
    find: Find = logsources.find,
    lists: Watchlists = NO_LISTS,
) -> Rule:
    """The document's rule. Raises RuleError for what cannot be matched, pySigma's errors, and
    Python's."""
    # the warnings are Python's, of regular expressions for RE2
    with warnings.catch_warnings(action="ignore"), filled_from(lists) as filling:
        sigma = SigmaRule.from_dict(dict(document.content), collect_errors=True)
    if sigma.errors:
        raise sigma.errors[0]
    applied = [each for each in filters if _narrowed(sigma, each)]
    source = find(sigma.logsource)
    compiler = Compiler(source)
    parts = tuple(compiler.condition(part.parse()) for part in sigma.detection.parsed_condition)
    about = described(sigma, document, document.version, document.text)
    if packages.OF_LIST & {*compiler.columns, about["object"]}:
        filling.called(packages.LIST)
    others: list[Filter | Watchlist] = [*applied, *filling.used.values()]
    about |= {"version": _version(document, others), "text": _text(document, others)}
    return Rule(
        **about,
        source=source,
        examples=_examples(sigma.custom_attributes.get("examples")),
        columns=frozenset(compiler.columns),
        filters=tuple(each.name for each in applied),
        watchlists=tuple(filling.used),
        derived=lists.derived,
        predicate=parts[0] if len(parts) == 1 else AnyOf(parts),
    )


def _narrowed(rule: SigmaRule, by: Filter) -> bool:
    """Whether the filter was for this rule, which then has its condition too."""
    before = list(rule.detection.condition)
    by.sigma.apply_on_rule(rule)
    return rule.detection.condition != before


def _version(document: Document, parts: Collection[Filter | Watchlist]) -> str:
    """Another one whenever the file, a filter of the rule or a list in it has changed."""
    if not parts:
        return document.version
    return digest((document.version, *(each.version for each in parts)))


def _text(document: Document, parts: Collection[Filter | Watchlist]) -> str:
    """What the rule's file says, and below it those of its filters and watch-lists, as a reader
    would want it."""
    others = dict.fromkeys(each.text for each in parts if each.text != document.text)
    return "\n---\n".join(text.rstrip("\n") for text in (document.text, *others)) + "\n"


def _examples(attributes: Any) -> Examples:
    if not isinstance(attributes, dict):
        return Examples()
    return Examples(
        match=tuple(attributes.get("match") or ()), no_match=tuple(attributes.get("no_match") or ())
    )
