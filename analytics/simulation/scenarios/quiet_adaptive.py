"""S6, quiet: a node's own settings are changed by somebody who keeps an eye on who notices.

The insider's jobs run on the nodes too, so being there is nothing odd; what is written lies on the
node's own disk, where no audit rule looks. When a node is talked about, another one is next.
"""

from analytics.simulation.chance import between, pick
from analytics.simulation.deeds import effects
from analytics.simulation.deeds.effects import Effect
from analytics.simulation.deeds.times import quietly
from analytics.simulation.organisation import Person
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.scenarios.adaptive import read_failures
from analytics.simulation.terminal import opened

ACTS = 6
LOCAL = (
    "cp ~/wip/nccl.conf /tmp/nccl.conf", "vim /scratch/local/cache/tuning.json",
    "python warm_cache.py --dir /dev/shm", "tee /tmp/.tuning < ~/wip/tuning",
    "rsync -a ~/wip/kernels/ /scratch/local/kernels/", "python -m trainlib.tools.autotune --save",
)  # fmt: skip


def play(stage: Stage) -> None:
    """One node after another, days apart; what happened there is read before the next."""
    for _, moment in quietly(stage, ACTS):
        rng = stage.today("act")
        node = pick(rng, stage.world.organisation.nodes)
        login = opened(stage.world, stage.insider, "login01", moment - 900)
        read_failures(stage, login, moment - 800, rng)
        login.close(moment - 30)
        address = stage.world.organisation.address_of("login01")
        there = opened(stage.world, stage.insider, node, moment - 20, address)
        there.type(moment - 10, pick(rng, ("nvidia-smi", "htop", "df -h /scratch", "uptime")))
        typed = there.type(moment, pick(rng, LOCAL))
        stage.act(moment, typed, f"spoils what jobs find on {node}'s own disk")
        effect = Effect(probability=between(rng, 0.15, 0.3))
        effects.harms(stage, moment, "node", node, effect, between(rng, 1, 3))
        there.type(moment + 30, "exit")
        there.close(moment + 31)


def _fits(person: Person) -> bool:
    return person.role in ("researcher", "engineer") and person.team != "infra"


SCENARIO = Scenario(
    name="quiet_adaptive", title="Spoils one node after another", fits=_fits, play=play
)
