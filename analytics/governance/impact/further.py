"""Ways from jobs, images, models, commits and repositories."""

import re
from collections.abc import Iterator
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.impact.events import Events
from analytics.governance.impact.evidence import CHANGING, MOST_ROWS, Evidence, manifest_of
from analytics.governance.impact.finding import Found, of_name, of_path, of_run
from analytics.governance.impact.index import ByName
from analytics.governance.impact.naming import image, is_somebodys
from analytics.governance.impact.reached import Kind, Told
from analytics.governance.impact.ways import From, deed_of, products, runs_of

SHA = re.compile(r"(?<![0-9a-f])[0-9a-f]{7,40}(?![0-9a-f])")
PARTED = re.compile(r"[\s=,;'\"]+")
MERGED = "pull_request.merged"
LANDING = ("push", "git-commit", MERGED)
LEAST_SHA = 7  # digits of a commit that is written short, as git does


def of_job(evidence: Evidence, origin: From) -> Iterator[Found]:
    """What a job wrote and sent out since it was reached."""
    yield from _manifest(evidence, origin)
    yield from _written(evidence, origin)
    for row in _by(evidence, evidence.commands, origin, evidence.speaks):
        yield from products(evidence.commands, row, deed_of(evidence.commands, row), "by it")
    for row in _by(evidence, evidence.hub, origin):
        if evidence.hub.value("event.action", row) != "hf-download":
            name = evidence.hub.value("hf.repo", row)
            yield of_name(Kind.MODEL, name, evidence.hub, row, "was uploaded by it")
    for row in _by(evidence, evidence.registry, origin):
        if name := pushed(evidence.registry, row):
            yield of_name(Kind.IMAGE, name, evidence.registry, row, "was pushed by it")


def _manifest(evidence: Evidence, origin: From) -> Iterator[Found]:
    ledger, runs = evidence.ledger, evidence.runs
    job = runs.table["id"][origin.run].as_py()
    for row in ledger.jobs.at(job, origin.time)[:MOST_ROWS].tolist():
        time = int(ledger.times[row])
        recorded = ledger.table["event.action"][row].as_py() == "checkpoint-recorded"
        if recorded and origin.run in runs.of_job(job, time):
            path = ledger.table["file.path"][row].as_py()
            told = Told(
                id=ledger.table["event.id"][row].as_py(),
                time=ledger.table["@timestamp"][row].as_py(),
            )
            yield of_path(path, time, "was written by it", (told,), checkpoint=True)


def _written(evidence: Evidence, origin: From) -> Iterator[Found]:
    files = evidence.files
    for row in _by(evidence, files, origin):
        path = files.value("file.path", row)
        if files.value("event.type", row) not in CHANGING or not is_somebodys(path):
            continue
        saved = files.value("event.action", row) == "checkpoint-saved"
        told = (files.told(row),)
        yield of_path(path, int(files.times[row]), "was written by it", told, checkpoint=saved)


def _by(
    evidence: Evidence,
    events: Events,
    origin: From,
    chosen: npt.NDArray[np.bool_] | None = None,
) -> list[int]:
    """Rows of what a job did since it was reached, of those that are chosen."""
    runs, run = evidence.runs, origin.run
    rows = [events.by_job.at(runs.table["id"][run].as_py(), origin.time)]
    for node in runs.nodes[run]:
        there = events.by_hand.at(f"{runs.who[run]}@{node}", origin.time)
        rows.append(there[events.times[there] <= runs.ended[run]])
    every = np.concatenate(rows)
    found = evidence.first(every if chosen is None else every[chosen[every]])
    return [row for row in dict.fromkeys(found) if run in runs.of_place(events.place(row))[0]]


def pushed(registry: Events, row: int) -> str | None:
    """The image whose manifest was put into a registry."""
    put = registry.value("http.request.method", row) == "PUT"
    return manifest_of(registry.value("url.original", row)) if put else None


def landed(git: Events, row: int) -> int:
    """When a commit was pushed, where that is told: its own time is what its author says."""
    pushed_at = dict(git.value("labels", row) or ()).get("pushed")
    try:
        time = datetime.fromisoformat(pushed_at or "")
    except ValueError:
        return int(git.times[row])
    return int(time.timestamp() * 1e6) if time.tzinfo else int(git.times[row])


class NameWays:
    """Finds what used an image or a model, and where a commit went."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        git = evidence.git
        self._commits = ByName(git.table["git.commit"], git.times)
        place = pc.binary_join_element_wise(
            git.table["git.repository"], pc.fill_null(git.table["git.branch"], ""), " "
        )
        self._branches = ByName(place, git.times)
        numbers = git.table["git.pull_request"].cast(pa.string())
        self._pulls = ByName(
            pc.binary_join_element_wise(git.table["git.repository"], numbers, "#"), git.times
        )
        self._models = ByName(evidence.hub.table["hf.repo"], evidence.hub.times)

    def of_image(self, origin: From) -> Iterator[Found]:
        """Jobs that run it or pull it, images made of it."""
        yield from self._speaking(origin, origin.name.rpartition(":")[0], True)
        for row in self.evidence.pulls.at(origin.name, origin.time)[:MOST_ROWS].tolist():
            yield from runs_of(self.evidence, self.evidence.registry, row, "pulled it")

    def of_model(self, origin: From) -> Iterator[Found]:
        """Jobs that download it or name it, and copies that were downloaded."""
        yield from self._speaking(origin, origin.name, False)
        hub = self.evidence.hub
        for row in self._models.at(origin.name, origin.time)[:MOST_ROWS].tolist():
            if hub.value("event.action", row) == "hf-download":
                yield from runs_of(self.evidence, hub, row, "downloaded it")

    def _speaking(self, origin: From, text: str, is_image: bool) -> Iterator[Found]:
        evidence, commands = self.evidence, self.evidence.commands
        for run in evidence.first(evidence.run_texts.holding(text, origin.time)):
            words = PARTED.split(evidence.runs.table["command"][run].as_py())
            if any(_called(word, origin.name, is_image) for word in words if word):
                began = int(evidence.runs.began[run])
                yield of_run(evidence, run, began, "started after that, and names it")
        for row in evidence.first(evidence.texts.holding(text, origin.time)):
            if commands.value("event.id", row) in origin.events:
                continue
            done = deed_of(commands, row)
            if origin.name in done.names:
                yield from products(commands, row, done, "from it")
            words = PARTED.split(commands.value("process.command_line", row))
            if any(_called(word, origin.name, is_image) for word in words if word):
                yield from runs_of(evidence, commands, row, "ran a command that names it")

    def of_commit(self, origin: From) -> Iterator[Found]:
        """Branches to which it was pushed or merged, and jobs that ran it."""
        git = self.evidence.git
        for row in self.rows_of(origin.name):
            time, action = max(landed(git, row), origin.time), git.value("event.action", row)
            if git.value("event.module", row) != "git":
                if git.times[row] >= origin.time:
                    yield from runs_of(self.evidence, git, row, "ran that commit")
            elif action in LANDING:
                yield from self._branch(row, time)
            else:
                yield from self._merged(row, origin)
        runs = self.evidence.runs
        for run in self.evidence.run_texts.holding(origin.name[:LEAST_SHA], origin.time).tolist():
            if any(
                origin.name.startswith(sha)
                for sha in SHA.findall(runs.table["command"][run].as_py())
            ):
                began = int(runs.began[run])
                yield of_run(self.evidence, run, began, "started after that, and names it")

    def _branch(self, row: int, time: int) -> Iterator[Found]:
        git = self.evidence.git
        if repository := git.value("git.repository", row):
            name = f"{repository} {git.value('git.branch', row) or ''}".rstrip()
            sentence = "contains it, as was told then"
            yield of_name(Kind.REPOSITORY, name, git, row, sentence, time)

    def _merged(self, row: int, origin: From) -> Iterator[Found]:
        """What a pull request became of which it was the head."""
        git = self.evidence.git
        number = git.value("git.pull_request", row)
        if number is None:
            return
        name = f"{git.value('git.repository', row)}#{number}"
        for merge in self._pulls.at(name, origin.time).tolist():
            if git.value("event.action", merge) == MERGED and git.value("git.commit", merge):
                commit = git.value("git.commit", merge)
                sentence = "is what its pull request became when it was merged"
                yield of_name(Kind.COMMIT, commit, git, merge, sentence)
                yield from self._branch(merge, int(git.times[merge]))

    def rows_of(self, commit: str) -> list[int]:
        """Rows of a commit, and of such as write it short."""
        found: list[int] = self._commits.at(commit, 0).tolist()
        for size in range(LEAST_SHA, len(commit)):
            found += self._commits.at(commit[:size], 0).tolist()
        return list(found[:MOST_ROWS])

    def of_repository(self, origin: From) -> Iterator[Found]:
        """Jobs that ran a later commit of the branch, and folders in which it was checked out."""
        git = self.evidence.git
        repository, _, branch = origin.name.partition(" ")
        later = self._branches.at(f"{repository} {branch}", origin.time)[:MOST_ROWS].tolist()
        heads = {
            git.value("git.commit", row)
            for row in later
            if git.value("event.action", row) == "push"
        }
        for head in sorted(heads):
            for row in self.rows_of(head):
                if git.value("job.id", row) and git.times[row] >= origin.time:
                    yield from runs_of(self.evidence, git, row, "ran a later commit of that branch")
        yield from self._checkouts(origin, repository)

    def _checkouts(self, origin: From, repository: str) -> Iterator[Found]:
        commands = self.evidence.commands
        short = repository.rpartition("/")[2].lower()
        for row in self.evidence.texts.holding("git ", origin.time)[:MOST_ROWS].tolist():
            for folder, name in sorted(deed_of(commands, row).checkouts):
                if name.lower() == short and is_somebodys(folder):
                    told = (commands.told(row),)
                    sentence = "was updated from it by a git command"
                    time, person = int(commands.times[row]), commands.person(row)
                    yield of_path(folder, time, sentence, told, person=person)


def _called(word: str, name: str, is_image: bool) -> bool:
    return (image(word) if is_image else word) == name
