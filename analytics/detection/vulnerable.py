"""Versions of packages that are known to be vulnerable, and which of them are asked for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import InvalidVersion, Version

from analytics.detection.patterns import RuleError
from analytics.detection.pins import Pin

LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Vulnerability:
    """A range of versions of a package, by all its names, in which something is wrong.

    `fixed` is empty where no release is. `verified` says that range and fix were found in an
    advisory, else they are from memory and want a second look.
    """

    id: str
    names: tuple[NormalizedName, ...]
    affected: SpecifierSet
    fixed: str
    verified: bool

    def affects(self, version: Version) -> bool:
        """Whether a version is in the range, releases before a release included."""
        return self.affected.contains(version, prereleases=True)


def read(said: Mapping[Any, Any]) -> Vulnerability:
    """What an entry says by `package`, `also`, `affected`, `fixed`, `cve` and `verified`.

    Raises RuleError.
    """
    also = said.get("also", [])
    names = [said.get("package"), *(also if isinstance(also, list) else [also])]
    texts = {key: said.get(key, "") for key in ("affected", "fixed", "cve")}
    for key, text in texts.items():
        if not isinstance(text, str) or not (text.strip() or key == "fixed"):
            raise RuleError(f"{key} is no text, or empty; put versions between quotes")
    verified = said.get("verified", False)
    if not isinstance(verified, bool):
        raise RuleError("verified is neither true nor false")
    try:
        called = [canonicalize_name(name, validate=True) for name in names if isinstance(name, str)]
        affected = SpecifierSet(texts["affected"])
        if texts["fixed"]:
            Version(texts["fixed"])
    except (InvalidName, InvalidSpecifier, InvalidVersion) as error:
        raise RuleError(str(error)) from error
    if len(called) != len(names):
        raise RuleError("package or also is no name")
    if not len(affected):
        raise RuleError("affected takes in every version; say >=0 if it is so")
    return Vulnerability(
        id=texts["cve"].strip(),
        names=tuple(called),
        affected=affected,
        fixed=texts["fixed"],
        verified=verified,
    )


class Vulnerabilities:
    """What is known of packages, by their names."""

    def __init__(self, known: Iterable[Vulnerability] = ()) -> None:
        self._by_name: dict[str, list[Vulnerability]] = defaultdict(list)
        for each in known:
            for name in each.names:
                self._by_name[name].append(each)

    def of(self, pin: Pin) -> list[Vulnerability]:
        """Those that even the newest version has which is asked for."""
        return [each for each in self._by_name.get(pin.name, ()) if each.affects(pin.newest)]

    def ids(self, pins: Iterable[Pin]) -> list[str]:
        """Each id once."""
        return list(dict.fromkeys(each.id for pin in pins for each in self.of(pin)))

    def told(self, pins: Iterable[Pin]) -> str | None:
        """For people: `torch 2.4.0: CVE-2025-32434 (fixed in 2.6.0)`; None where there are none."""
        parts = [
            f"{pin.name} {pin.version}: {', '.join(map(_told, found))}"
            for pin in pins
            if (found := self.of(pin))
        ]
        told = "; ".join(parts)
        return (told if len(told) <= LONGEST_SHOWN else f"{told[: LONGEST_SHOWN - 1]}…") or None


def _told(each: Vulnerability) -> str:
    return f"{each.id} (fixed in {each.fixed})" if each.fixed else f"{each.id} (no fix)"
