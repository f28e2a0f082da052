"""Loads rules, filters and correlations from folders; a bad one is refused and stops no other.

A file that was good and is good no longer goes on as it was: who saves half a rule, or one with
a slip, must not switch it off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from analytics.detection import logsources
from analytics.detection.correlations import gathering
from analytics.detection.correlations.correlation import Correlation
from analytics.detection.correlations.reading import Unknown, read
from analytics.detection.derived import Derived
from analytics.detection.documents import (
    UNREADABLE,
    Document,
    Refused,
    contents,
    documents,
    refused,
)
from analytics.detection.packages import UNKNOWING
from analytics.detection.prefilter import Prefilter
from analytics.detection.sigma import Filter, Find, Rule, read_filter, read_rule
from analytics.detection.watchlist import OWN_LISTS, Watchlist, watchlists

OWN_RULES = Path(__file__).with_name("rules")
NOTHING: Mapping[Path, bytes] = MappingProxyType({})
Read = TypeVar("Read", Rule, Filter, Correlation)


@dataclass(frozen=True)
class RuleSet:
    """Rules ready to match, by id, correlations over them, and what was refused.

    What is in `parts` only matches for a correlation in its own file, and raises no alert.
    `contents` are the bytes of the files that are in force, which are those before where a file
    has become a bad one. `watchlists` are the lists that rules may name, from files among these.
    """

    rules: tuple[Rule, ...] = ()
    refused: tuple[Refused, ...] = ()
    correlations: tuple[Correlation, ...] = ()
    parts: frozenset[str] = frozenset()
    contents: Mapping[Path, bytes] = field(default_factory=dict, repr=False)
    watchlists: tuple[Watchlist, ...] = ()

    @cached_property
    def prefilter(self) -> Prefilter:
        """Tells which rules could match where."""
        return Prefilter(self.rules)

    @property
    def derived(self) -> Mapping[str, Derived]:
        """The derived columns as the rules know them: all of a set know the same lists."""
        return self.rules[0].derived if self.rules else UNKNOWING

    @cached_property
    def needs(self) -> Mapping[str, frozenset[str]]:
        """What correlations need of the hits of which rules; see `gathering.needs`."""
        return gathering.needs(self.correlations)

    @property
    def detections(self) -> tuple[Rule | Correlation, ...]:
        """All that raise alerts."""
        raising = (each for each in self.rules if each.id not in self.parts)
        return (*raising, *(each for each in self.correlations if each.id not in self.parts))


@dataclass
class _Loading:
    """What was read so far, by id; `called` gives the ids for each name, with their files."""

    refused: list[Refused] = field(default_factory=list)
    rules: dict[str, Rule] = field(default_factory=dict)
    correlations: dict[str, Correlation] = field(default_factory=dict)
    called: dict[str, dict[Path, str]] = field(default_factory=dict)

    def read(self, document: Document, how: Callable[[Document], Read]) -> Read | None:
        """What `how` makes of it, or None and a reason. Raises Unknown as it does."""
        try:
            return how(document)
        except Unknown:
            raise
        except UNREADABLE as error:
            self.refused.append(refused(document.path, error))
            return None

    def keep(self, found: Rule | Correlation | None) -> None:
        """Of two with one id the first stands."""
        if found is None:
            return
        known = self.rules.get(found.id) or self.correlations.get(found.id)
        if known is not None:
            reason = f"{known.path} is already called {found.id}"
            self.refused.append(Refused(found.path, reason))
            return
        if isinstance(found, Rule):
            self.rules[found.id] = found
        else:
            self.correlations[found.id] = found
        for name in found.names:
            self.called.setdefault(name, {}).setdefault(found.path, found.id)

    def ids(self, path: Path) -> Mapping[str, str]:
        """Who is meant by each name in a file: its own rule of that name, else the first."""
        return {
            name: files.get(path) or next(iter(files.values()))
            for name, files in self.called.items()
        }


def load(
    folders: Sequence[Path],
    before: Mapping[Path, bytes] = NOTHING,
    find: Find = logsources.find,
    lists: Sequence[Path] = (OWN_LISTS,),
) -> RuleSet:
    """Every rule, filter and correlation below the folders, with the watch-lists below `lists`.

    `before` are contents that were in force: such a file goes on with them where something in it
    is refused now. `find` tells where a rule's log source is among events that are not laid out
    as ours are. Raises RulesMissing for a folder that does not exist or cannot be read.
    """
    content, listed = contents(folders), contents(lists, "watch-lists")
    loaded = _loaded(content, listed, find)
    good = {path: before[path] for path in _spoilt(loaded, {**content, **listed}, before)}
    if not good:
        return loaded
    kept = _loaded(_instead(content, good), _instead(listed, good), find)
    told = [replace(one, kept=True) for one in loaded.refused if one.path in good]
    return replace(kept, refused=(*told, *kept.refused))


def _instead(
    content: Mapping[Path, bytes | Refused], good: Mapping[Path, bytes]
) -> Mapping[Path, bytes | Refused]:
    return {path: good.get(path, held) for path, held in content.items()}


def _spoilt(
    loaded: RuleSet, content: Mapping[Path, bytes | Refused], before: Mapping[Path, bytes]
) -> frozenset[Path]:
    """The files of which something is refused, and that held something else before."""
    return frozenset(
        one.path
        for one in loaded.refused
        if one.path in before and before[one.path] != content[one.path]
    )


def _loaded(
    content: Mapping[Path, bytes | Refused], listed: Mapping[Path, bytes | Refused], find: Find
) -> RuleSet:
    lists = watchlists(listed)
    loading = _Loading(refused=list(lists.refused))
    found: list[Document] = []
    for document in documents(content):
        if isinstance(document, Refused):
            loading.refused.append(document)
        else:
            found.append(document)
    read_listed = partial(read_filter, lists=lists)
    filters = [loading.read(each, read_listed) for each in found if _kind(each) == "filter"]
    read_narrowed = partial(
        read_rule,
        filters=[each for each in filters if each is not None],
        find=find,
        lists=lists,
    )
    for each in found:
        if _kind(each) == "rule":
            loading.keep(loading.read(each, read_narrowed))
    _correlate(loading, [each for each in found if _kind(each) == "correlation"])
    return RuleSet(
        rules=tuple(loading.rules.values()),
        refused=tuple(loading.refused),
        correlations=tuple(loading.correlations.values()),
        parts=_parts(loading),
        contents=_held({**content, **listed}, loading.refused),
        watchlists=lists.lists,
    )


def _held(
    content: Mapping[Path, bytes | Refused], refused: Sequence[Refused]
) -> Mapping[Path, bytes]:
    """The files of which nothing is refused."""
    bad = {one.path for one in refused}
    return {
        path: held
        for path, held in content.items()
        if not isinstance(held, Refused) and path not in bad
    }


def _kind(document: Document) -> str:
    return next((kind for kind in ("correlation", "filter") if kind in document.content), "rule")


def _correlate(loading: _Loading, left: list[Document]) -> None:
    """Reads correlations, again and again, as they may refer to others that come later."""
    while left:
        waiting: list[Document] = []
        for document in left:
            try:
                loading.keep(loading.read(document, partial(read, ids=loading.ids(document.path))))
            except Unknown:
                waiting.append(document)
        if len(waiting) == len(left):
            break
        left = waiting
    for document in left:
        try:
            read(document, loading.ids(document.path))
        except Unknown as error:
            loading.refused.append(refused(document.path, error))


def _parts(loading: _Loading) -> frozenset[str]:
    return frozenset(
        rule
        for each in loading.correlations.values()
        for rule in each.rules
        if not each.generate
        and (loading.rules.get(rule) or loading.correlations[rule]).path == each.path
    )
