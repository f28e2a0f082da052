"""The Kubernetes cluster on which services and notebooks run, beside the one for training."""

from datetime import date

from analytics.simulation.calendar import end_of
from analytics.simulation.chance import between, chance, happens, pick
from analytics.simulation.formats import kubernetes_audit as audit
from analytics.simulation.organisation import PROJECTS, Person
from analytics.simulation.world import World

DAILY = {"researcher": 0.4, "engineer": 2.0, "data engineer": 1.2, "administrator": 3.0}
RUNNER = "system:serviceaccount:ci:runner"
SCRAPER = "system:serviceaccount:monitoring:prometheus"
ACCOUNTS = ("system:serviceaccounts",)
IN_CLUSTER = "10.40.0.7"


def use(world: World, person: Person, day: date) -> None:
    """What a person asks of the API server on a working day, mostly about the own team's pods."""
    rng = chance(world.seed, "kubectl", person.id, day)
    arrives, leaves = world.calendar.hours(person, day)
    user = (person.mail, (f"team-{person.team}",))
    space, own = f"team-{person.team}", f"notebook-{person.login}"
    for _ in range(int(rng.poisson(DAILY[person.role]))):
        moment = between(rng, arrives + 300, leaves - 300)
        verb, thing, code = pick(
            rng,
            (
                ("list", (space, "pods", ""), 200),
                ("list", (space, "pods", ""), 200),
                ("get", (space, "pods", own), 200),
                ("get", (space, "pods/log", f"demo-{person.project}-{int(moment) % 3}"), 200),
                ("get", (space, "services", f"demo-{person.project}"), 200),
                ("list", (space, "events", ""), 200),
            ),
        )
        if person.administers and happens(rng, 0.4):
            verb, thing = pick(
                rng,
                (
                    ("list", ("", "nodes", "")),
                    ("list", (f"team-{pick(rng, tuple(PROJECTS))}", "pods", "")),
                ),
            )
        line = audit.line(moment, user, verb, thing, person.address, code=code)
        world.kubernetes.put(moment, line)
    if happens(rng, 0.04) and person.role != "administrator":
        pod = (space, "pods", own)
        for moment, verb, code in ((arrives + 900, "create", 201), (leaves - 200, "delete", 200)):
            line = audit.line(moment, user, verb, pod, person.address, code=code)
            world.kubernetes.put(moment, line)


def machines(world: World, day: date) -> None:
    """What the cluster's own accounts ask for: monitoring each half hour, builds by day."""
    begin = end_of(day) - 86_400
    rng = world.chance("in-cluster", day)
    for number in range(48):
        moment = begin + number * 1800 + float(rng.random())
        user = (SCRAPER, (*ACCOUNTS, "system:serviceaccounts:monitoring"))
        line = audit.line(
            moment, user, "list", ("", "nodes", ""), IN_CLUSTER, agent="Prometheus/2.55.1"
        )
        world.kubernetes.put(moment, line)
    if day.weekday() > 4:
        return
    for number in range(int(rng.poisson(6))):
        moment = begin + 7 * 3600 + float(rng.random()) * 36_000
        user = (RUNNER, (*ACCOUNTS, "system:serviceaccounts:ci"))
        pod = ("ci", "pods", f"build-{day:%m%d}-{number}")
        for later, verb, code in ((0.0, "create", 201), (between(rng, 200, 900), "delete", 200)):
            line = audit.line(
                moment + later, user, verb, pod, IN_CLUSTER, code=code, agent="runner/v0.9.3"
            )
            world.kubernetes.put(moment + later, line)
