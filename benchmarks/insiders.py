"""How well ten insiders among many people are found, over seeds: the mean and the worst.

    python -m benchmarks.insiders [--people 200] [--days 60] [--seeds 5] [--lone-seeds 20]
                                  [--parts loud quiet lone calm] [--out FOLDER]

Each part simulates an organisation a seed and runs `manage.py evaluate` on it: `loud` and `quiet`
have ten insiders each, `lone` one (the kinds take turns), `calm` none. Everything is written anew
for each seed and removed afterwards; with --out each result is kept there as JSON.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

from analytics.simulation import simulate

ROOT = Path(__file__).resolve().parents[1]
KINDS = (
    "poisoned_pull", "framework_tamper", "review_bypass", "guard_down", "checkpoint_swap",
    "adaptive", "kill_spree", "credential_hop", "staged_theft", "slow_poisoning",
)  # fmt: skip
QUIET = tuple(f"quiet_{name}" for name in KINDS)
UNTIL = date(2026, 3, 1)
SOON = 24.0  # hours within which a first high alert is asked for
LONE_RANK = 5
Result = dict[str, Any]


def evaluated(options: argparse.Namespace, seed: int, scenarios: Sequence[str]) -> Result:
    """What `evaluate` says of one organisation."""
    with tempfile.TemporaryDirectory(prefix="foureyes-insiders-") as folder:
        begun = time.monotonic()
        site = Path(folder) / "site"
        simulate(
            site, people=options.people, days=options.days, seed=seed, scenarios=scenarios,
            until=UNTIL,
        )  # fmt: skip
        simulated = round(time.monotonic() - begun, 1)
        command = [sys.executable, str(ROOT / "manage.py"), "evaluate", str(site), "--json"]
        if len(scenarios) > 1:
            command.append("--ablation")
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
        result: Result = json.loads(done.stdout)
        result["seconds"]["simulate"] = simulated
        return result


def within(result: Result) -> float:
    """The share of insiders in the first 2 × n ranks."""
    return float(result["insiders_within_twice_their_number"] / max(1, result["insiders"]))


def soon(result: Result) -> float:
    """The share of insiders on whom a high alert came soon after their first act."""
    hours = result["first_high_alert_hours_after_first_act"].values()
    return sum(one is not None and one <= SOON for one in hours) / max(1, len(hours))


def line(name: str, figures: Sequence[float], *, low_is_bad: bool) -> None:
    """One row of the table: the mean and the worst seed."""
    worst = min(figures) if low_is_bad else max(figures)
    print(f"  {name:56} mean {mean(figures):7.3f}   worst {worst:7.3f}")


def report(part: str, results: Sequence[Result], days: int) -> None:
    """The table of a part with many insiders."""
    print(f"\n{part}: {len(results)} seeds, {results[0]['people']} people, {days} days")
    line("insiders within the first 2 × n ranks", [*map(within, results)], low_is_bad=True)
    line("insiders within the first n ranks", [one["recall_at_k"] for one in results],
         low_is_bad=True)  # fmt: skip
    line(f"first high alert within {SOON:.0f} h", [*map(soon, results)], low_is_bad=True)
    alarms(results, days)
    kinds: dict[str, list[int]] = {}
    for result in results:
        for person, scenario in result["scenario_of_each_insider"].items():
            kinds.setdefault(scenario, []).append(result["rank_of_each_insider"][person])
    for scenario, ranks in sorted(kinds.items()):
        print(f"    {scenario:30} ranks {' '.join(map(str, ranks))}")
    for without in sorted(results[0].get("ablation", ())):
        shares = [
            one["ablation"][without]["insiders_within_twice_their_number"] / one["insiders"]
            for one in results
        ]
        line(f"without {without}: within the first 2 × n", shares, low_is_bad=True)


def alarms(results: Sequence[Result], days: int) -> None:
    """What innocents have to bear."""
    line("high alerts a week on innocents",
         [one["high_alerts_per_day_on_innocents"] * 7 for one in results],
         low_is_bad=False)  # fmt: skip
    line("critical alerts a month on innocents",
         [one["critical_alerts_on_innocents"] * 30 / days for one in results],
         low_is_bad=False)  # fmt: skip
    accused = [one["named_by_victims"] for one in results]
    guilty = [one["rank_of_each_insider"] for one in results]
    line("innocents named by victims-first",
         [sum(name not in known for name in names)
          for names, known in zip(accused, guilty, strict=True)],
         low_is_bad=False)  # fmt: skip
    reasons = Counter(
        reason
        for one in results
        for place in one["first_people"]
        if place["scenario"] is None
        for reason in place["reasons"]
    )
    print(f"    on innocents among the first 20: {dict(reasons.most_common(12))}")


def main() -> None:
    """Prints a table for each part."""
    parser = argparse.ArgumentParser(description="How well insiders are found, over seeds.")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--lone-seeds", type=int, default=20)
    parser.add_argument("--parts", nargs="+", default=["loud", "quiet", "lone", "calm"],
                        choices=["loud", "quiet", "lone", "calm"])  # fmt: skip
    parser.add_argument("--out", type=Path, help="a folder for each result as JSON")
    options = parser.parse_args()
    every = (*KINDS, *QUIET)
    for part in options.parts:
        seeds = range(1, 1 + (options.seeds if part in ("loud", "quiet") else options.lone_seeds))
        results = []
        for seed in seeds:
            scenarios = {"loud": KINDS, "quiet": QUIET, "calm": ()}.get(
                part, (every[(seed - 1) % len(every)],)
            )
            results.append(evaluated(options, seed, scenarios))
            if options.out:
                options.out.mkdir(parents=True, exist_ok=True)
                path = options.out / f"{part}-{seed}.json"
                path.write_text(json.dumps(results[-1], indent=1))
        if part in ("loud", "quiet"):
            report(part, results, options.days)
            continue
        print(f"\n{part}: {len(results)} seeds")
        if part == "lone":
            first = [min(one["rank_of_each_insider"].values(), default=10**6) for one in results]
            share = mean(rank <= LONE_RANK for rank in first)
            print(f"  one insider within the first {LONE_RANK}: {share:.2f}; ranks {first}")
        alarms(results, options.days)


if __name__ == "__main__":
    main()
