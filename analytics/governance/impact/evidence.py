"""All that is asked of the store for one question, in tables with indexes over them."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.governance.impact import asking
from analytics.governance.impact.asking import asked
from analytics.governance.impact.belonging import Runs
from analytics.governance.impact.events import Events, Texts
from analytics.governance.impact.index import ByName, Rows, of_pairs
from analytics.governance.impact.ledger import Ledger
from analytics.governance.impact.naming import above, depended, image
from analytics.governance.impact.reached import Asked
from analytics.governance.victims import asking as victims
from analytics.governance.victims import runs as jobs
from analytics.identity import Directory
from analytics.site import Site
from analytics.store.base import EventStore
from analytics.store.query import Query

# Commands that name images or models, or do something in the folder in which they run.
SPEAKING = (
    r"\b(?:docker|podman|nerdctl|buildah|img|skopeo|crane|regctl|oras|apptainer|singularity|hf|"
    r"huggingface-cli|git|cp|mv|rsync|ln|install|vi|vim|nvim|nano|emacs|tee|sed|dd|rm|touch|"
    r"truncate|patch)\b|>"
)
MANIFEST = re.compile(
    r"/v2/(?P<name>[^?\s]+?)/manifests/(?P<tag>[A-Za-z0-9_][\w.-]{0,127})(?:\?|$)"
)
LOADED = "checkpoint-loaded"
OF_STEP = ("job.id", "process.command_line")
MOST_ROWS = 5_000  # of one kind that are looked at from one thing
MOST_STEPS = 20  # commands of a job's steps that are looked at
CHANGING = ("change", "creation", "deletion")


@dataclass(frozen=True)
class Evidence:
    """Tables and indexes; times are microseconds since 1970."""

    asked: Asked
    site: Site
    runs: Runs
    files: Events
    commands: Events
    git: Events
    hub: Events
    registry: Events
    on_jobs: Events
    ledger: Ledger
    cut: set[str] = field(default_factory=set)  # of what only the first rows were looked at

    def first(self, rows: Rows) -> list[int]:
        """Some rows, or as many as may be looked at, noting that there are more."""
        if len(rows) > MOST_ROWS:
            self.cut.add(f"only {MOST_ROWS:,} uses")
        found: list[int] = rows[:MOST_ROWS].tolist()
        return found

    @cached_property
    def dependants(self) -> ByName:
        """Runs by what they depend on."""
        table, names, rows = self.runs.table, list[str](), list[int]()
        pairs = zip(table["command"].to_pylist(), table["folder"].to_pylist(), strict=True)
        for row, (command, folder) in enumerate(pairs):
            found = depended(command or "", folder)
            names.extend(found)
            rows.extend([row] * len(found))
        return of_pairs(names, rows, self.runs.began)

    @cached_property
    def reads(self) -> ByName:
        """Reads of files by path."""
        return self._files_with("event.type", "access")

    @cached_property
    def loads(self) -> ByName:
        """What trainings and jobs say that they loaded, by path."""
        return self._files_with("event.action", LOADED)

    def _files_with(self, column: str, value: str) -> ByName:
        table = self.files.table
        chosen = np.asarray(pc.fill_null(pc.equal(table[column], value), False))
        rows = np.flatnonzero(chosen)
        return ByName(table["file.path"].take(pa.array(rows)), self.files.times[rows], rows)

    @cached_property
    def speaks(self) -> npt.NDArray[np.bool_]:
        """For each command whether something may come of it beside what runs."""
        column = self.commands.table["process.command_line"]
        return np.asarray(pc.fill_null(pc.match_substring_regex(column, SPEAKING), False))

    @cached_property
    def paths(self) -> ByName:
        """Events of files by path."""
        return ByName(self.files.table["file.path"], self.files.times)

    @cached_property
    def named(self) -> ByName:
        """Commands by the paths they name, or in which they do something."""
        table = self.commands.table
        encoded = pc.dictionary_encode(table["process.command_line"].combine_chunks())
        texts = encoded.dictionary
        codes = np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1))
        speaking = np.append(np.asarray(pc.match_substring_regex(texts, SPEAKING)), False)
        slashed = np.append(np.asarray(pc.match_substring(texts, "/")), False)
        folders = table["process.working_directory"].to_pylist()
        found: list[tuple[str, ...]] = [
            depended(text, None) if slash else ()
            for text, slash in zip(texts.to_pylist(), slashed.tolist(), strict=False)
        ]
        names, rows = list[str](), list[int]()
        for row in np.flatnonzero(slashed[codes] | speaking[codes]).tolist():
            own = found[codes[row]]
            if speaking[codes[row]] and folders[row]:
                own = (*own, *above(folders[row].rstrip("/"))[:1])
            names.extend(own)
            rows.extend([row] * len(own))
        return of_pairs(names, rows, self.commands.times)

    @cached_property
    def texts(self) -> Texts:
        """Commands by what they hold."""
        return Texts(self.commands.table["process.command_line"], self.commands.times)

    @cached_property
    def run_texts(self) -> Texts:
        """Runs by what their commands hold."""
        return Texts(self.runs.table["command"], self.runs.began)

    @cached_property
    def pulls(self) -> ByName:
        """Requests of a registry by the image that was pulled."""
        table = self.registry.table
        asked_for = zip(
            table["http.request.method"].to_pylist(), table["url.original"].to_pylist(), strict=True
        )
        names = [manifest_of(url) if method == "GET" else None for method, url in asked_for]
        return ByName(pa.array(names, pa.string()), self.registry.times)


def manifest_of(url: str | None) -> str | None:
    """The image whose manifest stands at an address of a registry."""
    found = MANIFEST.search((url or "").partition("?")[0])
    return image(f"{found['name']}:{found['tag']}") if found else None


def gathered(asked_for: Asked, site: Site, store: EventStore) -> Evidence:
    """Asks the store for everything that may bear on the question."""
    since, until = asked_for.since, asked_for.as_of
    people = site.directory
    earlier = since - asking.LOOKED_BACK
    on_jobs = asked(store, since, until, asking.ON_JOBS, asking.OF_JOBS)
    versions = asked(store, earlier, until, victims.JOBS, jobs.COLUMNS)
    steps = asked(store, earlier, until, asking.STEPS, asking.OF_STEPS)
    ran = _told_more(jobs.of_events(versions, people), versions, steps)
    table = pa.concat_tables([ran, _pods(on_jobs, people)])
    tasks = asked(store, earlier, until, asking.TASKS, _OF_TASKS)
    now = int(until.astimezone(UTC).timestamp() * 1e6)

    def events(query: Query, names: tuple[str, ...]) -> Events:
        return Events(asked(store, since, until, query, names), people)

    return Evidence(
        asked=asked_for,
        site=site,
        runs=Runs(table.combine_chunks(), tasks, people, now),
        files=events(asking.FILES, asking.OF_FILES),
        commands=events(asking.COMMANDS, asking.OF_COMMANDS),
        git=events(asking.GIT, asking.OF_GIT),
        hub=events(asking.HUB, asking.OF_HUB),
        registry=events(asking.REGISTRY, asking.OF_REGISTRY),
        on_jobs=Events(on_jobs, people),
        ledger=Ledger(asked(store, None, until, asking.HASHES, asking.OF_HASHES)),
    )


_OF_TASKS = (
    *("@timestamp", "event.action", "job.id", "job.state", "job.nodes", "job.owner"),
    *("host.name", "process.pid", "labels"),
)


def _told_more(table: pa.Table, versions: pa.Table, steps: pa.Table) -> pa.Table:
    """The runs with the comment of each, which submit wrappers fill with what it uses, and with
    what its steps ran, behind its command."""
    comments = pc.map_lookup(versions["labels"], "comment", "first")
    kept = pc.index_in(table["event"], value_set=versions["event.id"].combine_chunks())
    more: dict[str, list[str]] = {}
    for job, text in zip(*(steps[name].to_pylist() for name in OF_STEP), strict=True):
        texts = more.setdefault(job.partition(".")[0], [])
        if text not in texts and len(texts) < MOST_STEPS:
            texts.append(text)
    ran = pa.array([" ; ".join(more.get(job, ())) for job in table["id"].to_pylist()], pa.string())
    parts = (pc.fill_null(one, "") for one in (table["command"], comments.take(kept), ran))
    command = pc.binary_join_element_wise(*parts, " ; ")
    return table.set_column(table.schema.get_field_index("command"), "command", command)


def _pods(events: pa.Table, people: Directory) -> pa.Table:
    """Pods and jobs of Kubernetes as runs that began when they were made, on no known node; their
    command is followed by the image."""
    made = events.filter(
        pc.fill_null(
            pc.is_in(events["event.action"], pa.array(["create pods", "create jobs"])), False
        )
    )
    if not made.num_rows:
        return jobs.SCHEMA.empty_table()
    images = pc.map_lookup(made["labels"], "image", "first")
    times = pc.cast(made["@timestamp"].cast(pa.int64()), pa.string())
    command = pc.binary_join_element_wise(
        pc.fill_null(made["process.command_line"], ""), pc.fill_null(images, ""), " "
    )
    columns = {
        "run": pc.binary_join_element_wise("pod", made["job.id"], times, " "),
        "id": made["job.id"],
        "array": made["job.id"],
        "event": made["event.id"],
        "account": made["actor.account"],
        "owner": people.persons(made["actor.account"], made["@timestamp"]),
        "began": made["@timestamp"],
        "command": command,
    }
    nothing = {field.name: pa.nulls(made.num_rows, field.type) for field in jobs.SCHEMA}
    found = pa.table([columns.get(one.name, nothing[one.name]) for one in jobs.SCHEMA], jobs.SCHEMA)
    return found.filter(pc.is_valid(found["id"]))


def moment(time: int) -> datetime:
    """Microseconds as a time."""
    return datetime.fromtimestamp(time / 1e6, UTC)
