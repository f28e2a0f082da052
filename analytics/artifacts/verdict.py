"""What a look into a file found, and what follows from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

LONGEST_DETAIL = 300  # characters
MOST_FINDINGS = 20
MOST_IMPORTS = 200


class Verdict(StrEnum):
    """What is thought of a file; the gravest last."""

    CLEAN = "clean"  # read whole, and nothing speaks against it
    UNREADABLE = "unreadable"  # it could not be read whole, so nothing is known of the rest
    SUSPICIOUS = "suspicious"  # it may run code, or is not what it says it is
    MALICIOUS = "malicious"  # loading it would call what no model needs


GRAVITY = {verdict: place for place, verdict in enumerate(Verdict)}


class Finding(NamedTuple):
    """One thing that was found: a short name, what it makes of the verdict, and the particulars."""

    name: str
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What is in a file. `imports` are the names that loading it would look up, `templates` the
    SHA-256 of each chat template in it, `weights` the SHA-256 of the weights without the texts
    beside them (None where that is the file's own)."""

    format: str
    findings: tuple[Finding, ...] = ()
    imports: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    weights: str | None = None

    @property
    def verdict(self) -> Verdict:
        """The gravest of the findings'."""
        return gravest(finding.verdict for finding in self.findings)

    def written(self) -> dict[str, Any]:
        """The same for JSON."""
        return {
            "format": self.format,
            "findings": [list(finding) for finding in self.findings],
            "imports": list(self.imports),
            "templates": list(self.templates),
            "weights": self.weights,
        }


def gravest(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of them, clean where there are none."""
    return max(verdicts, key=GRAVITY.__getitem__, default=Verdict.CLEAN)


def outcome_of(written: Mapping[str, Any]) -> Outcome:
    """What `Outcome.written` gave. Raises what a damaged one raises."""
    findings = tuple(
        Finding(name, Verdict(verdict), detail) for name, verdict, detail in written["findings"]
    )
    return Outcome(
        format=written["format"],
        findings=findings,
        imports=tuple(written["imports"]),
        templates=tuple(written["templates"]),
        weights=written["weights"],
    )


def distinct(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, the gravest first, and not more than people read."""
    shortened = (one._replace(detail=one.detail[:LONGEST_DETAIL]) for one in findings)
    once = dict.fromkeys(shortened)
    return tuple(sorted(once, key=lambda one: -GRAVITY[one.verdict])[:MOST_FINDINGS])
