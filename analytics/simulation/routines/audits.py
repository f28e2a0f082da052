"""What services keep beside what they do: GitHub's audit log and that of the experiment tracker."""

from datetime import date
from typing import Any

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.formats import github_audit, wandb_audit
from analytics.simulation.formats.github_webhook import OWNER
from analytics.simulation.logbook import as_it_is
from analytics.simulation.organisation import REPOSITORIES, Person
from analytics.simulation.vocabulary import WORDS
from analytics.simulation.world import Evidence, World

FORGE, TRACKER = "logs/git/github-audit.ndjson", "logs/wandb/audit.ndjson"
GIT = {"user_agent": "git/2.43.0", "transport_protocol": 2, "transport_protocol_name": "ssh"}
TRACKED = {"researcher": 0.7, "engineer": 0.3, "data engineer": 0.1, "administrator": 0.0}


def forge(
    world: World, person: Person, moment: float, action: str, repository: str = "", **more: Any
) -> Evidence:
    """A record of GitHub's audit log."""
    if repository:
        more["repo"] = f"{OWNER}/{repository}"
    text = github_audit.record(moment, action, person.github, person.address, **more)
    world.logbook.log(FORGE, as_it_is).put(moment, text)
    return Evidence("github_audit", FORGE, f'"action":"{action}","actor":"{person.github}"')


def tracker(world: World, person: Person, moment: float, action: str, **more: Any) -> Evidence:
    """An entry of the experiment tracker's audit log."""
    text = wandb_audit.entry(moment, action, person.mail, person.address, **more)
    world.logbook.log(TRACKER, as_it_is).put(moment, text)
    return Evidence("wandb_audit", TRACKER, f'"action":"{action}"')


def everyday(world: World, person: Person, day: date) -> None:
    """What a working day leaves there: clones, sign-ins, runs removed, planned changes."""
    rng = world.chance("audits", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    for _ in range(int(rng.poisson(0.8))):
        name = pick(rng, [name for name, team in REPOSITORIES.items() if team == person.team])
        action = pick(rng, ("git.fetch", "git.fetch", "git.clone"))
        forge(world, person, between(rng, arrives, leaves), action, name, **GIT)
    if happens(rng, TRACKED[person.role]):
        _tracked(world, person, between(rng, arrives, leaves), rng)
    if person.administers and happens(rng, 0.05):
        _planned(world, person, between(rng, arrives + HOUR, leaves - HOUR), rng)


def _tracked(world: World, person: Person, moment: float, rng: Chance) -> None:
    """A sign-in, an artefact read; now and then runs of their own that came to nothing go."""
    where = {"entity_name": person.team, "project_name": person.project}
    tracker(world, person, moment, "user:login", user_email=person.mail)
    if happens(rng, 0.5):
        version = f"{person.team}/{person.project}/model:v{int(rng.random() * 90)}"
        more = {**where, "artifact_qualified_name": version}
        tracker(world, person, moment + 40, "artifact:read", **more)
    if happens(rng, 0.08):
        run = f"{person.login}-train-{pick(rng, WORDS)}"
        tracker(world, person, moment + 300, "run:delete_many", **where, run_name=run)


def _planned(world: World, keeper: Person, moment: float, rng: Chance) -> None:
    """A branch is guarded, or a team is given a repository."""
    name = pick(rng, tuple(REPOSITORIES))
    if happens(rng, 0.6):
        branch = f"release/{int(between(rng, 1, 40))}"
        forge(world, keeper, moment, "protected_branch.create", name, operation_type="create",
              name=branch)  # fmt: skip
    else:
        forge(world, keeper, moment, "team.add_repository", name, operation_type="create",
              team=f"{OWNER}/{REPOSITORIES[name]}")  # fmt: skip
