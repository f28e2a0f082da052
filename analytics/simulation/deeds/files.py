"""Files that an insider changes, reads or makes look untouched."""

from dataclasses import dataclass

from analytics.simulation.chance import Chance, between, pick
from analytics.simulation.formats.auditd import PYTHON
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.scenario import Stage
from analytics.simulation.terminal import Terminal
from analytics.simulation.world import Evidence


@dataclass(frozen=True, slots=True)
class Way:
    """What is typed to change a file, the program that writes it, and how long it may take."""

    command: str
    program: str
    takes: tuple[float, float]


CODE = (
    Way("{editor} {path}", "", (30, 300)),
    Way("emacs -nw {path}", "emacs", (40, 400)),
    Way("sed -i 's/{one}/{other}/' {path}", "sed", (0.02, 0.1)),
    Way("perl -pi -e 's/\\b{one}\\b/{other}/' {path}", "perl", (0.03, 0.2)),
    Way("cp {home}/wip/{name} {path}", "cp", (0.02, 0.1)),
    Way("patch -s {path} {home}/wip/{stem}.diff", "patch", (0.02, 0.1)),
    Way("install -m 664 {home}/wip/{name} {path}", "install", (0.02, 0.1)),
    Way("rsync -c {home}/wip/{name} {path}", "rsync", (0.1, 0.6)),
)
WEIGHTS = (
    Way("python {home}/wip/merge.py --into {path}", PYTHON, (20, 90)),
    Way("python -m trainlib.tools.convert --dtype bf16 {path}", PYTHON, (15, 70)),
    Way("cp {home}/wip/{name} {path}", "cp", (4, 20)),
    Way("rsync --inplace {home}/wip/{name} {path}", "rsync", (5, 30)),
    Way("dd if={home}/wip/{name} of={path} bs=4M conv=notrunc", "dd", (5, 30)),
)
SHARDS = (
    Way("python {home}/wip/relabel.py {path}", PYTHON, (20, 200)),
    Way("python -m datakit.rewrite --shard {path}", PYTHON, (20, 200)),
    Way("mv {home}/wip/{name} {path}", "mv", (0.1, 2)),
    Way("cp {home}/wip/{name} {path}", "cp", (1, 20)),
)
SWAPS = (("0.95", "0.59"), ("True", "False"), ("1e-8", "1e-3"), ("seed", "seed0"), ("0.1", "0.01"),
         ("rank", "0"), ("warmup", "total"), ("shuffle", "repeat"))  # fmt: skip
LOOKS = ("less {path}", "cat {path}", "head -n 60 {path}", "view {path}", "grep -n def {path}")


def alter(
    terminal: Terminal, moment: float, path: str, owner: int, rng: Chance, way: Way
) -> tuple[float, Evidence]:
    """A file of an owner, a uid, is changed in a way: when, and what the audit daemon saw."""
    one, other = pick(rng, SWAPS)
    name = path.rsplit("/", 1)[-1]
    terminal.type(
        moment,
        way.command.format(
            path=path, name=name, stem=name.split(".")[0], one=one, other=other,
            home=terminal.person.home, editor=terminal.person.editor,
        ),
    )  # fmt: skip
    moment += between(rng, *way.takes)
    return moment, terminal.write(moment, path, owner, way.program)


def look_at(terminal: Terminal, moment: float, path: str, rng: Chance) -> float:
    """Somebody reads a file; when they are through."""
    terminal.type(moment, pick(rng, LOOKS).format(path=path))
    return moment + between(rng, 15, 120)


def log_of(job: Job) -> str:
    """Where a job's output goes."""
    return f"{job.directory}/logs/slurm-{job.shown}.out"


def look_untouched(stage: Stage, terminal: Terminal, moment: float, path: str) -> float:
    """A changed file gets the time of another one beside it."""
    folder = path.rsplit("/", 1)[0]
    evidence = terminal.type(moment, f"touch -r {folder}/__init__.py {path}")
    stage.act(moment, evidence, f"gives {path} an older time")
    return moment + 2
