"""S8: a colleague's key or token is taken, and what follows is done in the colleague's name."""

from dataclasses import replace

from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.deeds import covers
from analytics.simulation.deeds.times import loudly
from analytics.simulation.organisation import Person
from analytics.simulation.routines.hub import audited, download, own_models
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened

ACTS = 5
SECRETS = (
    ("cat {home}/.cache/huggingface/token", "the token of the Hub"),
    ("cat {home}/.netrc", "passwords"), ("cp {home}/.ssh/id_ed25519 /tmp/.k", "the private key"),
    ("grep -rhoE 'hf_[A-Za-z0-9]+' {work}", "tokens left in scripts"),
    ("strings /proc/{pid}/environ", "the environment of a running job"),
)  # fmt: skip


def play(stage: Stage) -> None:
    """A secret first; then logins and loads in its owner's name, and a role for oneself."""
    steps = (_take, _log_in, _load, _log_in, _grant)
    for number, moment in loudly(stage, ACTS):
        steps[number](stage, moment, stage.today(number))


def victim(stage: Stage) -> Person:
    """Whose secret it is: an engineer or administrator, the same all through the story."""
    people = [
        person
        for person in stage.world.organisation.people
        if person is not stage.insider and person.role in ("engineer", "administrator")
        and person.start < stage.world.calendar.first
    ]  # fmt: skip
    return pick(stage.chance("victim"), people)


def take(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """The secret is read where it lies."""
    whose = victim(stage)
    command, what = pick(rng, SECRETS)
    work = f"/shared/projects/{whose.project}/{whose.login}"
    typed = terminal.type(
        moment, command.format(home=whose.home, work=work, pid=int(between(rng, 9e4, 4e6)))
    )
    stage.act(moment, typed, f"takes {what} of {whose.login}")
    return moment + between(rng, 20, 120)


def _take(stage: Stage, moment: float, rng: Chance) -> None:
    terminal = opened(stage.world, stage.insider, "login01", moment, stage.insider.remote)
    terminal.type(moment + 20, f"ls -la {victim(stage).home}")
    moment = take(stage, terminal, moment + 40, rng)
    if happens(rng, 0.6):
        moment = covers.wipe(stage, terminal, moment, rng)
    terminal.close(moment + 10)


def _log_in(stage: Stage, moment: float, rng: Chance) -> None:
    """A session of the colleague's account, from where the insider sits."""
    whose = victim(stage)
    own = opened(stage.world, stage.insider, stage.insider.bench, moment - 60, stage.insider.remote)
    typed = own.type(moment - 4, f"ssh -i /tmp/.k {whose.login}@login01")
    stage.act(moment - 4, typed, f"logs in as {whose.login}")
    address = stage.world.organisation.address_of(stage.insider.bench)
    there = opened(stage.world, whose, "login01", moment, address)
    there.silenced = True
    for command in ("whoami", f"ls /shared/ckpt/{whose.project}", "sacctmgr -n show user",
                    f"rsync -a /shared/ckpt/{whose.project}/shared /scratch/.t"):  # fmt: skip
        there.type(moment + 10, command)
        moment += between(rng, 10, 80)
    there.close(moment + 20)
    own.close(moment + 40)


def _load(stage: Stage, moment: float, rng: Chance) -> None:
    """Private models in the colleague's name, from the insider's host."""
    whose = victim(stage)
    for model in own_models()[:: 2 + int(rng.random() * 2)]:
        for later, seen in download(stage.world, whose, stage.insider.bench, moment, model):
            stage.act(later, seen, f"loads {model.name} in the name of {whose.login}")
            moment = later + between(rng, 5, 60)


def _grant(stage: Stage, moment: float, rng: Chance) -> None:
    """More rights for the insider, given by the colleague as it seems."""
    whose = replace(victim(stage), address=stage.insider.address)
    hub = stage.insider.hub
    message = f"Changed the role of {hub} from read to admin"
    seen = audited(stage.world, whose, moment, "org.change_role", message, user=hub, role="admin")
    stage.act(moment, seen, f"gives {hub} the role admin in the name of {whose.login}")
    terminal = opened(stage.world, stage.insider, "login01", moment + 60, stage.insider.remote)
    terminal.type(moment + 90, "hf auth whoami")
    terminal.close(moment + 120)


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "data engineer")


SCENARIO = Scenario(
    name="credential_hop", title="Acts in a colleague's name", fits=_fits, play=play
)
