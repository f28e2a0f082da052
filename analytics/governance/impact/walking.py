"""The walk: from what was reached first to what it reached later, in order of time."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from analytics.governance.impact.evidence import CHANGING, Evidence, moment
from analytics.governance.impact.finding import Found
from analytics.governance.impact.further import NameWays, of_job
from analytics.governance.impact.ledger import Content
from analytics.governance.impact.naming import above
from analytics.governance.impact.reached import Kind, Standing, Step, Thing
from analytics.governance.impact.ways import FileWays, From

MOST_THINGS = 5_000
MOST_STEPS = 5  # that are kept of a thing
MOST_EVENTS = 5  # of a step


@dataclass(slots=True)
class Draft:
    """A thing while the walk goes on."""

    found: Found
    time: int
    distance: int
    steps: list[Step] = field(default_factory=list)
    done: bool = False
    leads: bool = False  # something was reached from it
    standing: Standing = Standing.SUSPECT
    why: str = ""


class Walk:
    """One walk. Each thing is looked from once, as of the earliest time at which it was reached,
    so cycles end and nothing is reached by what came later."""

    def __init__(self, evidence: Evidence, origins: Iterable[Found]) -> None:
        self.evidence = evidence
        self.drafts: dict[str, Draft] = {}
        self.cut = False
        self._queue: list[tuple[int, int, str]] = []
        first = sorted(origins, key=lambda one: one.time)
        self._files, self._names = FileWays(evidence), NameWays(evidence)
        evidence.ledger.doubt(self._suspected)
        for one in first:
            self._reach(one, None, 0)

    def run(self) -> None:
        """Goes on until nothing more is reached."""
        while self._queue:
            time, _, key = heapq.heappop(self._queue)
            draft = self.drafts[key]
            if draft.done or time != draft.time:
                continue
            draft.done = True
            for one in self._from(draft, key):
                if one.key != key:
                    draft.leads |= self._reach(one, key, draft.distance + 1)

    def _reach(self, one: Found, source: str | None, distance: int) -> bool:
        """Keeps a thing, or one more way to it; whether it was new or came from elsewhere."""
        draft = self.drafts.get(one.key)
        if draft is None:
            if len(self.drafts) >= MOST_THINGS:
                self.cut = True
                return False
            draft = self.drafts[one.key] = Draft(one, one.time, distance)
            self._put(draft)
        elif not draft.done and one.time < draft.time:
            draft.found, draft.time, draft.distance = one, one.time, distance
            self._put(draft)
        if len(draft.steps) < MOST_STEPS and all(step.source != source for step in draft.steps):
            draft.steps.append(
                Step(
                    source=source,
                    time=moment(one.time),
                    sentence=one.sentence,
                    events=one.events[:MOST_EVENTS],
                    person=one.person,
                )
            )
        return True

    def _put(self, draft: Draft) -> None:
        heapq.heappush(self._queue, (draft.time, len(self.drafts), draft.found.key))

    def _from(self, draft: Draft, key: str) -> Iterator[Found]:
        one = draft.found
        origin = From(
            key=key,
            name=one.name,
            time=draft.time,
            events=frozenset(told.id for told in one.events),
            run=one.run,
        )
        if one.key.startswith("path:"):
            yield from self._from_path(draft, origin)
        elif one.kind is Kind.JOB:
            draft.why = "nothing says that it is not affected"
            yield from of_job(self.evidence, origin)
        else:
            draft.why = "nothing says that it is not affected"
            ways = {
                Kind.IMAGE: self._names.of_image,
                Kind.MODEL: self._names.of_model,
                Kind.COMMIT: self._names.of_commit,
                Kind.REPOSITORY: self._names.of_repository,
            }
            yield from ways[one.kind](origin)

    def _from_path(self, draft: Draft, origin: From) -> Iterator[Found]:
        content = self.evidence.ledger.content(origin.name, origin.time)
        draft.standing, draft.why = judged(content, self._written_again(origin, content))
        if draft.standing is Standing.SUSPECT:
            restored = content.restored
            origin = From(
                key=origin.key,
                name=origin.name,
                time=origin.time,
                events=origin.events,
                restored=restored,
            )
            yield from self._files.of(origin, content)

    def _suspected(self, path: str, time: int) -> bool:
        """Whether a path, or what it is in, was suspect at a time that is over in the walk."""
        drafts = (self.drafts.get(f"path:{name}") for name in (path, *above(path)))
        return any(
            draft.time <= time and draft.standing is Standing.SUSPECT for draft in drafts if draft
        )

    def _written_again(self, origin: From, content: Content) -> bool:
        """Whether somebody wrote it once more before its content was as it had been."""
        files = self.evidence.files
        until = content.restored or 0
        return any(
            files.value("event.type", row) in CHANGING and origin.time < files.times[row] <= until
            for row in self.evidence.paths.at(origin.name, origin.time).tolist()
        )

    def things(self) -> Iterator[Thing]:
        """All that was reached, in order of kind and time."""
        order = list(Kind)
        kept = sorted(
            self.drafts.items(),
            key=lambda one: (order.index(one[1].found.kind), one[1].time, one[0]),
        )
        for key, draft in kept:
            yield Thing(
                key=key,
                kind=draft.found.kind,
                name=draft.found.name,
                time=moment(draft.time),
                standing=draft.standing,
                why=draft.why,
                steps=tuple(sorted(draft.steps, key=lambda step: step.time)),
                distance=draft.distance,
                owner=draft.found.owner,
            )


def judged(content: Content, written_again: bool) -> tuple[Standing, str]:
    """What is thought of a file by what was recorded of its contents since it was reached.

    Trusted where all of them were known before the acts began: what no act can have made. If it
    was written twice, the first time may have been the act and the second its undoing.
    """
    if content.recorded and not content.changed and not written_again:
        return Standing.TRUSTED, "its SHA-256 was already recorded before the act"
    if content.restored:
        return (
            Standing.SUSPECT,
            "it has a content again that was known before; what used it meanwhile is suspect",
        )
    if content.overwritten:
        return Standing.SUSPECT, "it was overwritten: its SHA-256 is not the one recorded before"
    if content.changed:
        return Standing.SUSPECT, "its SHA-256 was not known before the act"
    return Standing.SUSPECT, "no SHA-256 was recorded of it since"
