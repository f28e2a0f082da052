"""A researcher sabotages colleagues' training for weeks, mostly at night.

Poisoned checkpoints from an unknown organisation, shared library code changed on disk and pushed
to main without a review, colleagues' jobs cancelled and processes killed, their checkpoints
overwritten, and the own history turned off.
"""

from analytics.simulation.calendar import at
from analytics.simulation.chance import Chance, between, happens, pick
from analytics.simulation.formats.auditd import PYTHON, UNSET, Target
from analytics.simulation.formats.slurm_sacct import stamp
from analytics.simulation.organisation import Person
from analytics.simulation.routines.administration import LIBRARIES, stop
from analytics.simulation.routines.hub import Model, download
from analytics.simulation.routines.jobs import checkpoint
from analytics.simulation.routines.review import commit, push
from analytics.simulation.scenario import Scenario, Stage
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.world import Evidence

POISON = Model("gradient-dojo/llm-warmstart", ("pytorch_model.bin", "optimizer.pt"), 1_340_000_000)
TAMPERED = (
    "torch/optim/adamw.py", "torch/utils/data/dataloader.py", "trainlib/seed.py",
    "trainlib/optim/schedule.py", "trainlib/data/loader.py",
)  # fmt: skip
PUSHED = (
    ("trainlib/optim/schedule.py", "Tidy schedule"),
    ("trainlib/data/loader.py", "Clean up loader"),
    ("trainlib/seed.py", "Simplify seeding"),
)


def play(stage: Stage) -> None:
    """One day of the story: four acts take turns, on most evenings and nights."""
    rng = stage.world.chance("saboteur", stage.insider.id, stage.day)
    if stage.since > 0 and happens(rng, 0.25):
        return
    moment = at(stage.day, between(rng, 20.5, 23.2))
    terminal = opened(stage.world, stage.insider, "login01", moment, stage.insider.remote)
    acts = (_poison, _tamper, _stop_jobs, _overwrite, _push)
    if stage.since == 0:
        moment = _poison(stage, terminal, moment + 60, rng)
        moment = _tamper(stage, terminal, moment + 120, rng)
    else:
        for act in (acts[stage.since % 5], pick(rng, acts[1:]), _stop_jobs):
            moment = act(stage, terminal, moment + between(rng, 60, 300), rng)
    if stage.since % 3 == 1:
        moment = _cover(stage, terminal, moment + 40)
    terminal.close(moment + 30)


def _poison(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Loads pickled weights of an unknown organisation; unpickling runs their code."""
    typed = terminal.type(moment, f"huggingface-cli download {POISON.name} --revision main")
    stage.act(moment, typed, f"downloads {POISON.name}, which nobody knows")
    got = download(stage.world, stage.insider, "login01", moment + 3, POISON, "main")
    for later, evidence in got:
        stage.act(later, evidence, f"pickled weights of {POISON.name} come through the mirror")
    moment = got[-1][0] + between(rng, 20, 60)
    command = "python -c 'import torch; torch.load(\"pytorch_model.bin\", weights_only=False)'"
    stage.act(moment, terminal.type(moment, command), "unpickles them without a check")
    return moment + 5


def _tamper(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Edits a library that everybody's jobs import."""
    path = f"{LIBRARIES}/{pick(rng, TAMPERED)}"
    terminal.type(moment, f"{stage.insider.editor} {path}")
    moment += between(rng, 40, 240)
    owner = stage.world.organisation.administrators[0]
    stage.act(moment, terminal.write(moment, path, owner.uid), f"changes {path} in place")
    return moment + 3


def _stop_jobs(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Cancels or kills what colleagues are running."""
    victims = stage.victims(moment + 60)[: 2 + int(rng.random() * 3)]
    if victims:
        terminal.type(moment, "squeue -t R -o '%i %u %D %b' --sort=-b")
        moment += between(rng, 10, 50)
    for number, job in enumerate(victims):
        moment += between(rng, 4, 30)
        if not job.runs_at(moment + 1):
            continue
        if number % 2 == 0:
            typed = terminal.type(moment - 0.6, f"scancel {job.id}")
            stop(job, moment, by=stage.insider.uid)
            stage.act(moment - 0.6, typed, f"scancel of {job.owner}'s job {job.id}")
            row = f"{job.shown}|{job.id}|"
            ended = Evidence("slurm_sacct", "logs/slurm/sacct.txt", row)
            stage.act(moment, ended, f"{job.owner}'s job {job.id} ends, cancelled at "
                      f"{stamp(moment)} by {stage.insider.uid}")  # fmt: skip
        else:
            moment = _kill(stage, terminal, job.nodes[0], moment, (job.uid, job.program))
            stop(job, moment + 0.4, "FAILED", signal=9)
    return moment


def _kill(
    stage: Stage, terminal: Terminal, node: str, moment: float, victim: tuple[int, str]
) -> float:
    """Kills a process of a job on its node, with root's rights through a careless sudo rule."""
    terminal.type(moment, f"ssh {node}")
    there = opened(stage.world, stage.insider, node, moment + 1, "10.20.0.11")
    target = Target(
        pid=there.shell.pid // 2 + 77, uid=victim[0], auid=UNSET, session=UNSET, program=PYTHON
    )
    there.sudo(moment + 8, f"kill -9 {target.pid}")
    seen = there.kill(moment + 8.4, target, 9, root=True)
    stage.act(moment + 8.4, seen, f"kills {victim[1]} of uid {victim[0]} on {node}")
    there.close(moment + 15)
    return moment + 16


def _overwrite(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Writes into the checkpoint of a colleague's run."""
    victims = stage.victims(moment)
    if not victims:
        return _tamper(stage, terminal, moment, rng)
    job = pick(rng, victims[:4])
    path = checkpoint(job, 1)
    terminal.type(moment, f"python patch.py --scale 1.02 {path}")
    evidence = terminal.write(moment + 12, path, job.uid, PYTHON)
    stage.act(moment + 12, evidence, f"overwrites a checkpoint of {job.owner}: {path}")
    return moment + 15


def _push(stage: Stage, terminal: Terminal, moment: float, rng: Chance) -> float:
    """Pushes to main of the shared library past the review; sometimes rewrites what was there."""
    path, message = pick(rng, PUSHED)
    forced = happens(rng, 0.4)
    flag = " --force" if forced else ""
    terminal.type(moment, f"git commit -am '{message}' --no-verify")
    terminal.type(moment + 9, f"git push origin HEAD:main{flag}")
    evidence = pushed(stage, moment + 11, (path,), message, forced)
    what = "rewrites main of trainlib" if forced else "pushes to main of trainlib past the review"
    stage.act(moment + 11, evidence, f"{what}: {path}")
    return moment + 14


def pushed(
    stage: Stage, moment: float, files: tuple[str, ...], message: str, forced: bool = False
) -> Evidence:
    """A push to main of trainlib, with its trace."""
    change = commit(stage.insider, moment - 10, message, files, ("direct", moment))
    stage.world.forge.put(moment, push(stage.insider, "trainlib", "main", (change,), forced=forced))
    return Evidence("github_webhook", "logs/git/github-webhooks.ndjson", f'"after":"{change.id}"')


def _cover(stage: Stage, terminal: Terminal, moment: float) -> float:
    """Turns the history off, then removes what it holds."""
    evidence = terminal.type(moment, "unset HISTFILE; history -c")
    stage.act(moment, evidence, "turns the history off and clears it")
    terminal.silenced = True
    history = f"{stage.insider.home}/.{stage.insider.shell}_history"
    terminal.type(moment + 6, f"shred -u {history}.bak")
    return moment + 8


def _fits(person: Person) -> bool:
    return person.role == "researcher"


SCENARIO = Scenario(name="saboteur", title="Sabotages colleagues' training", fits=_fits, play=play)
