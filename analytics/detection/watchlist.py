"""Watch-lists: data files of names that rules look for or let pass, and a site's own beside them.

A file's stem is its list's name. A site's file of that name extends ours or replaces it; one that
cannot be read is refused, and the list stays what it was.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import yaml

from analytics.detection import packages, vulnerable
from analytics.detection.derived import Derived
from analytics.detection.documents import UNREADABLE, Refused, parsed, refused
from analytics.detection.patterns import RuleError
from analytics.detection.vulnerable import Vulnerability

OWN_LISTS = Path(__file__).with_name("watchlists")
MOST_ENTRIES = 1_000
LONGEST_VALUE = 200
LONGEST_NAME = 100
MODES = ("extend", "replace")
OF_LIST = frozenset({"about", "mode", "entries"})
OF_ENTRY = frozenset({"value", "reason", "source"})
OF_PACKAGE = frozenset(
    {"package", "also", "affected", "fixed", "cve", "verified", "reason", "source"}
)

Value = str | int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One value, why it stands there and who says so. Of `vulnerable_packages` it is a package."""

    value: Value
    reason: str = ""
    source: str = ""
    vulnerability: Vulnerability | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """Entries under a name. `version` is another one whenever one of its files has changed,
    `text` what they say.

    `paths` are the files whose entries it holds, in the order in which they were read.
    """

    name: str
    about: str
    entries: tuple[Entry, ...]
    version: str
    text: str = field(repr=False)
    paths: tuple[Path, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """Each value once, in the order of the files."""
        return tuple(dict.fromkeys(entry.value for entry in self.entries))


@dataclass(frozen=True)
class Watchlists:
    """The lists in force, by name, and the files that are none."""

    lists: tuple[Watchlist, ...] = ()
    refused: tuple[Refused, ...] = ()

    @cached_property
    def by_name(self) -> Mapping[str, Watchlist]:
        """Names are in lower case."""
        return {each.name: each for each in self.lists}

    @cached_property
    def derived(self) -> Mapping[str, Derived]:
        """The columns that rules look at and no event stores, with what is known of packages."""
        found = self.by_name.get(packages.LIST)
        entries = found.entries if found else ()
        known = (each.vulnerability for each in entries if each.vulnerability)
        return packages.derived(vulnerable.Vulnerabilities(known))

    def called(self, name: str) -> Watchlist:
        """The list of this name, upper or lower case. Raises RuleError where there is none."""
        found = self.by_name.get(name.lower())
        if found is None:
            raise RuleError(f"placeholder %{name}% has no values here: no watch-list has its name")
        return found


def watchlists(content: Mapping[Path, bytes | Refused]) -> Watchlists:
    """The lists of these files, of which a later one extends or replaces an earlier one."""
    found: dict[str, Watchlist] = {}
    wrong: list[Refused] = []
    for path, held in content.items():
        if isinstance(held, Refused):
            wrong.append(held)
            continue
        try:
            mode, read = _read(path, held)
        except (*UNREADABLE, yaml.YAMLError) as error:
            wrong.append(refused(path, error))
            continue
        before = found.get(read.name)
        found[read.name] = read if before is None or mode == "replace" else _both(before, read)
    return Watchlists(tuple(found[name] for name in sorted(found)), tuple(wrong))


def _both(before: Watchlist, more: Watchlist) -> Watchlist:
    return replace(
        before,
        about=more.about or before.about,
        entries=(*before.entries, *more.entries),
        version=digest((before.version, more.version)),
        text=f"{before.text.rstrip()}\n---\n{more.text}",
        paths=(*before.paths, *more.paths),
    )


def digest(versions: Iterable[str]) -> str:
    """One version for several."""
    return blake2b(" ".join(versions).encode(), digest_size=8).hexdigest()


def _read(path: Path, content: bytes) -> tuple[str, Watchlist]:
    """What a file says: its mode and its list. Raises RuleError and what parsing raises."""
    name = path.stem.lower()
    if len(name) > LONGEST_NAME or not name.replace("_", "").replace("-", "").isalnum():
        raise RuleError("its file's name is no name of letters, digits, - and _")
    documents = parsed(content)
    if len(documents) != 1 or not isinstance(documents[0], dict):
        raise RuleError("no watch-list: one map with entries is needed")
    said = documents[0]
    _only(said, OF_LIST, "a watch-list")
    mode = said.get("mode", "extend")
    if mode not in MODES:
        raise RuleError(f"mode is {mode!r}; say extend or replace")
    asked = said.get("entries")
    if not isinstance(asked, list) or len(asked) > MOST_ENTRIES:
        raise RuleError(f"entries: a list of at most {MOST_ENTRIES} is needed")
    return mode, Watchlist(
        name=name,
        about=" ".join(_text(said, "about").split()),
        entries=tuple(_entry(place, one, name) for place, one in enumerate(asked, 1)),
        version=blake2b(content, digest_size=8).hexdigest(),
        text=content.decode("utf-8", "replace"),
        paths=(path,),
    )


def _entry(place: int, asked: Any, name: str) -> Entry:
    """An entry: a map, or a value alone."""
    said = asked if isinstance(asked, dict) else {"value": asked}
    of_packages = name == packages.LIST
    try:
        _only(said, OF_PACKAGE if of_packages else OF_ENTRY, "an entry")
        return Entry(
            value=_value(said.get("package" if of_packages else "value")),
            reason=_text(said, "reason"),
            source=_text(said, "source"),
            vulnerability=vulnerable.read(said) if of_packages else None,
        )
    except RuleError as error:
        raise RuleError(f"entry {place}: {error}") from error


def _only(said: Mapping[Any, Any], keys: frozenset[str], what: str) -> None:
    unknown = sorted(str(key) for key in said.keys() - keys)
    if unknown:
        raise RuleError(f"{what} has no {unknown[0]!r}")


def _text(said: Mapping[Any, Any], key: str) -> str:
    text = said.get(key, "")
    if not isinstance(text, str):
        raise RuleError(f"{key} is no text")
    return text


def _value(value: Any) -> Value:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise RuleError("value is neither a text nor a number")
    if value == "" or len(str(value)) > LONGEST_VALUE:
        raise RuleError(f"value is empty or longer than {LONGEST_VALUE} characters")
    return value
