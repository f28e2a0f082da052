"""What a rule or a correlation says of itself, whatever it looks for."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sigma.rule.base import SigmaRuleBase

from analytics.detection.columns import known
from analytics.detection.documents import Document
from analytics.detection.grouping import BY, WITHIN, span_of
from analytics.detection.patterns import RuleError
from analytics.findings import Severity

LONGEST_TITLE = 300  # characters, as alerts keep them
CONFIDENCE = {"stable": 0.7, "test": 0.5, "experimental": 0.3}
OWN = frozenset(
    {
        "confidence",
        "object",
        "former",
        "investigate",
        "catalogue",
        "actor",
        "group_by",
        "within",
        "duty",
        "elsewhere",
    }
)
ANY = re.compile(r".+")
FORMER = re.compile(r"t\d{4}(?:\.\d{3})?")
ROW = re.compile(r"[DS]\d{1,2}")
TACTICS = frozenset(
    {
        *("reconnaissance", "resource-development", "initial-access", "execution", "persistence"),
        *("privilege-escalation", "stealth", "defense-impairment", "defense-evasion"),
        *("credential-access", "discovery", "lateral-movement", "collection"),
        *("command-and-control", "exfiltration", "impact"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """`id` is its file's stem, `version` a hash of its bytes and of those of its filters, `text`
    what they say; `names` are the words by which others refer to it. `object` is the field that
    names what was touched. `confidence` is 0 to 1.

    `former` are the ATT&CK ids by which a technique among `tags` was called before it was
    renumbered; the tags hold them too, as searches go by either. `investigate` is what to look at
    next, a sentence each. `catalogue` are the rows of the catalogue that it covers. Alerts that
    agree in the columns `alike` are one group as long as no more than `within` lies between them.
    `duty`: such acts are part of the work of whoever is on call. `elsewhere`: they matter for what
    went to a place that is not the site's own.
    """

    id: str
    version: str
    text: str = field(default="", repr=False)
    names: frozenset[str]
    title: str
    severity: Severity
    confidence: float
    tags: tuple[str, ...]
    tactics: tuple[str, ...]
    path: Path
    description: str
    falsepositives: tuple[str, ...]
    object: str | None
    references: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    investigate: tuple[str, ...] = ()
    catalogue: tuple[str, ...] = ()
    alike: tuple[str, ...] = BY
    within: timedelta = WITHIN
    duty: bool = False
    elsewhere: bool = False


def described(sigma: SigmaRuleBase, document: Document, version: str, text: str) -> dict[str, Any]:
    """The arguments that Described takes, of what pySigma has read. Raises RuleError."""
    name = document.name
    ours = _own(sigma.custom_attributes.get("foureyes"))
    former = _texts(ours, "former", FORMER)
    tags = (*(str(tag) for tag in sigma.tags), *(f"attack.{name}" for name in former))
    tactics = (tag.removeprefix("attack.") for tag in tags if tag.startswith("attack."))
    status = str(sigma.status) if sigma.status else ""
    called = (name, sigma.name, str(sigma.id) if sigma.id else None)
    return {
        "id": name,
        "version": version,
        "text": text,
        "names": frozenset(word for word in called if word),
        "title": sigma.title[:LONGEST_TITLE],
        "severity": Severity(str(sigma.level)) if sigma.level else Severity.MEDIUM,
        "confidence": ours.get("confidence", CONFIDENCE.get(status, 0.3)),
        "tags": tags,
        "tactics": tuple(tactic for tactic in tactics if tactic in TACTICS),
        "path": document.path,
        "description": " ".join((sigma.description or "").split()),
        "falsepositives": tuple(str(each) for each in sigma.falsepositives),
        "object": ours.get("object"),
        "references": tuple(str(each) for each in sigma.references),
        "former": former,
        "investigate": _texts(ours, "investigate"),
        "catalogue": _texts(ours, "catalogue", ROW),
        "alike": _alike(ours),
        "within": _within(ours),
        "duty": ours.get("duty", False),
        "elsewhere": ours.get("elsewhere", False),
    }


def _own(attributes: Any) -> Mapping[str, Any]:
    """What a rule says under `foureyes`, which Sigma does not know."""
    if attributes is None:
        return {}
    if not isinstance(attributes, dict) or attributes.keys() - OWN:
        raise RuleError(f"foureyes: a map is needed of {', '.join(sorted(OWN))}")
    confidence = attributes.get("confidence", 0.0)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float):
        raise RuleError("foureyes.confidence is no number")
    if not 0 <= confidence <= 1:
        raise RuleError("foureyes.confidence is not between 0 and 1")
    for name in ("duty", "elsewhere"):
        if not isinstance(attributes.get(name, False), bool):
            raise RuleError(f"foureyes.{name} is true or false")
    if not known(str(attributes.get("object", "labels.none"))):
        raise RuleError(f"foureyes.object: there is no field {attributes['object']!r}")
    return attributes


def _alike(ours: Mapping[str, Any]) -> tuple[str, ...]:
    """The columns in which alerts of a group agree."""
    columns = _texts(ours, "group_by")
    for column in columns:
        if not known(column):
            raise RuleError(f"foureyes.group_by: there is no field {column!r}")
    return columns or BY


def _within(ours: Mapping[str, Any]) -> timedelta:
    """How long after an alert another one still is of its group."""
    length = span_of(str(ours.get("within", "1h")))
    if length is None:
        raise RuleError("foureyes.within is no length of time up to a day, as 30m or 1h")
    return length


def _texts(ours: Mapping[str, Any], name: str, form: re.Pattern[str] = ANY) -> tuple[str, ...]:
    """The texts of a list that a rule may give."""
    given = ours.get(name, ())
    texts = tuple(given) if isinstance(given, list | tuple) else None
    if texts is None or not all(isinstance(each, str) and form.fullmatch(each) for each in texts):
        raise RuleError(f"foureyes.{name} is no list of what it should be")
    return texts
