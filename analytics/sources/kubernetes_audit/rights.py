"""What a request would change of rights, services and nodes: labels by the names rules ask for.

Only where the audit policy keeps the request's object (level Request or above).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from analytics.event import readable
from analytics.jsonlog.values import mapping, objects, text

BINDINGS = frozenset({"rolebindings", "clusterrolebindings"})
ROLES = frozenset({"roles", "clusterroles"})
SPECS = {"services": "type", "nodes": "unschedulable"}  # what is kept of their specification
ASKED = BINDINGS | ROLES | SPECS.keys()
DECISIVE = ("requestObject.subjects.kind",)
MOST = 64
LONGEST = 1024


def of_rights(resource: str, wanted: Any) -> tuple[str | None, dict[str, Any]]:
    """The first person who would get rights, and labels; nothing where the object is not told."""
    asked = mapping(wanted)
    if resource in BINDINGS:
        subjects = objects(asked.get("subjects"))[:MOST]
        role = text(mapping(asked.get("roleRef")).get("name"))
        told = {"roleRef.name": role, "subjects": _joined(map(_subject, subjects))}
        return next(_people(subjects), None), _named(told)
    if resource in ROLES:
        rules = objects(asked.get("rules"))[:MOST]
        return None, _named(
            {f"rules.{name}": _joined(_words(rules, name)) for name in ("verbs", "resources")}
        )
    kept = SPECS[resource]
    value = mapping(asked.get("spec")).get(kept)
    return None, _named({f"spec.{kept}": value if isinstance(value, str | bool) else None})


def _named(told: Mapping[str, Any]) -> dict[str, Any]:
    found = {f"requestObject.{name}": value for name, value in told.items()}
    return {name: value for name, value in found.items() if value not in (None, "")}


def _people(subjects: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    names = (text(one.get("name")) for one in subjects if one.get("kind") == "User")
    return (name for name in names if name)


def _subject(one: Mapping[str, Any]) -> str:
    return f"{text(one.get('kind')) or 'Subject'}:{text(one.get('name')) or ''}"


def _words(rules: Sequence[Mapping[str, Any]], name: str) -> Iterator[str]:
    for rule in rules:
        listed = rule.get(name)
        if isinstance(listed, list):
            yield from (word for word in listed[:MOST] if isinstance(word, str))


def _joined(words: Iterable[str]) -> str:
    return readable(", ".join(words))[:LONGEST]
