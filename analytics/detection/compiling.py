"""From pySigma's condition tree to predicates over columns."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionType,
    ConditionValueExpression,
)
from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
)

from analytics.detection import packages, patterns
from analytics.detection.columns import LABEL
from analytics.detection.logsources import LogSource
from analytics.detection.patterns import Pattern, RuleError
from analytics.detection.predicates import (
    AllOf,
    AnyOf,
    Missing,
    Network,
    Not,
    Number,
    Predicate,
    Same,
    Text,
    TimePart,
)
from analytics.fields import BY_NAME, Kind

MANY = 100
PINNED = AnyOf(tuple(Text(column, (where,)) for column, (where, _) in packages.READERS.items()))
COMPARISONS = {
    CompareOperators.LT: "less",
    CompareOperators.LTE: "less_equal",
    CompareOperators.GT: "greater",
    CompareOperators.GTE: "greater_equal",
    CompareOperators.NEQ: "not_equal",
}


@dataclass
class Compiler:
    """Compiles the conditions of one rule; gathers the columns that they read."""

    source: LogSource
    columns: set[str] = field(default_factory=set)

    def condition(self, node: ConditionType | None) -> Predicate:
        """A condition as predicate. Raises RuleError for what cannot be matched."""
        if isinstance(node, ConditionAND):
            return _all(self.condition(part) for part in node.args)
        if isinstance(node, ConditionOR):
            return _any(self.condition(part) for part in node.args)
        if isinstance(node, ConditionNOT):
            return Not(self.condition(node.args[0]))
        if isinstance(node, ConditionFieldEqualsValueExpression):
            return self._field(node.field, node.value)
        if isinstance(node, ConditionValueExpression):
            return self._keyword(node.value)
        raise RuleError("the condition is empty")

    def _field(self, name: str, value: SigmaType) -> Predicate:
        meanings = self.source.values.get(name)
        if meanings is not None and isinstance(value, SigmaString | SigmaBool):
            text = value if isinstance(value, SigmaString) else SigmaString(str(value))
            return self._meaning(meanings.get(str(value).upper()) or meanings["*"], text)
        return _any(self._value(column, value) for column in self._looked_up(name))

    def _meaning(self, meaning: str, value: SigmaString) -> Predicate:
        """What a value stands for: a column that is filled or, after `=`, what it equals."""
        column, equals, wanted = meaning.partition("=")
        self.columns.add(column)
        if not equals:
            return Not(Missing(column))
        pattern = patterns.of_string(value) if wanted == "*" else patterns.of_text(wanted)
        return Text(column, (pattern,))

    def _looked_up(self, name: str) -> tuple[str, ...]:
        columns = self.source.columns(name)
        self.columns.update(columns)
        return columns

    def _keyword(self, value: SigmaType) -> Predicate:
        self.columns.update(self.source.keywords)
        return _any(_keyword_in(column, value) for column in self.source.keywords)

    def _value(self, column: str, value: SigmaType) -> Predicate:
        """One value of one column; of packages only where a text can name one."""
        predicate = self._plain(column, value)
        if column in packages.NAMES and not isinstance(predicate, Missing):
            return AllOf((PINNED, predicate))
        return predicate

    def _plain(self, column: str, value: SigmaType) -> Predicate:
        if isinstance(value, SigmaExpansion):
            return _any(self._value(column, each) for each in value.values)
        if isinstance(value, SigmaFieldReference):
            others = self._looked_up(value.field)
            return _any(Same(column, each, value.starts_with, value.ends_with) for each in others)
        return _presence(column, value) or _number(column, value) or Text(column, (_text(value),))


def _presence(column: str, value: SigmaType) -> Predicate | None:
    if isinstance(value, SigmaNull) or (isinstance(value, SigmaExists) and not value.exists):
        return Missing(column)
    return Not(Missing(column)) if isinstance(value, SigmaExists) else None


def _number(column: str, value: SigmaType) -> Predicate | None:
    """Networks, comparisons, parts of a time, and numbers where the column holds numbers."""
    kind = BY_NAME[column].kind if column in BY_NAME else None
    comparison, number = "equal", value
    if isinstance(value, SigmaCIDRExpression):
        return Network(column, value.network)
    if isinstance(value, SigmaCompareExpression):
        comparison, number = COMPARISONS[value.op], value.number
    if isinstance(number, SigmaTimestampPart):
        part = number.timestamp_part.name.lower()
        if kind not in (Kind.TIME, Kind.KEYWORD, None):
            raise RuleError(f"{column} is no time, so it has no {part}")
        return TimePart(column, part, comparison, number.number)
    numeric = number is not value or kind in (Kind.NUMBER, Kind.DECIMAL)
    if isinstance(number, SigmaNumber) and numeric:
        return Number(column, comparison, number.number)
    return None


def _text(value: SigmaType, anywhere: bool = False) -> Pattern:
    if isinstance(value, SigmaRegularExpression):
        return patterns.of_regex(value)
    if isinstance(value, SigmaString):
        return patterns.of_string(value, anywhere)
    if isinstance(value, SigmaNumber | SigmaBool):
        return patterns.of_string(SigmaString.from_str(str(value)), anywhere)
    raise RuleError(f"values of the kind {type(value).__name__} are not matched")


def _keyword_in(column: str, value: SigmaType) -> Predicate:
    if isinstance(value, SigmaExpansion):
        return _any(_keyword_in(column, each) for each in value.values)
    return Text(column, (_text(value, anywhere=True),))


def _all(parts: Iterable[Predicate]) -> Predicate:
    found = tuple(dict.fromkeys(parts))
    return found[0] if len(found) == 1 else AllOf(found)


def _any(parts: Iterable[Predicate]) -> Predicate:
    """The parts as one; texts sought in one column become one alternation."""
    texts: dict[str, list[Pattern]] = {}
    others: list[Predicate] = []
    for part in parts:
        for each in part.parts if isinstance(part, AnyOf) else (part,):
            if isinstance(each, Text):
                texts.setdefault(each.column, []).extend(each.patterns)
            else:
                others.append(each)
    merged = [_one_of(column, tuple(dict.fromkeys(found))) for column, found in texts.items()]
    found = tuple(dict.fromkeys([*merged, *others]))
    return found[0] if len(found) == 1 else AnyOf(found)


def _one_of(column: str, found: tuple[Pattern, ...]) -> Text:
    """Any of the patterns; as many as watch-lists have may be more than one expression holds."""
    text = Text(column, found)
    if len(found) > MANY:
        patterns.check(text.regex, f"the {len(found)} values of {column}")
    return text


def labels(columns: Iterable[str]) -> tuple[str, ...]:
    """Those of the columns that only a source's labels can hold."""
    return tuple(sorted(column for column in columns if column.startswith(LABEL)))
