"""What becomes of public rules, as the page docs/comparison/sigma_rules.md tells it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import yaml

from analytics.detection.loading import RuleSet
from analytics.detection.sigma import Rule
from analytics.readiness.arrivals import Arrival
from analytics.readiness.judging import Readiness, Status, judge
from analytics.readiness.needs import of_rules

PAGE = Path(__file__).resolve().parents[3] / "docs" / "comparison" / "sigma_rules.md"
START, END = "<!-- public rules: written by the tests -->", "<!-- end -->"
ELSEWHERE = "ecs"  # the log source of products that we do not read
NOW = datetime(2026, 3, 1, tzinfo=UTC)


def page(old: str, rules: RuleSet, arrivals: Sequence[Arrival], proven: Iterable[str]) -> str:
    """The page with the part of the tests made anew."""
    before, _, rest = old.partition(START)
    told = "\n\n".join(_told(rules, arrivals, frozenset(proven)))
    return f"{before}{START}\n\n{told}\n\n{END}{rest.partition(END)[2]}"


def blind(rules: Iterable[Rule], arrivals: Sequence[Arrival]) -> list[Readiness]:
    """The rules that can fire for no event of these kinds."""
    return [one for one in judge(of_rules(rules), arrivals, NOW) if one.status is Status.BLIND]


def _told(rules: RuleSet, arrivals: Sequence[Arrival], proven: frozenset[str]) -> Iterable[str]:
    refused = len(rules.refused)
    yield f"{len(rules.rules) + refused} rules: {len(rules.rules)} compile, {refused} are refused."
    if refused:
        reasons = sorted((each.path.name, each.reason) for each in rules.refused)
        yield "\n".join(f"- `{name}`: {reason}" for name, reason in reasons)
    yield _sources(rules.rules, proven)
    ours = [rule for rule in rules.rules if rule.source.name != ELSEWHERE]
    waiting = blind(ours, arrivals)
    yield f"{len(waiting)} rules about what we read wait for a field that no format of ours fills."
    if waiting:
        yield "\n".join(f"- `{one.need.id}`: {', '.join(one.missing)}" for one in waiting)
    yield _elsewhere([rule for rule in rules.rules if rule.source.name == ELSEWHERE], arrivals)


def _sources(rules: Iterable[Rule], proven: frozenset[str]) -> str:
    by_source: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        by_source[rule.source.name].append(rule)
    rows = [
        f"| {name} | {len(found)} | {sum(rule.id in proven for rule in found)} "
        f"| {'; '.join(sorted({_log_source(rule) for rule in found}))} |"
        for name, found in sorted(by_source.items())
    ]
    head = "| our log source | rules | fired by a raw line in the tests | what the rules ask for |"
    return "\n".join((head, "|---|---|---|---|", *rows))


def _elsewhere(rules: Sequence[Rule], arrivals: Sequence[Arrival]) -> str:
    missing: dict[str, list[str]] = defaultdict(list)
    fields: dict[str, set[str]] = defaultdict(set)
    for one in blind(rules, arrivals):
        path = next(rule for rule in rules if rule.id == one.need.id)
        missing[_log_source(path)].append(one.need.id)
        fields[_log_source(path)].update(name.removeprefix("labels.") for name in one.missing)
    rows = [
        f"| {name} | {', '.join(f'`{each}`' for each in sorted(fields[name]))} "
        f"| {', '.join(f'`{each}`' for each in sorted(found))} |"
        for name, found in sorted(missing.items())
    ]
    told = (
        f"{len(rules)} rules are about products that we do not read. They compile, run over events "
        "sent as ECS, and fire where these have the fields that they ask for."
    )
    return "\n".join((told, "", "| product | fields | rules |", "|---|---|---|", *rows))


def _log_source(rule: Rule) -> str:
    asked = yaml.safe_load(rule.path.read_text("utf-8"))["logsource"]
    return " ".join(
        str(asked[part]) for part in ("product", "category", "service") if part in asked
    )
