"""Where the walk begins: what a person did, what was done to a path, a commit."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.impact.events import Events
from analytics.governance.impact.evidence import CHANGING, Evidence
from analytics.governance.impact.finding import Found, of_name, of_path, of_run
from analytics.governance.impact.further import LANDING, LEAST_SHA, MERGED, landed, pushed
from analytics.governance.impact.index import NONE, Rows
from analytics.governance.impact.naming import is_somebodys, unit
from analytics.governance.impact.reached import Kind
from analytics.governance.impact.ways import deed_of, products
from analytics.selection import has

DONE = {"deletion": "was deleted", "creation": "was made", "change": "was changed"}
# To approve a commit, or to speak about it, is not to bring it.
BROUGHT = (*LANDING, "pull_request.opened", "pull_request.synchronize")
MADE = ("create pods", "create jobs")


class Origins:
    """Finds acts with since ≤ time < until (microseconds)."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.since = int(evidence.asked.since.timestamp() * 1e6)
        self.until = int(evidence.asked.until.timestamp() * 1e6)

    def found(self) -> Iterator[Found]:
        """What the acts that were asked for reached at once."""
        asked = self.evidence.asked
        if asked.person:
            yield from self._of_person(asked.person)
        elif asked.path:
            yield from self._of_path(asked.path)
        elif asked.commit:
            yield from self._of_commit(asked.commit.lower())

    def _within(self, events: Events, rows: Rows) -> list[int]:
        times = events.times[rows]
        found: list[int] = rows[(times >= self.since) & (times < self.until)].tolist()
        return found

    def _own(self, events: Events, person: str) -> list[int]:
        return self._within(events, events.by_person.at(person, self.since))

    def _of_person(self, person: str) -> Iterator[Found]:
        evidence = self.evidence
        for row in self._own(evidence.files, person):
            yield from self._changed(row)
        for row in self._own(evidence.commands, person):
            yield from self._typed(row)
        yield from self._commits_of(person)
        runs = evidence.runs
        for run in np.flatnonzero((runs.began >= self.since) & (runs.began < self.until)).tolist():
            if runs.who[run] == person:
                yield of_run(evidence, run, int(runs.began[run]), "is their own job", (), person)
        for row in self._own(evidence.on_jobs, person):
            yield from self._touched(row, person)
        for row in self._own(evidence.hub, person):
            if evidence.hub.value("event.action", row) != "hf-download":
                name = evidence.hub.value("hf.repo", row)
                yield of_name(Kind.MODEL, name, evidence.hub, row, "was changed at the Hub")
        for row in self._own(evidence.registry, person):
            if name := pushed(evidence.registry, row):
                yield of_name(Kind.IMAGE, name, evidence.registry, row, "was pushed")

    def _changed(self, row: int) -> Iterator[Found]:
        files = self.evidence.files
        path, kind = files.value("file.path", row), files.value("event.type", row)
        if kind in CHANGING and is_somebodys(path):
            person, told = files.person(row), (files.told(row),)
            yield of_path(path, int(files.times[row]), DONE[kind], told, person=person)

    def _typed(self, row: int) -> Iterator[Found]:
        commands = self.evidence.commands
        if self.evidence.speaks[row]:
            for one in products(commands, row, deed_of(commands, row), "by a command"):
                if not one.key.startswith("path:") or is_somebodys(one.name):
                    yield one

    def _commits_of(self, person: str) -> Iterator[Found]:
        git, people = self.evidence.git, self.evidence.site.directory
        times = git.table["@timestamp"]
        own = pa.array(np.zeros(git.table.num_rows, dtype=bool))
        for name in ("actor.account", "git.author", "git.pusher"):
            who = people.persons(git.table[name], times)
            own = pc.or_(own, pc.fill_null(pc.equal(who, person), False))
        theirs = pc.and_(own, has(git.table, "event.action", *BROUGHT))
        for row in self._within(git, np.flatnonzero(np.asarray(theirs))):
            commit, time = git.value("git.commit", row), landed(git, row)
            merged = git.value("event.action", row) == MERGED
            how = "was merged" if merged else "was made or pushed"
            yield of_name(Kind.COMMIT, commit, git, row, how, time)

    def _touched(self, row: int, person: str) -> Iterator[Found]:
        evidence, events = self.evidence, self.evidence.on_jobs
        action, time = events.value("event.action", row), int(events.times[row])
        told = (events.told(row),)
        if action in MADE:
            return
        if action == "sent-signal":
            owner = events.value("owner.account", row)
            who = evidence.site.directory.who(owner, events.value("@timestamp", row))
            runs = evidence.runs.on_node(events.value("host.name", row), who, time)
            sentence = "ran on a node on which a process of its owner was sent a signal"
        else:
            job = events.value("job.id", row)
            runs = evidence.runs.of_job(job, time) if job else []
            sentence = f"{action.replace('job-', 'was ')} by them"
        for run in runs:
            if evidence.runs.who[run] != person:
                yield of_run(evidence, run, time, sentence, told, person)

    def _of_path(self, path: str) -> Iterator[Found]:
        evidence, clean, some = self.evidence, path.rstrip("/"), False
        name = unit(clean)
        for rows in (evidence.paths.at(clean, self.since), evidence.paths.below(clean, self.since)):
            for row in self._within(evidence.files, rows):
                for one in self._changed(row):
                    some = True
                    yield one
        for rows in (evidence.named.at(clean, self.since), evidence.named.below(clean, self.since)):
            for row in self._within(evidence.commands, rows):
                for one in self._typed(row):
                    if one.name == name or one.name.startswith(f"{clean}/"):
                        some = True
                        yield one
        if not some:
            sentence = "was asked for; nobody was seen to change it"
            yield of_path(clean, self.since, sentence, ())

    def _of_commit(self, commit: str) -> Iterator[Found]:
        """The commit, by its full name where an event has it, from when it was first seen."""
        git = self.evidence.git
        known = pc.fill_null(pc.starts_with(git.table["git.commit"], commit), False)
        rows = np.flatnonzero(np.asarray(known)) if len(commit) >= LEAST_SHA else NONE
        for row in self._within(git, rows):
            if git.value("event.module", row) == "git":
                sentence, time = "was asked for, and seen then", landed(git, row)
                yield of_name(Kind.COMMIT, git.value("git.commit", row), git, row, sentence, time)
