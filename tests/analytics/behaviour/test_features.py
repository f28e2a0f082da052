"""Each feature on a quiet day of alice and on a bad one of mallory."""

from typing import Any

import pyarrow.compute as pc
import pytest

from analytics.behaviour.person_days import COLUMNS, JOINED, features, of_day
from analytics.fields import BY_NAME
from tests.analytics.behaviour.days import of_git, of_hub, of_jobs, of_shell
from tests.analytics.behaviour.days.raw import PEOPLE, Day
from tests.analytics.laboratory import DIRECTORY, cancelled, command, event, push, table, written

Row = dict[str, Any]


def fetched(by: str, repo: str, form: str, size: int, **more: Any) -> Row:
    """A file fetched from a Hugging Face mirror."""
    return event(
        event__module="huggingface",
        actor__account=f"hf:{by}",
        hf__repo=repo,
        hf__format=form,
        http__response__body__bytes=size,
        **more,
    )


def commit(by: str, name: str, *files: str) -> Row:
    """A commit that changes files."""
    return event(
        event__action="commit",
        event__module="git",
        actor__account=f"github:{by}",
        git__repository="lab/trainlib",
        git__commit=name,
        git__files=list(files),
    )


def signal(owner: str) -> Row:
    """A signal of mallory's."""
    return event(event__action="sent-signal", actor__account="uid:site/1002", owner__account=owner)


ALICE: dict[str, tuple[list[Row], float]] = {
    "bytes_downloaded": ([fetched("alice", "lab/a", "safetensors", 1000)], 1000),
    "commands_run": ([command("alice", "ls"), command("alice", "pwd")], 2),
    "deletions": ([written("alice", "/home/alice/x")], 0),
    "direct_pushes": (
        [
            push("alice-lab", git__branch="fix", git__protected=False),
            push("alice-lab", git__commit="m1"),
            event(event__action="pull_request.merged", git__commit="m1"),
        ],
        0,
    ),
    "distinct_hosts": ([command("alice", "ls", host__name="login1")] * 3, 1),
    "distinct_models": ([fetched("alice", "lab/a", "safetensors", 1)] * 2, 1),
    "distinct_repositories": ([push("alice-lab"), push("alice-lab")], 1),
    "failed_actions": (
        [event(actor__account="slurm:alice", event__module="scheduler", event__outcome="failure")],
        0,
    ),
    "files_written_of_others": ([written("alice", "/home/alice/x", "uid:site/1001")], 0),
    "jobs_cancelled_of_others": ([cancelled("slurm:alice", "alice", "1")], 0),
    "night_events": ([command("alice", "ls", at=12), command("alice", "ls", at=21.9)], 0),
    "pickle_downloads": ([fetched("alice", "lab/a", "safetensors", 1)], 0),
    "shared_code_edits": ([commit("alice-lab", "c1", "README.md", "docs/plan.md")], 0),
    "signals_to_others": (
        [event(event__action="sent-signal", actor__account="unix:alice", owner__account=None)],
        0,
    ),
    "sudo_uses": ([command("alice", "echo sudo rm")], 0),
}
MALLORY: dict[str, tuple[list[Row], float]] = {
    "bytes_downloaded": ([fetched("mal", "lab/a", "pickle", 3_000_000_000)] * 2, 6e9),
    "commands_run": ([command("mallory", "ls")] * 300, 300),
    "deletions": (
        [{**written("mallory", f"/x{n}"), "event.type": "deletion"} for n in range(9)],
        9,
    ),
    "direct_pushes": ([push("mal"), push("mal-two", git__branch="main", git__protected=None)], 2),
    "distinct_hosts": ([command("mallory", "ls", host__name=f"gpu{n}") for n in range(7)], 7),
    "distinct_models": ([fetched("mal", f"lab/{n}", "pickle", 1) for n in range(5)], 5),
    "distinct_repositories": ([push("mal", git__repository=f"lab/{n}") for n in range(6)], 6),
    "failed_actions": ([{**command("mallory", "ssh x"), "event.outcome": "failure"}] * 8, 8),
    "files_written_of_others": (
        [written("mallory", f"/data/{n}", "uid:site/1003") for n in range(4)] * 2,
        4,
    ),
    "jobs_cancelled_of_others": (
        [cancelled("uid:site/1002", "bob", str(n % 14)) for n in range(28)],
        14,
    ),
    "night_events": ([command("mallory", "ls", at=hour) for hour in (0.5, 5.9, 6.1, 22, 23)], 4),
    "pickle_downloads": (
        [
            fetched("mal", "x/y", "pickle", 1),
            fetched("mal", "x/y", "pickle", 0, event__outcome="failure"),
        ],
        1,
    ),
    "shared_code_edits": (
        [
            commit("mal", "c1", "a.py", "src/Optimizer.py", "optim/adam.py"),
            commit("mal", "c1", "train/dataloader.py"),
            commit("mal", "c2", "train/seeds.py"),
        ],
        2,
    ),
    "signals_to_others": ([signal("uid:site/1003"), signal("unix:carol"), signal("unix:x")], 2),
    "sudo_uses": (
        [command("mallory", "sudo -u bob ls"), command("mallory", " /usr/bin/sudo x")],
        2,
    ),
}


OF_FAMILIES = [of_shell, of_jobs, of_git, of_hub]
QUIET: dict[str, Day] = {name: day for family in OF_FAMILIES for name, day in family.ALICE.items()}
BAD: dict[str, Day] = {name: day for family in OF_FAMILIES for name, day in family.MALLORY.items()}


def test_every_feature_has_a_quiet_and_a_bad_person() -> None:
    assert set(QUIET | ALICE) == set(BAD | MALLORY) == set(features())


@pytest.mark.parametrize("name", features())
def test_a_feature_measures_a_quiet_and_a_bad_day(name: str) -> None:
    rows, quiet = (QUIET | ALICE)[name]
    worse, bad = (BAD | MALLORY)[name]
    day = of_day(table(*rows, *worse), PEOPLE)
    numbers = day[name]
    if features()[name].measure.keeps_values:
        numbers = pc.list_value_length(numbers)
    found = dict(zip(day["person"].to_pylist(), numbers.to_pylist(), strict=True))
    assert (found["alice"], found["mallory"]) == (quiet, bad)
    assert bad < quiet if features()[name].fewer else bad > quiet


@pytest.mark.parametrize("name", features())
def test_a_feature_reads_known_fields_and_speaks_in_numbers(name: str) -> None:
    feature = features()[name]
    assert feature.reads <= BY_NAME.keys() | JOINED
    assert "14" in feature.sentence.format(observed="14", expected="0.1")
    assert "0.1" in feature.sentence.format(observed="14", expected="0.1")
    assert feature.title
    assert feature.unit


@pytest.mark.parametrize("name", features())
def test_a_feature_takes_events_of_which_nothing_is_known(name: str) -> None:
    nothing = table(event(), event())
    told = DIRECTORY.joined(nothing.select(COLUMNS))
    flags = features()[name].select(told)
    assert flags.null_count == 0
    assert len(flags) == 2
    assert len(features()[name].select(told.slice(0, 0))) == 0
