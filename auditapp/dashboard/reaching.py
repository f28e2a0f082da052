"""What an act reached, as the page shows it: things with their ways, and how far people are."""

import hashlib
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from analytics.governance.impact import Kind, Standing, Step
from analytics.moments import end_of, midnight
from auditapp.accounts import pseudonyms
from auditapp.cases.impacting.working import KINDS, USUAL, Wanted, Worked, wanted
from auditapp.cases.investigation.fields import Wrong
from auditapp.dashboard.days import asked_day

TITLES: dict[Kind, str] = {
    Kind.JOB: "Jobs",
    Kind.CHECKPOINT: "Checkpoints",
    Kind.IMAGE: "Images",
    Kind.MODEL: "Models at the Hub",
    Kind.REPOSITORY: "Branches",
    Kind.COMMIT: "Commits",
    Kind.FILE: "Files and folders",
}
SHOWN = {"": "everything", "open": "suspects still to be looked at", "done": "worked through"}
WHOSE = {"": "everybody's", "others": "other people's"}
GIVEN = ("kind", "what", "since", "until", "only", "whose", "show")


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A step, with what it came from as the list calls it."""

    step: Step
    source: str
    anchor: str  # empty where the source is not on this page
    person: str
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """How far people are with the things of a kind."""

    kind: Kind
    title: str
    reached: int
    open: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A row of the list."""

    row: Worked
    anchor: str
    group: str
    owner: str
    owner_reference: str
    ways: tuple[Way, ...]


def question(given: Mapping[str, str], now: datetime) -> Wanted:
    """What the form asks; days are whole, in UTC, and the last one counts. Raises Wrong."""
    kind, what = given.get("kind", ""), given.get("what", "").strip()
    if kind not in KINDS or "\x00" in what:
        raise Wrong("say a path, a commit or a person")
    if kind == "person":
        person = pseudonyms.dereference(what)
        if person is None:
            raise Wrong("nobody is known by that name; take it from the page of the person")
        what = person.id
    since = asked_day(given.get("since", ""), "from") or (now - USUAL).date()
    until = asked_day(given.get("until", ""), "to")
    return wanted({kind: what}, midnight(since), end_of(until))


def of_whom(rows: Iterable[Worked], whose: str, asked: Wanted) -> list[Worked]:
    """The rows that are not the person's own, if that is asked; what is not known to be anybody's
    may be other people's."""
    own = asked.value if asked.kind == "person" and whose == "others" else None
    return [row for row in rows if own is None or row.thing.owner != own]


def chosen(rows: Iterable[Worked], only: str, show: str) -> list[Worked]:
    """The rows of a kind (or of every one) that `show` is about."""
    of_kind = [row for row in rows if not only or row.thing.kind == only]
    if show == "open":
        return [row for row in of_kind if _is_open(row)]
    return [row for row in of_kind if show != "done" or row.decision]


def _is_open(row: Worked) -> bool:
    return row.thing.standing is Standing.SUSPECT and not row.decision


def grouped(rows: Iterable[Worked]) -> list[Group]:
    """The kinds of which something was reached, in the order of the list."""
    of: dict[Kind, list[Worked]] = {}
    for row in rows:
        of.setdefault(row.thing.kind, []).append(row)
    return [
        Group(
            kind=kind,
            title=TITLES[kind],
            reached=len(of[kind]),
            open=sum(map(_is_open, of[kind])),
            done=sum(row.decision is not None for row in of[kind]),
        )
        for kind in Kind
        if kind in of
    ]


def shown(rows: list[Worked], every: Iterable[Worked]) -> list[Shown]:
    """Rows of one page; `every` are all rows, which say what things are called."""
    called = {row.thing.key: row.thing.name for row in every}
    here = {row.thing.key for row in rows}
    people = {step.person for row in rows for step in row.thing.steps if step.person}
    names = pseudonyms.shown_all(people | {row.thing.owner for row in rows if row.thing.owner})

    def way(step: Step) -> Way:
        return Way(
            step=step,
            source=called.get(step.source or "", ""),
            anchor=anchor(step.source) if step.source in here and step.source else "",
            person=names.get(step.person or "", ""),
            reference=pseudonyms.reference(step.person) if step.person else "",
        )

    return [
        Shown(
            row=row,
            anchor=anchor(row.thing.key),
            group=TITLES[row.thing.kind],
            owner=names.get(row.thing.owner or "", ""),
            owner_reference=pseudonyms.reference(row.thing.owner) if row.thing.owner else "",
            ways=tuple(way(step) for step in row.thing.steps),
        )
        for row in rows
    ]


def anchor(key: str) -> str:
    """Where a thing stands on the page: keys have any letters."""
    return "t" + hashlib.sha256(key.encode()).hexdigest()[:16]


def kept(given: Mapping[str, str], *, without: Container[str] = ()) -> str:
    """The parameters as links carry them on, but for those that the link says itself."""
    return urlencode(
        {name: given[name] for name in GIVEN if given.get(name) and name not in without}
    )
