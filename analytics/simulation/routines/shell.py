"""A working day at the terminal: each person has favourite commands and types in bursts."""

from datetime import date
from functools import lru_cache

import numpy as np

from analytics.simulation.calendar import HOUR
from analytics.simulation.chance import Chance, between, chance, happens, pick
from analytics.simulation.formats.slurm_sacct import Job
from analytics.simulation.organisation import Person
from analytics.simulation.routines import jobs as batch
from analytics.simulation.terminal import Terminal, opened
from analytics.simulation.vocabulary import (
    BY_ROLE,
    CHANGES,
    EVERYBODY,
    FILES,
    MACHINE_ROOM,
    WORDS,
)
from analytics.simulation.world import World

DRIFT, DRIFTS = 90.0, 0.8  # days until this share of what is typed follows new habits
DAILY = {"researcher": 26.0, "engineer": 32.0, "data engineer": 24.0, "administrator": 22.0}


def day_at_work(world: World, person: Person, day: date, jobs: list[Job]) -> Terminal:
    """A person's whole day on the login host, and on their bench on some days.

    `jobs` are those they submit today.
    """
    arrives, leaves = world.calendar.hours(person, day)
    terminal = opened(world, person, "login01", arrives)
    rng = terminal.rng
    number = int(rng.negative_binomial(6, 6 / (6 + DAILY[person.role] * (leaves - arrives) / 30e3)))
    bench = opened(world, person, person.bench, arrives + HOUR) if happens(rng, 0.35) else None
    for moment in _bursts(rng, number, arrives + 240, leaves - 60):
        place = bench if bench and moment > arrives + 1.1 * HOUR and happens(rng, 0.4) else terminal
        _command(world, place, moment, day)
    if person.administers and happens(rng, 0.5):
        moment = between(rng, arrives + HOUR, leaves - HOUR)
        terminal.sudo(moment, _filled(pick(rng, MACHINE_ROOM), person, rng, day))
    batch.attend(terminal, jobs, leaves)
    if bench:
        bench.close(leaves - 90)
    terminal.close(leaves)
    return terminal


def spare_hour(world: World, terminal: Terminal, begin: float, end: float, day: date) -> None:
    """A few commands between two moments, then the session ends."""
    for moment in _bursts(terminal.rng, int(terminal.rng.integers(4, 16)), begin, end):
        _command(world, terminal, moment, day)
    terminal.close(end)


def _command(world: World, terminal: Terminal, moment: float, day: date) -> None:
    """One command of the person's own mixture, and what it does beside being typed."""
    templates, before, after = _habits(world.seed, terminal.person)
    drifted = (day - world.calendar.first).days / DRIFT
    weights = after if terminal.rng.random() < min(drifted, 1.0) * DRIFTS else before
    place = int(np.searchsorted(weights, terminal.rng.random()))
    template = templates[min(place, len(templates) - 1)]
    terminal.type(moment, _filled(template, terminal.person, terminal.rng, day))
    if template == "kill %1":
        terminal.kill(moment + 0.05, terminal.own_process("python"))


@lru_cache(maxsize=4096)
def _habits(seed: int, person: Person) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """The person's commands with the cumulated probability of each, at first and later on: a few
    are typed a lot."""
    templates = (*EVERYBODY, *BY_ROLE[person.role], *BY_ROLE[person.role])
    rng = chance(seed, "habits", person.id)
    before = rng.exponential(size=len(templates)) ** 2
    after = before * rng.lognormal(0.0, 1.0, size=len(templates))
    return templates, np.cumsum(before / before.sum()), np.cumsum(after / after.sum())


def _bursts(rng: Chance, number: int, begin: float, end: float) -> list[float]:
    """So many moments, in order; work comes in bursts with seconds to minutes in between."""
    moments: list[float] = []
    while len(moments) < number:
        moment = between(rng, begin, end)
        for gap in rng.lognormal(3.4, 1.2, size=int(rng.geometric(0.15))):
            moment += float(gap)
            if moment < end and len(moments) < number:
                moments.append(moment)
    return sorted(moments)


def _filled(template: str, person: Person, rng: Chance, day: date) -> str:
    """The command with the person's own names in it."""
    if "{" not in template:
        return template
    word = WORDS[(day.toordinal() // 3 + person.number + int(rng.random() * 3)) % len(WORDS)]
    number = int(rng.random() * 10)
    return template.format(
        work=f"/shared/projects/{person.project}/{person.login}",
        config=f"configs/{person.project}-{word}.yaml",
        run=f"{person.login}-train-{word}",
        message=pick(rng, CHANGES).format(word=word),
        job=40_000 + day.toordinal() % 700 * 60 + number,
        branch=f"{person.login}/{word}",
        file=pick(rng, FILES),
        repository="trainlib",
        project=person.project,
        login=person.login,
        editor=person.editor,
        word=word,
        n=max(1, number),
    )
