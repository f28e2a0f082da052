"""Simulates an organisation: raw logs as the real tools write them, and the truth about them."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from analytics.simulation import (
    FURTHER,
    ImpossibleSimulation,
    UnknownScenario,
    known_scenarios,
    simulate,
)


class Command(BaseCommand):
    """`manage.py simulate --out DIR`."""

    help = __doc__ or ""
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """The options."""
        known = ", ".join(known_scenarios())
        parser.add_argument("--out", required=True, type=Path, help="a new or empty folder")
        parser.add_argument("--people", type=int, default=40, help="how many work there (40)")
        parser.add_argument("--days", type=int, default=30, help="how many days (30)")
        parser.add_argument("--seed", type=int, default=1, help="same seed, same logs (1)")
        parser.add_argument("--until", type=_day, help="last day as YYYY-MM-DD (yesterday)")
        parser.add_argument(
            "--without",
            nargs="*",
            default=[],
            choices=FURTHER,
            metavar="SOURCE",
            help=f"log sources that are left out, of {', '.join(FURTHER)}",
        )
        parser.add_argument(
            "--scenario",
            nargs="*",
            action="extend",
            metavar="NAME",
            help=f"insiders: {known}; without a name nobody (saboteur)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Simulates with a progress bar on standard error."""
        names = ["saboteur"] if options["scenario"] is None else options["scenario"]
        bar = Progress(
            TextColumn("simulating"),
            BarColumn(),
            TextColumn("{task.completed} of {task.total} days"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
        )
        with bar:
            task = bar.add_task("simulating", total=options["days"])
            try:
                truth = simulate(
                    options["out"],
                    people=options["people"],
                    days=options["days"],
                    seed=options["seed"],
                    scenarios=names,
                    until=options["until"],
                    further=set(FURTHER) - set(options["without"]),
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
            except (ImpossibleSimulation, UnknownScenario, OSError) as error:
                bar.stop()
                raise CommandError(str(error)) from error
        acts = sum(len(insider.acts) for insider in truth.insiders)
        self.stdout.write(
            f"{options['out']}: {truth.records} records of {len(truth.people)} people from "
            f"{truth.first} to {truth.last}; {len(truth.insiders)} insiders, {acts} harmful acts"
        )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; say YYYY-MM-DD") from error
