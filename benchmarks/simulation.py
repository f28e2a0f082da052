"""How fast organisations are simulated: `python -m benchmarks.simulation [--people N] [--days N]`.

Prints records per CPU second and the most memory that was taken, with three insiders.
"""

import argparse
import resource
import tempfile
import time
from datetime import date
from pathlib import Path

from analytics.simulation import simulate


def main() -> None:
    """Simulates once and prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--days", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.process_time()
        truth = simulate(
            Path(folder) / "site", people=options.people, days=options.days,
            scenarios=("saboteur", "quiet_saboteur", "thief"), until=date(2026, 3, 1),
        )  # fmt: skip
        seconds = time.process_time() - begun
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"simulation: {truth.records:,} records of {options.people} people, {options.days} days, "
        f"{truth.records / seconds:,.0f} records per CPU second, at most {memory:.0f} MB"
    )


if __name__ == "__main__":
    main()
