"""The three pillars: what failed where sabotage went unseen, as pages name it."""

from dataclasses import dataclass

from analytics.findings import ReasonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Pillar:
    """One pillar; its kind is also its URL name. `question` is what its page answers, `did` what
    people with findings did, `calm` what is said where there are none."""

    kind: str
    title: str
    question: str
    did: str
    calm: str


PILLARS: dict[str, Pillar] = {
    pillar.kind: pillar
    for pillar in (
        Pillar(
            kind=ReasonKind.ISOLATION.value,
            title="Isolation",
            question="Who acted on what belongs to somebody else?",
            did="acted on what belongs to others",
            calm="Nobody acted on what belongs to somebody else.",
        ),
        Pillar(
            kind=ReasonKind.REVIEW.value,
            title="Review",
            question="Which shared code changed with nobody looking?",
            did="changed shared code that nobody else approved",
            calm="No shared code changed without a second person.",
        ),
        Pillar(
            kind=ReasonKind.TRACES.value,
            title="Traces",
            question="Where is the trail missing or silenced?",
            did="left a trail with holes",
            calm="No trail was silenced or broke off.",
        ),
    )
}
