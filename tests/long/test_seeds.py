"""Detection in organisations of other seeds than those it was made with."""

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from analytics.risk.parts import PARTS
from analytics.simulation import simulate
from tests.auditapp.ingest.installation import Installation

SEEDS = (11, 12, 13, 14, 15)
SCENARIOS = ("saboteur", "quiet_saboteur", "thief")
AS_OF = "2026-03-02"
Said = Callable[..., Any]


def organisation(folder: Path, seed: int, scenarios: tuple[str, ...]) -> dict[str, str]:
    """Simulates twenty-five people for twenty-four days; gives each scenario's insider."""
    truth = simulate(
        folder,
        people=25,
        days=24,
        seed=seed,
        scenarios=scenarios,
        until=date(2026, 3, 1),
        progress=None,
    )
    return {insider.scenario: insider.person for insider in truth.insiders}


@pytest.fixture
def said(blank: Installation) -> Said:
    """What a command prints, read as JSON where it is asked for."""
    blank.environment["FOUREYES_DEMO"] = "true"

    def run(*arguments: str) -> Any:
        done = blank.run(*arguments)
        assert done.returncode == 0, done.stderr.decode()[-2000:]
        return json.loads(done.stdout) if "--json" in arguments else None

    return run


def better_innocents(ranks: dict[str, int], person: str) -> int:
    """How many people who did nothing stand before that insider."""
    return ranks[person] - sum(rank <= ranks[person] for rank in ranks.values())


def test_insiders_are_found_whatever_the_seed(said: Said, tmp_path: Path) -> None:
    before: dict[str, list[int]] = {scenario: [] for scenario in SCENARIOS}
    critical, high = [], []
    for seed in SEEDS:
        folder = tmp_path / str(seed)
        insiders = organisation(folder, seed, SCENARIOS)
        found = said("evaluate", str(folder), "--json")
        ranks = found["rank_of_each_insider"]
        for scenario, person in insiders.items():
            before[scenario].append(better_innocents(ranks, person))
        critical.append(found["critical_alerts_on_innocents"])
        high.append(found["high_alerts_per_day_on_innocents"])
        sys.stdout.write(f"{seed}: {json.dumps(found)}\n")
    sys.stdout.write(f"innocents before each insider: {before}\n")
    assert before["saboteur"] == [0] * len(SEEDS)
    for scenario in ("quiet_saboteur", "thief"):
        assert mean(before[scenario]) <= 1
        assert sum(number <= 2 for number in before[scenario]) >= len(SEEDS) - 1
    assert critical == [0] * len(SEEDS)
    assert mean(high) < 0.1


@pytest.mark.parametrize("seed", SEEDS[:3])
def test_where_nobody_does_harm_nobody_is_critical(said: Said, tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "calm"
    assert organisation(folder, seed, ()) == {}
    said("migrate", "--verbosity", "0")
    said("import", str(folder))
    taken = said("ingest", str(folder / "logs"), "--json")
    assert (taken["rejected"], taken["unrecognised"]) == (0, 0)
    said("score", "--as-of", AS_OF)
    assert not [row for row in said("risk", "--json") if row["level"] in ("high", "critical")]
    assert not [row for row in said("alerts", "--json") if row["severity"] == "critical"]


def test_what_each_part_is_worth_is_told(said: Said, tmp_path: Path) -> None:
    folder = tmp_path / "site"
    simulate(folder, people=8, days=6, seed=3, scenarios=("saboteur",), until=date(2026, 3, 1))
    found = said("evaluate", str(folder), "--json", "--ablation")
    (person,) = found["rank_of_each_insider"]
    assert found["scenario_of_each_insider"] == {person: "saboteur"}
    assert found["first_people"][0]["person"] == person
    assert found["insiders_within_twice_their_number"] == 1
    assert found["ablation"].keys() == set(PARTS)
    assert all(person in one["rank_of_each_insider"] for one in found["ablation"].values())
    assert found["seconds"].keys() == {"ingest", "score"}
