"""Sigma as its specification reads, a row and a value at a time: what the matcher must equal."""

import ipaddress
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SpecialChars,
)

Row = Mapping[str, Any]
KEYWORDS = ("event.original", "process.command_line", "message")
COMPARE = {
    CompareOperators.LT: operator.lt,
    CompareOperators.LTE: operator.le,
    CompareOperators.GT: operator.gt,
    CompareOperators.GTE: operator.ge,
}


def matches(rule: Mapping[str, Any], row: Row) -> bool:
    """Whether a rule, given as its document, matches a row."""
    return asked(rule)(row)


def asked(rule: Mapping[str, Any]) -> Callable[[Row], bool]:
    """The same for many rows."""
    sigma = SigmaRule.from_dict(dict(rule))
    conditions = [part.parse() for part in sigma.detection.parsed_condition]
    return lambda row: any(_condition(condition, row) for condition in conditions)


def _condition(node: Any, row: Row) -> bool:
    if isinstance(node, ConditionAND):
        return all(_condition(part, row) for part in node.args)
    if isinstance(node, ConditionOR):
        return any(_condition(part, row) for part in node.args)
    if isinstance(node, ConditionNOT):
        return not _condition(node.args[0], row)
    if isinstance(node, ConditionFieldEqualsValueExpression):
        return _field(node.field, node.value, row)
    assert isinstance(node, ConditionValueExpression)
    return any(_value(text, node.value, True) for name in KEYWORDS for text in _values(name, row))


def _values(field: str, row: Row) -> list[Any]:
    value = row.get(field)
    if value is None:
        return []
    return [each for each in value if each is not None] if isinstance(value, list) else [value]


def _field(field: str, value: Any, row: Row) -> bool:
    found = _values(field, row)
    if isinstance(value, SigmaExpansion):
        return any(_field(field, each, row) for each in value.values)
    if isinstance(value, SigmaNull):
        return not row.get(field) and row.get(field) in (None, [])
    if isinstance(value, SigmaExists):
        return (row.get(field) not in (None, [])) is value.exists
    if isinstance(value, SigmaFieldReference):
        return any(_same(a, b, value) for a in found for b in _values(value.field, row))
    return any(_value(each, value, False) for each in found)


def _same(ours: Any, theirs: Any, how: SigmaFieldReference) -> bool:
    a, b = str(ours).lower(), str(theirs).lower()
    if how.starts_with and how.ends_with:
        return b in a
    if how.starts_with:
        return a.startswith(b)
    return a.endswith(b) if how.ends_with else a == b


def _value(found: Any, value: Any, anywhere: bool) -> bool:
    text = str(found).lower() if isinstance(found, bool) else str(found)
    if isinstance(value, SigmaCompareExpression):
        number = re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII)
        return number is not None and COMPARE[value.op](float(text), value.number.number)
    if isinstance(value, SigmaCIDRExpression):
        try:
            return ipaddress.ip_address(text) in value.network
        except ValueError:
            return False
    if isinstance(value, SigmaRegularExpression):
        flags = sum(value.sigma_to_python_flags[flag] for flag in value.flags)
        return re.search(str(value.regexp), text, flags) is not None
    if isinstance(value, SigmaNumber) and not isinstance(found, str | bool):
        return bool(found == value.number)
    if isinstance(value, SigmaNumber | SigmaBool):
        value = SigmaString.from_str(str(value))
    assert isinstance(value, SigmaString)
    around = [SpecialChars.WILDCARD_MULTI] if anywhere else []
    pattern = [*around, *_characters(value), *around]
    return _glob(pattern, text, isinstance(value, SigmaCasedString))


def _characters(value: SigmaString) -> Iterable[Any]:
    for part in value.s:
        yield from part if isinstance(part, str) else (part,)


def _glob(pattern: list[Any], text: str, cased: bool) -> bool:
    """Wildcards by filling a row of states for each character of the pattern."""
    reached = [True] + [False] * len(text)
    for one in pattern:
        if one is SpecialChars.WILDCARD_MULTI:
            for place in range(1, len(reached)):
                reached[place] = reached[place] or reached[place - 1]
        else:
            reached = [False] + [
                before and (one is SpecialChars.WILDCARD_SINGLE or _equal(one, letter, cased))
                for before, letter in zip(reached[:-1], text, strict=True)
            ]
    return reached[-1]


def _equal(a: str, b: str, cased: bool) -> bool:
    return a == b or (not cased and (a.casefold() == b.casefold() or a.lower() == b.lower()))
