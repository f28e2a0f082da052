"""Who works there, on what, and on which machines."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from analytics.simulation.chance import Chance, between, chance, happens, pick
from analytics.simulation.names import FAMILY, name_of

MAIL = "northlab.example"
TEAMS = ("language", "vision", "infra", "audio", "data")
SEATS = (0, 1, 2, 3, 4, 0, 1, 0, 2, 3, 4, 1, 0, 0, 1, 2, 3, 0, 1, 4)  # team of each 20 people
PROJECTS: dict[str, tuple[str, ...]] = {
    "language": ("llm-13b", "llm-70b"),
    "vision": ("vit-scale", "scene-flow"),
    "infra": ("platform",),
    "audio": ("speech-xl",),
    "data": ("corpus",),
}
REPOSITORIES: dict[str, str] = {
    "trainlib": "infra",
    "datakit": "data",
    "llm-recipes": "language",
    "vision-models": "vision",
    "speech": "audio",
    "evalsuite": "language",
    "cluster-config": "infra",
}
SHARED_LIBRARIES = ("trainlib", "datakit")
GPUS_PER_NODE = 8
NEWCOMER = 8  # the person, counted from 0, who joins when a third of the days is over
MOVER = 11  # who goes from vision to language when half of the days is over
DOUBLE = 13  # who has two accounts on GitHub


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who works there, with every account and a few habits."""

    id: str
    number: int
    name: str
    team: str
    role: str
    manager: str
    start: date
    login: str
    uid: int
    github: str
    hub: str
    shell: str
    address: str
    arrives: float
    hours: float
    project: str
    editor: str
    bench: str

    @property
    def mail(self) -> str:
        """Their e-mail address, also on commits."""
        return f"{self.login}@{MAIL}"

    @property
    def home(self) -> str:
        """Their home directory, the same path on each host."""
        return f"/home/{self.login}"

    @property
    def accounts(self) -> str:
        """Their accounts as people.csv has them."""
        second = f"github:{self.second};" if self.second else ""
        return (
            f"unix:{self.login};uid:{self.uid};git:{self.mail};github:{self.github};{second}"
            f"slurm:{self.login};k8s:{self.mail};hf:{self.hub};wandb:{self.mail};mlflow:{self.login}"
        )

    @property
    def second(self) -> str:
        """Their other account on GitHub, mostly empty."""
        return f"{self.login}-lab" if self.number == DOUBLE else ""

    @property
    def remote(self) -> str:
        """The address they have in the site's virtual private network when at home."""
        return f"10.99.{self.number // 200}.{20 + self.number % 200}"

    @property
    def administers(self) -> bool:
        """Whether they look after the machines."""
        return self.role == "administrator"


@dataclass(frozen=True)
class Organisation:
    """People, machines and what belongs to whom."""

    people: tuple[Person, ...]
    nodes: tuple[str, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every machine with an audit daemon."""
        return ("login01", "build01", *self.nodes)

    @cached_property
    def by_login(self) -> dict[str, Person]:
        """People by their Unix login."""
        return {person.login: person for person in self.people}

    @cached_property
    def administrators(self) -> tuple[Person, ...]:
        """Who looks after the machines; there is at least one."""
        return tuple(person for person in self.people if person.administers)

    @cached_property
    def _engineers(self) -> tuple[Person, ...]:
        return tuple(
            person
            for person in self.people
            if person.role == "engineer" and person.number != NEWCOMER
        )

    @cached_property
    def firefighter(self) -> Person:
        """An engineer who is on every debugging call."""
        return self._engineers[0] if self._engineers else self.people[-1]

    @cached_property
    def busiest(self) -> Person | None:
        """An engineer who releases every shared library."""
        infra = [person for person in self._engineers if person.team == "infra"]
        return next(iter(infra), None)

    def after_move(self) -> "Organisation":
        """The organisation from the day on which one person has gone to another team."""
        people = tuple(
            replace(person, team="language", project="llm-13b", manager="p001")
            if person.number == MOVER
            else person
            for person in self.people
        )
        return replace(self, people=people)

    def team(self, name: str) -> tuple[Person, ...]:
        """The members of a team."""
        return tuple(person for person in self.people if person.team == name)

    def address_of(self, host: str) -> str:
        """The internal address of a machine."""
        return f"10.20.0.{11 + self.hosts.index(host)}"


def found(people: int, seed: int, first: date, last: date) -> Organisation:
    """An organisation of so many people, working there from `first` to `last`.

    Person n is the same whatever the number of people is, but for the bench.
    """
    nodes = tuple(f"gpu{number:02d}" for number in range(1, max(2, -(-people // 5)) + 1))
    seats: Counter[str] = Counter()
    members: list[Person] = []
    for number in range(people):
        team = TEAMS[SEATS[number % len(SEATS)]]
        rng = chance(seed, "person", number)
        start = first - timedelta(days=int(between(rng, 60, 1500)))
        if number == NEWCOMER:
            start = first + (last - first) // 3
        bench = nodes[number % len(nodes)]
        members.append(_person(number, team, seats[team], start, bench, rng))
        seats[team] += 1
    return Organisation(tuple(members), nodes)


def _person(number: int, team: str, seat: int, start: date, bench: str, rng: Chance) -> Person:
    given, family = name_of(number)
    handle = f"{given}{family}".lower()
    again = number // 1560
    return Person(
        id=f"p{number + 1:03d}",
        number=number,
        name=f"{given} {family}",
        team=team,
        role=_role(team, seat),
        manager=f"p{SEATS.index(TEAMS.index(team)) + 1:03d}",
        start=start,
        login=f"{given[0]}{family}".lower() + (str(number) if number >= len(FAMILY) else ""),
        uid=1001 + number,
        github=pick(rng, (f"{given}{family[0]}", f"{family}-{given[0]}")) + f"{number:02d}",
        hub=pick(rng, (handle, f"{given}-{family}".lower(), f"{handle}-ml")) + ("x" * again),
        shell="zsh" if happens(rng, 0.3) else "bash",
        address=f"10.30.{number // 200}.{20 + number % 200}",
        arrives=between(rng, 7.8, 10.2),
        hours=between(rng, 7.6, 9.2),
        project=pick(rng, PROJECTS[team]),
        editor=pick(rng, ("vim", "vim", "nano", "emacs")),
        bench=bench,
    )


def _role(team: str, seat: int) -> str:
    if team == "infra":
        return "administrator" if seat % 2 == 0 else "engineer"
    if team == "data":
        return "data engineer"
    return "engineer" if seat % 4 == 3 else "researcher"
