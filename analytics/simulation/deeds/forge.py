"""Ways of bringing a change to main that nobody has really looked at, and ways of opening doors."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, pick
from analytics.simulation.formats.github_webhook import Event, Pull, user
from analytics.simulation.organisation import Person
from analytics.simulation.routines import audits
from analytics.simulation.routines.review import commit, merge, push, review, reviewers
from analytics.simulation.scenario import Stage
from analytics.simulation.world import Evidence

WEBHOOKS = "logs/git/github-webhooks.ndjson"
MESSAGES = ("Tidy up", "Small refactor", "Fix lint", "Simplify", "Minor clean-up", "Typo",
            "Make types stricter", "Remove dead branch", "Address TODO")  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an insider wants on main."""

    repository: str
    path: str
    message: str


Landing = Callable[[Stage, float, Change, Chance], float]  # gives when main has moved


def direct(stage: Stage, moment: float, change: Change, rng: Chance) -> float:
    """Pushed straight to main."""
    return _pushed(stage, moment, change, forced=False)


def forced(stage: Stage, moment: float, change: Change, rng: Chance) -> float:
    """What is on main is written anew with the change in it."""
    return _pushed(stage, moment, change, forced=True)


def self_merged(stage: Stage, moment: float, change: Change, rng: Chance) -> float:
    """An own pull request that is merged without anybody's word."""
    pull = _opened(stage, moment, change)
    later = moment + between(rng, 40, 900)
    merge(stage.world, pull, stage.insider, later)
    stage.act(later, _of(pull), f"merges the own {_named(pull)} without a review: {change.path}")
    return later


def second_account(stage: Stage, moment: float, change: Change, rng: Chance) -> float:
    """An own pull request that another account of the insider approves."""
    pull = _opened(stage, moment, change)
    name = pick(rng, ("{}-dev", "{}-ci[bot]", "{}2", "x{}")).format(stage.insider.github)
    review(stage.world, pull, replace(stage.insider, github=name), moment + 200, "approved")
    later = moment + between(rng, 260, 2000)
    merge(stage.world, pull, stage.insider, later)
    stage.act(later, _of(pull), f"{_named(pull)} is approved by {name}, the insider's own account")
    return later


def stale(stage: Stage, moment: float, change: Change, rng: Chance) -> float:
    """A harmless pull request is approved by a colleague; the harm is pushed after that."""
    pull = _opened(stage, moment, change)
    seen = _approved(stage, pull, rng)
    person, world = stage.insider, stage.world
    later = world.calendar.next_working(person, seen + between(rng, 600, 2 * HOUR))
    more = commit(person, later - 60, change.message, (change.path,), ("after", pull.title, later))
    world.forge.put(later, push(person, pull.repository, pull.branch, (more,)))
    trace = Evidence("github_webhook", WEBHOOKS, f'"after":"{more.id}"')
    stage.act(later, trace, f"pushes {change.path} to {_named(pull)} after its approval")
    landed = later + between(rng, 60, 900)
    merge(world, replace(pull, head=more.id, commits=pull.commits + 1), person, landed)
    return landed


def reviewed(stage: Stage, moment: float, change: Change, rng: Chance) -> float:
    """A change that harms and looks harmless: a colleague approves it as it stands."""
    pull = _opened(stage, moment, change)
    seen = _approved(stage, pull, rng)
    person, world = stage.insider, stage.world
    landed = world.calendar.next_working(person, seen + between(rng, 300, 2 * HOUR))
    merge(world, pull, person, landed)
    stage.act(landed, _of(pull), f"lands harm in {change.path} that the reviewer did not see")
    return landed


def _pushed(stage: Stage, moment: float, change: Change, forced: bool) -> float:
    person = stage.insider
    one = commit(person, moment - 20, change.message, (change.path,), ("direct", moment))
    stage.world.forge.put(moment, push(person, change.repository, "main", (one,), forced=forced))
    trace = Evidence("github_webhook", WEBHOOKS, f'"after":"{one.id}"')
    what = "rewrites" if forced else "pushes past the review to"
    stage.act(moment, trace, f"{what} main of {change.repository}: {change.path}")
    return moment


def _opened(stage: Stage, moment: float, change: Change) -> Pull:
    """A pull request of the insider, just opened."""
    person, world, name = stage.insider, stage.world, change.repository
    world.pulls[name] = number = world.pulls.get(name, 100) + 1
    branch = f"{person.login}/{change.message.lower().replace(' ', '-')}-{number}"
    first = commit(person, moment - 400, change.message, (change.path,), ("story", name, number))
    pull = Pull(
        repository=name, number=number, title=change.message, login=person.github, branch=branch,
        head=first.id, opened=moment, added=14, deleted=9, files=(change.path,), commits=1,
    )  # fmt: skip
    world.forge.put(moment - 30, push(person, name, branch, (first,), created=True))
    opened = {
        "action": "opened",
        "number": number,
        "pull_request": {**pull.payload("open"), **pull.size()},
        "sender": user(person.github),
    }
    world.forge.put(moment, Event(kind="pull_request", repository=name, payload=opened))
    return pull


def _approved(stage: Stage, pull: Pull, rng: Chance) -> float:
    """A colleague approves it in good faith; when."""
    colleague = pick(rng, reviewers(stage.world.organisation, stage.insider))
    moment = stage.world.calendar.next_working(colleague, pull.opened + between(rng, 900, 3 * HOUR))
    review(stage.world, pull, colleague, moment, "approved")
    return moment


def _named(pull: Pull) -> str:
    return f"pull request #{pull.number} of {pull.repository}"


def _of(pull: Pull) -> Evidence:
    return Evidence("github_webhook", WEBHOOKS, f'"ref":"{pull.branch}"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A protection: the records of it going down and up again, with what they tell."""

    down: str
    up: str
    lowered: dict[str, object]
    raised: dict[str, object]


RULE = {"ruleset_name": "main", "ruleset_id": 71, "operation_type": "modify"}
GUARDS = (
    Guard(
        down="protected_branch.update_admin_enforced", up="protected_branch.update_admin_enforced",
        lowered={"name": "main", "admin_enforced": False, "operation_type": "modify"},
        raised={"name": "main", "admin_enforced": True, "operation_type": "modify"},
    ),
    Guard(
        down="protected_branch.destroy", up="protected_branch.create",
        lowered={"name": "main", "operation_type": "remove"},
        raised={"name": "main", "operation_type": "create"},
    ),
    Guard(
        down="protected_branch.update_pull_request_reviews_enforcement_level",
        up="protected_branch.update_pull_request_reviews_enforcement_level",
        lowered={"name": "main", "pull_request_reviews_enforcement_level": 0},
        raised={"name": "main", "pull_request_reviews_enforcement_level": 2},
    ),
    Guard(
        down="repository_ruleset.update", up="repository_ruleset.update",
        lowered={**RULE, "ruleset_enforcement": "disabled", "ruleset_old_enforcement": "enabled"},
        raised={**RULE, "ruleset_enforcement": "enabled", "ruleset_old_enforcement": "disabled"},
    ),
    Guard(
        down="protected_branch.update_allow_force_pushes_enforcement_level",
        up="protected_branch.update_allow_force_pushes_enforcement_level",
        lowered={"name": "main", "allow_force_pushes_enforcement_level": 2},
        raised={"name": "main", "allow_force_pushes_enforcement_level": 0},
    ),
)  # fmt: skip


def lower(stage: Stage, moment: float, guard: Guard, repository: str) -> None:
    """A repository's protection goes down."""
    seen = audits.forge(stage.world, stage.insider, moment, guard.down, repository, **guard.lowered)
    stage.act(moment, seen, f"lowers the guard of {repository}: {guard.down}")


def restore(stage: Stage, moment: float, guard: Guard, repository: str) -> None:
    """It is up again, as if nothing had been."""
    seen = audits.forge(stage.world, stage.insider, moment, guard.up, repository, **guard.raised)
    stage.act(moment, seen, f"puts the guard of {repository} back: {guard.up}")


def maintains(person: Person) -> bool:
    """Whether somebody may change how shared repositories are guarded."""
    return person.team == "infra"
