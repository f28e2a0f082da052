"""Reads the correlation of a Sigma document."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sigma.correlations import (
    CorrelationConditionAND,
    CorrelationConditionItem,
    CorrelationConditionNOT,
    SigmaCorrelationCondition,
    SigmaCorrelationConditionOperator,
    SigmaCorrelationRule,
    SigmaExtendedCorrelationCondition,
    SigmaRuleReference,
)

from analytics.detection.correlations.correlation import (
    Bound,
    Correlation,
    Expression,
    Joined,
    Kind,
    Presence,
    Sequences,
)
from analytics.detection.described import described
from analytics.detection.documents import Document
from analytics.detection.patterns import RuleError

LONGEST = timedelta(days=92)  # hits of a window are looked at together
COMPARISONS = {
    SigmaCorrelationConditionOperator.LT: "less",
    SigmaCorrelationConditionOperator.LTE: "less_equal",
    SigmaCorrelationConditionOperator.GT: "greater",
    SigmaCorrelationConditionOperator.GTE: "greater_equal",
    SigmaCorrelationConditionOperator.EQ: "equal",
    SigmaCorrelationConditionOperator.NEQ: "not_equal",
}
OPERATORS = SigmaCorrelationConditionOperator.operators()


class Unknown(RuleError):
    """There is no rule of a name, or not yet."""


def read(document: Document, ids: Mapping[str, str]) -> Correlation:
    """The document's correlation. `ids` gives the rule for each name it may be called by.

    Raises Unknown for any other name, RuleError for what cannot be asked, pySigma's errors, and
    Python's.
    """
    single, conditions = _split(document.content)
    sigma = SigmaCorrelationRule.from_dict(single, collect_errors=True)
    if sigma.errors:
        raise sigma.errors[0]
    kind = Kind(str(sigma.type))
    asked = sigma.condition
    extended = asked if isinstance(asked, SigmaExtendedCorrelationCondition) else None
    rules = _resolved(_referenced(sigma, extended), ids)
    if len(set(rules)) < len(rules):
        raise RuleError("a rule stands twice in it; event_count says how often one must match")
    timespan = timedelta(seconds=sigma.timespan.seconds)
    if timespan > LONGEST:
        raise RuleError(f"a timespan of more than {LONGEST.days} days")
    return Correlation(
        **described(sigma, document, document.version, document.text),
        kind=kind,
        rules=rules,
        group_by=tuple(sigma.group_by or ()),
        timespan=timespan,
        bounds=() if extended else _bounds(sigma, conditions),
        expression=_expression(extended.parsed, ids) if extended else None,
        fields=_fields(asked),
        percentile=_percentile(kind, asked),
        aliases=_aliases(sigma, ids),
        generate=sigma.generate,
        actor=_actor(sigma.custom_attributes.get("foureyes"), rules, ids),
        examples=_examples(sigma.custom_attributes.get("examples")),
    )


def _actor(attributes: Any, rules: Sequence[str], ids: Mapping[str, str]) -> str | None:
    named = attributes.get("actor") if isinstance(attributes, dict) else None
    if named is None:
        return None
    actor = _rule_called(str(named), ids)
    if actor not in rules:
        raise RuleError(f"foureyes.actor: {named!r} is none of its rules")
    return actor


def _examples(attributes: Any) -> Sequences:
    if not isinstance(attributes, dict):
        return Sequences()
    return Sequences(
        match=tuple(attributes.get("match") or ()), no_match=tuple(attributes.get("no_match") or ())
    )


def _split(document: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The document with one comparison, as pySigma takes it, and all comparisons, one by one.

    The specification allows several, for a range.
    """
    inner = document["correlation"]
    asked = inner.get("condition") if isinstance(inner, dict) else None
    if not isinstance(asked, dict) or len(asked.keys() & OPERATORS) < 2:
        return dict(document), [asked] if isinstance(asked, dict) else []
    others = {key: value for key, value in asked.items() if key not in OPERATORS}
    each = [{**others, key: value} for key, value in asked.items() if key in OPERATORS]
    return {**document, "correlation": {**inner, "condition": each[0]}}, each


def _referenced(sigma: SigmaCorrelationRule, extended: Any) -> list[str]:
    if sigma.rules:
        return [str(reference.reference) for reference in sigma.rules]
    named: list[str] = extended.get_referenced_rules() if extended else []
    return named


def _resolved(names: list[str], ids: Mapping[str, str]) -> tuple[str, ...]:
    if not names:
        raise RuleError("it names no rules")
    return tuple(_rule_called(name, ids) for name in names)


def _rule_called(name: str, ids: Mapping[str, str]) -> str:
    if name not in ids:
        raise Unknown(f"there is no rule {name!r}, or it cannot be matched")
    return ids[name]


def _bounds(sigma: SigmaCorrelationRule, asked: list[dict[str, Any]]) -> tuple[Bound, ...]:
    conditions: list[Any] = [SigmaCorrelationCondition.from_dict(each) for each in asked]
    conditions = conditions or [sigma.condition]  # what pySigma takes for granted
    return tuple(Bound(COMPARISONS[each.op], float(each.count)) for each in conditions)


def _fields(condition: Any) -> tuple[str, ...]:
    named = getattr(condition, "fieldref", None) or ()
    return (named,) if isinstance(named, str) else tuple(named)


def _percentile(kind: Kind, condition: Any) -> int:
    if kind is not Kind.VALUE_PERCENTILE:
        return 50
    percentile = condition.percentile
    if percentile is None or not 0 <= percentile <= 100:
        raise RuleError("value_percentile needs a percentile between 0 and 100")
    return int(percentile)


def _aliases(
    sigma: SigmaCorrelationRule, ids: Mapping[str, str]
) -> Mapping[str, Mapping[str, str]]:
    return {
        alias.alias: {
            _rule_called(str(reference.reference), ids): str(name)
            for reference, name in alias.mapping.items()
        }
        for alias in sigma.aliases
    }


def _expression(node: Any, ids: Mapping[str, str]) -> Expression:
    if isinstance(node, SigmaRuleReference):
        return Presence(_rule_called(str(node.reference), ids))
    parts = tuple(_parts(node, ids))
    if isinstance(node, CorrelationConditionNOT):
        return Joined("not", parts)
    return Joined("and" if isinstance(node, CorrelationConditionAND) else "or", parts)


def _parts(node: CorrelationConditionItem, ids: Mapping[str, str]) -> Iterator[Expression]:
    for part in node.args:
        yield _expression(part, ids)
