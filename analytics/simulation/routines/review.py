"""Changes of shared code: branches, pull requests, reviews by colleagues, merges."""

from dataclasses import dataclass, replace
from datetime import date

from analytics.simulation.calendar import HOUR, at, holiday, written
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.formats.github_webhook import Commit, Event, Pull, Push, commit_id, user
from analytics.simulation.organisation import (
    REPOSITORIES,
    SHARED_LIBRARIES,
    Organisation,
    Person,
)
from analytics.simulation.vocabulary import CHANGES, FILES, WORDS
from analytics.simulation.world import World

DAILY = {"researcher": 0.3, "engineer": 0.6, "data engineer": 0.4, "administrator": 0.3}
BOT, BOT_MAIL = "northlab-release[bot]", "41898282+northlab-release[bot]@users.noreply.github.com"
WEB = ("GitHub", "noreply@github.com", "web-flow")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that somebody will propose at a moment."""

    person: Person
    repository: str
    moment: float
    day: date


def proposals(world: World, day: date) -> list[Proposal]:
    """The pull requests that are opened on a day, in order of time."""
    found = []
    for person in world.organisation.people:
        if not world.calendar.works(person, day):
            continue
        rng = world.chance("proposals", person.id, day)
        arrives, leaves = world.calendar.hours(person, day)
        for _ in range(int(rng.poisson(DAILY[person.role]))):
            found.append(
                Proposal(
                    person=person,
                    repository=_repository(person, rng),
                    moment=between(rng, arrives + 0.5 * HOUR, leaves - 0.2 * HOUR),
                    day=day,
                )
            )
    return sorted(found, key=lambda proposal: proposal.moment)


def _repository(person: Person, rng: Chance) -> str:
    own = [name for name, team in REPOSITORIES.items() if team == person.team]
    return pick(rng, [*own, *own, "trainlib"])


def propose(world: World, proposal: Proposal) -> None:
    """A pull request from its branch to its merge, whatever days that takes."""
    person, name = proposal.person, proposal.repository
    rng = world.chance("pull", person.id, name, int(proposal.moment))
    if person.second and happens(rng, 0.3):
        person = replace(person, github=person.second)
    world.pulls[name] = number = world.pulls.get(name, 100) + 1
    word = pick(rng, WORDS)
    docs = happens(rng, 0.12)
    title = f"Document {word}" if docs else pick(rng, CHANGES).format(word=word)
    files = ("docs/guide.md",) if docs else _files(name, rng)
    commits = tuple(
        commit(person, proposal.moment - 900 * (3 - index), title, files, (name, number, index))
        for index in range(1 if docs else int(rng.integers(1, 4)))
    )
    branch = f"{person.login}/{word}-{number}"
    pull = Pull(
        repository=name, number=number, title=title, login=person.github, branch=branch,
        head=commits[-1].id, opened=proposal.moment, added=int(rng.lognormal(3.5, 1.0)) + 1,
        deleted=int(rng.lognormal(2.5, 1.0)), files=files, commits=len(commits),
    )  # fmt: skip
    world.forge.put(proposal.moment - 60, push(person, name, branch, commits, created=True))
    world.forge.put(proposal.moment, _event(pull, person.github, "opened", pull.payload("open")))
    if docs and happens(rng, 0.5):
        merge(world, pull, person, proposal.moment + between(rng, 120, 3000))
        return
    _reviewed(world, pull, person, rng)


def _reviewed(world: World, pull: Pull, author: Person, rng: Chance) -> None:
    """One or two colleagues look at it; now and then changes are asked for first."""
    reviewer = pick(rng, reviewers(world.organisation, author))
    soon = pull.opened + HOUR * float(rng.lognormal(0.8, 1.0))
    moment = world.calendar.next_working(reviewer, soon)
    if happens(rng, 0.2):
        review(world, pull, reviewer, moment, "changes_requested")
        moment = world.calendar.next_working(author, moment + between(rng, 1800, 4 * HOUR))
        again = commit(author, moment - 120, "Address review", pull.files[:1], (pull.title, moment))
        world.forge.put(moment, push(author, pull.repository, pull.branch, (again,)))
        pull = replace(pull, head=again.id, commits=pull.commits + 1)
        synchronised = _event(pull, author.github, "synchronize", pull.payload("open"))
        world.forge.put(moment + 2, synchronised)
        moment = world.calendar.next_working(reviewer, moment + between(rng, 600, 5 * HOUR))
    if happens(rng, 0.04):
        return  # left open
    review(world, pull, reviewer, moment, "approved")
    if happens(rng, 0.25):
        second = pick(rng, reviewers(world.organisation, author))
        later = world.calendar.next_working(second, moment + between(rng, 300, 3 * HOUR))
        review(world, pull, second, later, "approved")
        moment = later
    merger = author if happens(rng, 0.8) else reviewer
    merge(world, pull, merger, world.calendar.next_working(merger, moment + between(rng, 60, 7200)))


def releases(world: World, day: date) -> None:
    """A bot pushes the new version to main of each shared library on Thursdays, and proposes newer
    dependencies on Mondays, which somebody of infra approves and merges."""
    if holiday(day) or day.weekday() not in (0, 3):
        return
    for name in (*SHARED_LIBRARIES, "evalsuite"):
        rng = world.chance("release bot", name, day)
        moment = at(day, between(rng, 5.0, 5.5))
        title = f"Bump version for week {day:%V}" if day.weekday() == 3 else "Update dependencies"
        change = Commit(
            id=commit_id(name, day, BOT), message=title, moment=moment - 20,
            author=(BOT, BOT_MAIL, BOT), committer=(BOT, BOT_MAIL, BOT),
            modified=("pyproject.toml",),
        )  # fmt: skip
        if day.weekday() == 3:
            push_of_bot = Push(repository=name, branch="main", login=BOT, mail=BOT_MAIL,
                               commits=(change,))  # fmt: skip
            world.forge.put(moment, push_of_bot)
            continue
        world.pulls[name] = number = world.pulls.get(name, 100) + 1
        branch = f"update/{day:%Y-%m-%d}"
        pull = Pull(
            repository=name, number=number, title=title, login=BOT, branch=branch, head=change.id,
            opened=moment, added=4, deleted=4, files=change.modified, commits=1,
        )  # fmt: skip
        made = Push(repository=name, branch=branch, login=BOT, mail=BOT_MAIL, commits=(change,),
                    created=True)  # fmt: skip
        world.forge.put(moment - 5, made)
        world.forge.put(moment, _event(pull, BOT, "opened", pull.payload("open")))
        keeper = pick(rng, world.organisation.team("infra"))
        seen = world.calendar.next_working(keeper, moment + between(rng, 4, 9) * HOUR)
        review(world, pull, keeper, seen, "approved")
        merge(world, pull, keeper, seen + between(rng, 30, 600))


def reviewers(organisation: Organisation, author: Person) -> list[Person]:
    """Who might look at an author's change: the team, and infra for small teams."""
    team = [person for person in organisation.team(author.team) if person is not author]
    others = [person for person in organisation.people if person is not author]
    return team if len(team) > 1 else others


def review(world: World, pull: Pull, reviewer: Person, moment: float, state: str) -> None:
    """A review of the pull request's present head."""
    payload = {
        "action": "submitted",
        "review": {
            "id": pull.payload("open")["id"] + int(moment) % 1_000_000,
            "user": user(reviewer.github),
            "body": "Looks good." if state == "approved" else "Please see the comments.",
            "commit_id": pull.head,
            "submitted_at": written(moment),
            "state": state,
            "author_association": "MEMBER",
        },
        "pull_request": pull.payload("open"),
        "sender": user(reviewer.github),
    }
    world.forge.put(moment, Event(kind="pull_request_review", repository=pull.repository,
                                  payload=payload))  # fmt: skip


def merge(world: World, pull: Pull, merger: Person, moment: float) -> None:
    """The pull request is merged in the browser: it is closed and main moves."""
    landed = commit(
        merger, moment, f"Merge pull request #{pull.number} from {pull.branch}\n\n{pull.title}",
        pull.files, (pull.repository, pull.number, "merge"), web=True,
    )  # fmt: skip
    closed = pull.payload(
        "closed",
        merged=True,
        merged_at=written(moment),
        closed_at=written(moment),
        merge_commit_sha=landed.id,
        merged_by=user(merger.github),
        **pull.size(),
    )
    world.forge.put(moment, _event(pull, merger.github, "closed", closed))
    world.forge.put(moment + 1, push(merger, pull.repository, "main", (landed,)))


def commit(
    person: Person,
    moment: float,
    message: str,
    files: tuple[str, ...],
    identity: tuple[object, ...],
    *,
    web: bool = False,
) -> Commit:
    """A commit of a person that changes files; one made in the browser is GitHub's to commit."""
    who = (person.name, person.mail, person.github)
    return Commit(
        id=commit_id(*identity, person.id),
        message=message,
        moment=moment,
        author=who,
        committer=WEB if web else who,
        modified=files,
    )


def push(
    person: Person,
    name: str,
    branch: str,
    commits: tuple[Commit, ...],
    *,
    created: bool = False,
    forced: bool = False,
) -> Push:
    """A person's push of commits to a branch."""
    return Push(
        repository=name, branch=branch, login=person.github, mail=person.mail, commits=commits,
        created=created, forced=forced,
    )  # fmt: skip


def _files(name: str, rng: Chance) -> tuple[str, ...]:
    root = name.replace("-", "_")
    return tuple(dict.fromkeys(f"{root}/{pick(rng, FILES[:7])}" for _ in range(3)))


def _event(pull: Pull, sender: str, action: str, payload: dict[str, object]) -> Event:
    return Event(
        kind="pull_request",
        repository=pull.repository,
        payload={
            "action": action,
            "number": pull.number,
            "pull_request": payload if action == "closed" else {**payload, **pull.size()},
            "sender": user(sender),
        },
    )
