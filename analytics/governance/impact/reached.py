"""What comes out: things that were reached, how each was, and whether it can be trusted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a thing is. The order is that of a list to work through."""

    JOB = "job"
    CHECKPOINT = "checkpoint"
    IMAGE = "image"
    MODEL = "model"  # or data set, at the Hub or its mirror
    REPOSITORY = "repository"
    COMMIT = "commit"
    FILE = "file"


class Standing(StrEnum):
    """What is thought of a thing: `cleared` only by people, the others also by what logs say."""

    SUSPECT = "suspect"
    TRUSTED = "trusted"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event that says so: enough to find it again."""

    id: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way in which a thing was reached: from which other (None: by the act itself), when, by
    whom where that is known, and the events that say so. The sentence names no person."""

    source: str | None
    time: datetime
    sentence: str
    events: tuple[Told, ...]
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something that was reached: `key` tells it apart, `distance` is the number of steps."""

    key: str
    kind: Kind
    name: str
    time: datetime
    standing: Standing
    why: str
    steps: tuple[Step, ...]
    distance: int
    owner: str | None = None  # a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Whose or what: one of a person's id, an absolute path (a file or folder) and a commit (at
    least seven digits); acts with since ≤ time < until, and what came of them until `as_of`."""

    since: datetime
    until: datetime
    as_of: datetime
    person: str = ""
    path: str = ""
    commit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What was reached, in order of kind and time; `notes` say what is not in the list."""

    asked: Asked
    things: tuple[Thing, ...]
    notes: tuple[str, ...] = ()
