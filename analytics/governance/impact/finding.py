"""What an expansion or an origin finds: a thing, and how it was reached."""

from dataclasses import dataclass

from analytics.governance.impact.events import Events
from analytics.governance.impact.evidence import Evidence
from analytics.governance.impact.naming import IMAGE_FILE, is_checkpoint, unit
from analytics.governance.impact.reached import Kind, Told


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A thing that was reached at a time (microseconds); `run` is a job's row."""

    kind: Kind
    key: str
    name: str
    time: int
    sentence: str
    events: tuple[Told, ...]
    person: str | None = None
    owner: str | None = None
    run: int = -1


def of_path(
    path: str,
    time: int,
    sentence: str,
    events: tuple[Told, ...],
    *,
    person: str | None = None,
    checkpoint: bool = False,
) -> Found:
    """A file or folder; parts of a checkpoint are that checkpoint."""
    name = unit(path)
    weights = checkpoint or is_checkpoint(name)
    kind = Kind.IMAGE if IMAGE_FILE.search(name) else Kind.CHECKPOINT if weights else Kind.FILE
    return Found(
        kind=kind,
        key=f"path:{name}",
        name=name,
        time=time,
        sentence=sentence,
        events=events,
        person=person,
    )


def of_run(
    evidence: Evidence,
    run: int,
    time: int,
    sentence: str,
    events: tuple[Told, ...] = (),
    person: str | None = None,
) -> Found:
    """A job; its own record is the last of the events."""
    table = evidence.runs.table
    script, began = table["script"][run].as_py(), table["began"][run].as_py()
    ended = table["ended"][run].as_py()
    own = Told(id=table["event"][run].as_py(), time=ended or began)
    return Found(
        kind=Kind.JOB,
        key=f"job:{table['run'][run].as_py()}",
        name=" ".join(filter(None, (table["id"][run].as_py(), script))),
        time=time,
        sentence=sentence,
        events=(*events, own),
        person=person,
        owner=table["owner"][run].as_py(),
        run=run,
    )


def of_name(
    kind: Kind, name: str, events: Events, row: int, sentence: str, time: int | None = None
) -> Found:
    """An image, a model, a repository or a commit, as an event tells."""
    return Found(
        kind=kind,
        key=f"{kind}:{name}",
        name=name,
        time=int(events.times[row]) if time is None else time,
        sentence=sentence,
        events=(events.told(row),),
        person=events.person(row),
    )
