"""What is broken hits the jobs that use it, and only those, and their owners react."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from analytics.simulation.calendar import HOUR, Calendar, end_of
from analytics.simulation.cluster import Cluster
from analytics.simulation.conditions import conditions
from analytics.simulation.faults import Fault
from analytics.simulation.formats.slurm_sacct import Job, rows
from analytics.simulation.logbook import Logbook
from analytics.simulation.organisation import found
from analytics.simulation.routines import jobs, reactions
from analytics.simulation.world import World

DAY = date(2026, 2, 17)  # a Tuesday
BEGIN, UNTIL = end_of(DAY) - 86_400, end_of(DAY)
ALWAYS = {"since": BEGIN, "until": UNTIL, "title": "broken"}


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An organisation in the morning of a working day, with the day's jobs."""
    organisation = found(24, 5, DAY, DAY)
    calendar = Calendar(organisation, 5, DAY, DAY)
    world = World(
        organisation,
        calendar,
        Logbook(tmp_path),
        5,
        Cluster(organisation.nodes),
        conditions(calendar),
    )
    world.cluster.begin(BEGIN)
    plans = [plan for one in organisation.people for plan in jobs.plans(world, one, DAY)]
    world.jobs.extend(world.cluster.submit(plans))
    return world


def _hit(world: World) -> list[Job]:
    world.faults.strike(world, BEGIN, UNTIL)
    return [job for job in world.jobs if job.id in world.faults.ended]


def test_an_edited_library_fails_the_jobs_that_import_it(world: World) -> None:
    library = "/shared/envs/train/lib/python3.11/site-packages/trainlib/seed.py"
    world.faults.add(Fault(library=library, after=(60, 90), **ALWAYS))
    hit = _hit(world)
    assert hit
    assert all("trainlib" in job.libraries for job in hit)
    assert {job.environment for job in hit} == {"/shared/envs/train"}
    assert {job.state for job in hit} == {"FAILED"}
    assert all("|FAILED|1:0|" in rows(job, UNTIL) for job in hit)


@pytest.mark.parametrize(
    ("what", "applies"),
    [
        ({"node": "gpu01"}, lambda job: "gpu01" in job.nodes),
        ({"repository": "evalsuite"}, lambda job: "evalsuite" in job.repositories),
        ({"checkpoint": "/shared/ckpt/llm-13b"}, lambda job: "llm-13b" in job.resumed),
        ({"data": "/shared/data/corpus/llm-70b"}, lambda job: "llm-70b" in job.data),
        ({"gpus_above": 4}, lambda job: job.gpus > 4),
    ],
)
def test_only_jobs_that_use_what_is_broken_are_hit(world, what, applies) -> None:  # type: ignore[no-untyped-def]
    world.faults.add(Fault(after=(20, 30), **what, **ALWAYS))
    hit = _hit(world)
    assert hit
    assert all(applies(job) for job in hit)


def test_those_who_are_spared_are_not_hit(world: World) -> None:
    spared = world.jobs[0].uid
    world.faults.add(Fault(spared=frozenset({spared}), after=(20, 30), **ALWAYS))
    assert spared not in {job.uid for job in _hit(world)}


def test_a_share_of_the_jobs_fails(world: World) -> None:
    world.faults.add(Fault(probability=0.5, after=(20, 30), **ALWAYS))
    assert 0 < len(_hit(world)) < len(world.jobs)


def test_a_job_that_began_before_a_library_was_edited_goes_on(world: World) -> None:
    noon = BEGIN + 12 * HOUR
    world.faults.add(Fault(since=noon, until=UNTIL, title="late", after=(20, 30)))
    assert all((job.start or 0) >= noon for job in _hit(world))


def test_a_slower_job_ends_later_and_no_node_gives_more_than_it_has(world: World) -> None:
    before = {job.id: job.end for job in world.jobs if job.state != "TIMEOUT"}
    world.faults.add(Fault(slower=1.5, **ALWAYS))
    world.faults.strike(world, BEGIN, UNTIL)
    slow = [job for job in world.jobs if job.slowness]
    assert slow
    assert all(job.end > before[job.id] for job in slow if job.id in before)  # type: ignore[operator]
    for job in world.jobs:
        for node in job.nodes:
            here = [j for j in world.jobs if node in j.nodes and j.runs_at(job.start + 1)]  # type: ignore[operator]
            assert sum(min(j.gpus, 8) for j in here) <= 8


def test_owners_submit_again_what_failed_and_go_on_where_it_was(world: World) -> None:
    world.faults.add(Fault(gpus_above=1, after=(6000, 7000), **ALWAYS))
    hit = {job.run: job for job in _hit(world)}
    late = reactions.resubmit(world, DAY)
    assert late
    again = [job for job in late if any(run in job.resumed for run in hit)]
    assert again
    for job in again:
        first = next(one for run, one in hit.items() if run in job.resumed)
        assert job.owner == first.owner
        assert job.submit > (first.end or 0)
        assert f"--resume {job.resumed}" in job.command


def test_numbers_follow_the_order_of_submission(world: World) -> None:
    world.faults.add(Fault(after=(20, 30), probability=0.2, **ALWAYS))
    _hit(world)
    reactions.resubmit(world, DAY)
    assert len({job.id for job in world.jobs}) == len(world.jobs)
    singles = sorted((job for job in world.jobs if not job.array), key=lambda job: job.submit)
    numbers = [job.id for job in singles]
    wrong = sum(two < one for one, two in pairwise(numbers))
    assert wrong <= len(numbers) // 20, "only where more failed at once than numbers were left"


def test_a_job_says_what_it_uses(world: World) -> None:
    job = next(job for job in world.jobs if job.resumed and job.start)
    row = rows(job, UNTIL).splitlines()[0]
    assert f"env={job.environment} code=lab/{job.repositories[0]}" in row
    assert f"--resume {job.resumed}" in row
    jobs.trace(world, job, BEGIN, UNTIL + 86_400)
    world.logbook.write(UNTIL + 86_400)
    log = (world.logbook.root / f"logs/{job.nodes[0]}/auditd.log").read_text()
    for library in job.libraries:
        path = f"{job.environment}/lib/python3.11/site-packages/{library}/__init__.py"
        assert path in log
    assert f'name="{job.resumed}"' in log
