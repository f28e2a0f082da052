"""Sigma's `expand`: %name% stands for each value of the watch-list of that name.

pySigma leaves placeholders for a pipeline to fill in, after all modifiers, which is too late for
those that encode or read a value. Here they are filled in when their turn comes, so that each
modifier behind `expand` gets the values.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import product
from math import prod

from sigma.modifiers import (
    SigmaCIDRModifier,
    SigmaCompareModifier,
    SigmaRegularExpressionModifier,
    SigmaTimestampModifier,
    SigmaValueModifier,
    modifier_mapping,
    reverse_modifier_mapping,
)
from sigma.types import (
    Placeholder,
    SigmaCIDRExpression,
    SigmaExpansion,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaStringPartType,
    SigmaType,
    SpecialChars,
)

from analytics.detection.patterns import RuleError
from analytics.detection.watchlist import Watchlist, Watchlists

# A backslash before % makes it an ordinary character, as the specification says.
TOKEN = re.compile(r"\\%|%(?P<name>[^%\\]+)%")
MOST_VALUES = 1_000  # that one value with placeholders may stand for
NOTHING = r"[^\s\S]"  # a regular expression that matches no character
WILDCARDS = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
Parts = tuple[SigmaStringPartType, ...]


@dataclass
class Filling:
    """The lists that placeholders are filled from, and those that were asked for."""

    lists: Watchlists
    used: dict[str, Watchlist] = field(default_factory=dict)

    def called(self, name: str) -> Watchlist:
        """The list of that name, which the rule depends on from now on. Raises RuleError."""
        found = self.lists.called(name)
        self.used[found.name] = found
        return found


_filling: ContextVar[Filling | None] = ContextVar("filling", default=None)


@contextmanager
def filled_from(lists: Watchlists) -> Iterator[Filling]:
    """Meanwhile, placeholders of rules that are read stand for the values of these lists."""
    filling = Filling(lists)
    before = _filling.set(filling)
    try:
        yield filling
    finally:
        _filling.reset(before)


class Expand(SigmaValueModifier[SigmaString | SigmaRegularExpression, SigmaType]):
    """The modifier `expand`."""

    def modify(self, val: SigmaString | SigmaRegularExpression) -> SigmaType:
        """The values, any of which may match; of a regular expression one with alternatives."""
        if isinstance(val, SigmaRegularExpression):
            regex = TOKEN.sub(_alternatives, str(val.regexp))
            return SigmaRegularExpression(regex, val.flags, val.policy)
        later = self.detection_item.modifiers
        if SigmaRegularExpressionModifier in later:
            raise RuleError("expand stands before re; say re|expand")
        values = _strings(val)
        if any(issubclass(each, SigmaCompareModifier | SigmaTimestampModifier) for each in later):
            return SigmaExpansion([SigmaNumber(str(each)) for each in values])
        return SigmaExpansion([*values])


class ExpandedCidr(SigmaCIDRModifier):
    """The modifier `cidr`, which may follow `expand` but no other."""

    def modify(self, val: SigmaString) -> SigmaCIDRExpression:
        """The network."""
        self.applied_modifiers = [
            each for each in self.applied_modifiers if not issubclass(each, Expand)
        ]
        return super().modify(val)


for name, modifier in (("expand", Expand), ("cidr", ExpandedCidr)):
    modifier_mapping[name] = modifier
    reverse_modifier_mapping[modifier.__name__] = name


def _values(name: str) -> tuple[SigmaString, ...]:
    """A list's values; wildcards are what they are in rules."""
    filling = _filling.get() or Filling(Watchlists())
    return tuple(SigmaString(str(value)) for value in filling.called(name).values)


def _alternatives(token: re.Match[str]) -> str:
    """A placeholder in a regular expression: the values as they are, but for wildcards."""
    name = token["name"]
    if name is None:
        return "%"
    values = ["".join(map(_escaped, value.s)) for value in _values(name)]
    return f"(?:{'|'.join(values) if values else NOTHING})"


def _escaped(part: SigmaStringPartType) -> str:
    return WILDCARDS[part] if isinstance(part, SpecialChars) else re.escape(str(part))


def _strings(value: SigmaString) -> list[SigmaString]:
    """The text with each of the values in place of its placeholders, in all combinations."""
    choices = [choice for part in value.s for choice in _choices(part)]
    if prod(map(len, choices)) > MOST_VALUES:
        raise RuleError(f"its placeholders stand for more than {MOST_VALUES} values")
    return [_joined(type(value), picked) for picked in product(*choices)]


def _choices(part: SigmaStringPartType) -> Iterator[Sequence[Parts]]:
    """For each piece of a part what may stand there."""
    if isinstance(part, Placeholder):
        yield [tuple(each.s) for each in _values(part.name)]
        return
    if not isinstance(part, str):
        yield [(part,)]
        return
    start = 0
    for token in TOKEN.finditer(part):
        yield [(part[start : token.start()],)]
        name = token["name"]
        yield [("%",)] if name is None else [tuple(each.s) for each in _values(name)]
        start = token.end()
    yield [(part[start:],)]


def _joined(kind: type[SigmaString], picked: Sequence[Parts]) -> SigmaString:
    """One text of the pieces, of the same kind as before (`cased` or not)."""
    joined: list[SigmaStringPartType] = []
    for part in (each for parts in picked for each in parts):
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part != "":
            joined.append(part)
    made = kind()
    made.s = joined
    return made
