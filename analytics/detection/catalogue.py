"""The catalogue and the own rules as tables for people: docs/detections.md."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from analytics.detection import coverage
from analytics.detection.described import Described
from analytics.detection.loading import OWN_RULES, load
from analytics.findings import Severity

PAGE = Path(__file__).parents[2] / "docs" / "detections.md"
START, END = "<!-- {}: made by `python -m analytics.detection.catalogue` -->", "<!-- end -->"
RANK = {severity: place for place, severity in enumerate(reversed(Severity))}


def table(rules: Sequence[Described]) -> str:
    """A Markdown table of rules and correlations for each family, the gravest first."""
    families = sorted({_family(rule) for rule in rules})
    parts = [_of_family(family, [r for r in rules if _family(r) == family]) for family in families]
    return f"{len(rules)} rules and correlations.\n\n" + "\n\n".join(parts)


def _of_family(family: str, rules: Iterable[Described]) -> str:
    rows = [
        f"| `{rule.id}` | {rule.title} | {rule.severity} | {rule.confidence:g} "
        f"| {_techniques(rule)} | {'; '.join(rule.falsepositives)} |"
        for rule in sorted(rules, key=lambda rule: (RANK[rule.severity], rule.id))
    ]
    head = "| rule | what it shows | severity | confidence | techniques | likely false positives |"
    return "\n".join((f"### {family}", "", head, "|" + "---|" * 6, *rows))


def _family(rule: Described) -> str:
    return rule.path.parent.name


def _techniques(rule: Described) -> str:
    """'T1685, AML.T0012, formerly T1562.001'"""
    ids = [tag.partition(".")[2] for tag in rule.tags]
    now = [name for name in ids if name not in rule.tactics and name not in rule.former]
    former = f", formerly {', '.join(rule.former).upper()}" if rule.former else ""
    return ", ".join(now).upper() + former


def page(old: str) -> str:
    """The page with its tables made anew."""
    rules = load([OWN_RULES]).detections
    for name, text in (("catalogue", coverage.table(rules)), ("rules", table(rules))):
        start = START.format(name)
        before, _, rest = old.partition(start)
        old = f"{before}{start}\n\n{text}\n\n{END}{rest.partition(END)[2]}"
    return old


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text("utf-8")), "utf-8")
