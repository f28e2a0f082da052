"""The parts of Foureyes whose share in a score can be asked for by leaving one out."""

from analytics.findings import ReasonKind

PARTS: dict[str, frozenset[ReasonKind]] = {
    "rules": frozenset({ReasonKind.RULE}),
    "behaviour": frozenset({ReasonKind.ANOMALY}),
    "commands": frozenset({ReasonKind.COMMANDS}),
    "pillars": frozenset({ReasonKind.ISOLATION, ReasonKind.REVIEW, ReasonKind.TRACES}),
    "victims": frozenset({ReasonKind.VICTIMS}),
    "sequences": frozenset({ReasonKind.SEQUENCE}),
}
