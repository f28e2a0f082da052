"""Slurm's own ways of writing durations, nodes, array tasks and GPUs."""

import pytest

from analytics.slurm.values import (
    JOB,
    State,
    gpus_of,
    nodes_of,
    seconds_of,
    state_of,
    tasks_of,
)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("12:30:00", 45000), ("1-04:33:44", 102824), ("00:02.615", 2.615), ("UNLIMITED", None)],
)
def test_durations(text: str, seconds: float | None) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("d13n[03,05,07-08]", ["d13n03", "d13n05", "d13n07", "d13n08"]),
        ("a[1-2]b[0,3],c", ["a1b0", "a1b3", "a2b0", "a2b3", "c"]),
        ("None assigned", []),
        ("gpu[x]", ["gpux"]),
    ],
)
def test_host_lists(text: str, nodes: list[str]) -> None:
    assert list(nodes_of(text)) == nodes


def test_a_hostile_host_list_stays_bounded() -> None:
    assert len(nodes_of("n[0-999999999999]")) == 10_000
    assert len(nodes_of("n[1-99999][1-99999][1-99999]")) == 10_000


@pytest.mark.parametrize(
    ("job", "tasks"),
    [("41_[1-3%2]", "1,2,3"), ("41_[1,5]", "1,5"), ("41_7.batch", "7"), ("41_[1-9:4]", "1,5,9")],
)
def test_array_tasks(job: str, tasks: str) -> None:
    match = JOB.fullmatch(job)
    assert match is not None
    assert ",".join(tasks_of(match)) == tasks


@pytest.mark.parametrize(
    ("resources", "gpus"),
    [
        (("cpu=8,gres/gpu:a100=4,gres/gpu=4",), 4),
        (("gres/gpu:a100=2,gres/gpu:v100=1",), 3),
        (("", "gres/gpu=2"), 2),
        (("cpu=8,gres/gpumem=10G",), 0),
        (("", "", "gpu:tesla:2"), 2),
        (("",), None),
    ],
)
def test_gpus(resources: tuple[str, ...], gpus: int | None) -> None:
    assert gpus_of(*resources) == gpus


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("CANCELLED by 1017", State("CANCELLED", "1017")),
        ("CANCELLED by ana", State("CANCELLED", "ana")),
        ("CANCELLED by 4294967295", State("CANCELLED")),
        ("CANCELLED by 10+", State("CANCELLED")),
        ("CANCELLED+", State("CANCELLED")),
        ("OUT_OF_ME+", State("OUT_OF_MEMORY")),
        ("NEW_IN_2031", None),
        ("FOO", State("FOO")),
        ("2026", None),
        ("completed", None),
    ],
)
def test_states(text: str, state: State | None) -> None:
    assert state_of(text) == state
