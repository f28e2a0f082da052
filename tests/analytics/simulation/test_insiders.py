"""Ten kinds of insiders, loud and quiet: what they do is in the logs, and it hurts others."""

from datetime import timedelta
from pathlib import Path

import pytest

from analytics.simulation import known_scenarios, simulate
from analytics.simulation.calendar import ZONE
from analytics.simulation.truth import Truth, read_truth
from tests.analytics.simulation.conftest import LOUD, QUIET, UNTIL
from tests.analytics.simulation.evidence import seen

OLD = {"saboteur", "quiet_saboteur", "thief"}


def test_there_are_ten_kinds_each_loud_and_quiet_and_the_names_of_before() -> None:
    assert known_scenarios().keys() == {*LOUD, *QUIET, *OLD}


@pytest.mark.parametrize(("name", "stories"), [("loud", LOUD), ("quiet", QUIET)])
def test_every_story_has_an_insider_and_every_act_is_in_the_logs(
    name: str, stories: tuple[str, ...], request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(name)
    truth = read_truth(folder)
    assert {insider.scenario for insider in truth.insiders} == set(stories)
    assert len({insider.person for insider in truth.insiders}) == len(stories)
    missing = [
        (insider.scenario, act)
        for insider in truth.insiders
        for act in insider.acts
        if not seen(folder, act)
    ]
    assert missing == []


def test_loud_insiders_come_to_the_point_within_days(loud: Path) -> None:
    for insider in read_truth(loud).insiders:
        assert insider.acts[-1].time - insider.first_act < timedelta(days=7), insider.scenario
        assert len(insider.acts) >= 4, insider.scenario


def test_quiet_insiders_keep_to_working_hours_and_do_little(quiet: Path) -> None:
    for insider in read_truth(quiet).insiders:
        times = [act.time.astimezone(ZONE) for act in insider.acts]
        assert all(time.weekday() < 5 and 7 <= time.hour < 22 for time in times), insider.scenario
        days = {time.date() for time in times}
        assert len(insider.acts) / len(days) < 10, insider.scenario
        assert len(days) > 1, insider.scenario


def test_jobs_of_others_fail_of_what_insiders_do(calm: Path, quiet: Path, loud: Path) -> None:
    def failed(folder: Path) -> int:
        text = (folder / "logs/slurm/sacct.txt").read_text()
        rows = [line.split("|") for line in text.splitlines()]
        return sum(row[8] == "FAILED" and "." not in row[0] for row in rows)

    assert failed(quiet) > 1.1 * failed(calm)
    assert failed(loud) > 1.1 * failed(calm)


def test_a_leaver_is_on_the_watch_list(loud: Path) -> None:
    thief = next(one for one in read_truth(loud).insiders if one.scenario == "staged_theft")
    assert f"{thief.person},leaver," in (loud / "watchlist.csv").read_text()


def test_who_may_lower_a_guard_does_and_puts_it_back(loud: Path) -> None:
    insider = next(one for one in read_truth(loud).insiders if one.scenario == "guard_down")
    whats = [act.what for act in insider.acts if "guard" in act.what]
    assert len(whats) >= 2
    for down, up in zip(whats[::2], whats[1::2], strict=True):
        assert down.startswith("lowers")
        assert up.startswith("puts")


def test_innocents_leave_the_same_kinds_of_records_as_insiders(loud: Path) -> None:
    """No log is there for insiders alone: else their names would give them away."""
    github = (loud / "logs/git/github-audit.ndjson").read_text()
    tracker = (loud / "logs/wandb/audit.ndjson").read_text()
    insiders = {insider.person for insider in read_truth(loud).insiders}
    others = [
        line.split("github:")[1].split(";")[0]
        for line in (loud / "people.csv").read_text().splitlines()[1:]
        if line.split(",")[0] not in insiders
    ]
    assert sum(f'"actor":"{login}"' in github for login in others) > len(others) / 2
    assert tracker.count("run:delete_many") > 0


@pytest.mark.slow
def test_five_seeds_tell_five_different_stories(tmp_path: Path) -> None:
    told: dict[str, set[str]] = {name: set() for name in (*LOUD, *QUIET)}
    for seed in range(1, 6):
        for names in (LOUD, QUIET):
            folder = tmp_path / f"{seed}-{names[0]}"
            truth: Truth = simulate(
                folder, people=24, days=20, seed=seed, scenarios=names, until=UNTIL
            )
            for insider in truth.insiders:
                assert all(seen(folder, act) for act in insider.acts), insider.scenario
                told[insider.scenario].add(" ".join(act.trace for act in insider.acts))
    assert {name: len(stories) for name, stories in told.items()} == dict.fromkeys(told, 5)
