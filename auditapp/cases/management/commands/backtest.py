"""manage.py backtest"""

import json
import time
from argparse import ArgumentTypeError
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from analytics.detection.backtesting import Backtest, Found, TooManyHits, backtest, chosen
from analytics.detection.documents import Refused, RulesMissing
from analytics.detection.loading import OWN_RULES, RuleSet, load
from analytics.detection.watchlist import OWN_LISTS
from analytics.store.base import Question, StoreUnavailable
from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.accounts.pseudonyms import reference, shown_all
from auditapp.cases.management.arguments import harmless, moment
from auditapp.eventstore import store
from auditapp.people.directory import directory

TOP = 10
BAR = 40  # characters of the day with the most hits
SAMPLE = ("event.dataset", "actor.account", "event.action", "message")
TELL = 5.0  # seconds between two lines of progress


class Command(BaseCommand):
    """Asks rules of stored events, and keeps nothing of it."""

    help = (
        "Match rules, or correlations, over the stored events as if they had been in force: hits a "
        "day, people and objects touched, sample events, time taken. Nothing is written. Filters "
        "and rules in force are taken into account."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """RULE…, --since, --until, --json, --as."""
        parser.add_argument(
            "rules", nargs="+", type=_path, metavar="RULE", help="a Sigma file, or a folder of them"
        )
        parser.add_argument("--since", type=moment, metavar="T", help="from this event time on")
        parser.add_argument("--until", type=moment, metavar="T", help="before this event time")
        parser.add_argument("--json", action="store_true", help="one object on standard output")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Tells what was found."""
        check_reader(options["reader"])
        rules = self._loaded(options["rules"])
        question = Question(since=options["since"], until=options["until"])
        started = self._told = time.monotonic()
        try:
            result = backtest(rules, store(), question, directory(), self._progress)
            if not result.events:
                raise CommandError("no events are stored within that time")
            seconds = time.monotonic() - started
            if options["json"]:
                self.stdout.write(json.dumps(_as_json(result, rules, question, seconds)))
            else:
                self._write(result, rules, seconds)
        except StoreUnavailable as error:
            raise CommandError(f"the event store does not answer: {error}") from error
        except TooManyHits as error:
            raise CommandError(str(error)) from error

    def _loaded(self, paths: list[Path]) -> RuleSet:
        """What is in the paths. A file that is named itself must be good; in a folder some may be
        bad, which are told of."""
        try:
            loaded = load(
                [*paths, OWN_RULES, *settings.RULE_FOLDERS],
                lists=[OWN_LISTS, *settings.WATCHLIST_FOLDERS],
            )
        except RulesMissing as error:
            raise CommandError(str(error)) from error
        rules = chosen(loaded, paths)
        named = [one for one in rules.refused if one.path in paths]
        if named or not rules.detections:
            reasons = "; ".join(map(_reason, named or rules.refused))
            raise CommandError(reasons or "there are no rules in what was named")
        return rules

    def _progress(self, day: date, events: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{day}  {events:,} events read", ending="")
        elif time.monotonic() > self._told + TELL:
            self._told = time.monotonic()
            self.stderr.write(f"{day}  {events:,} events read")

    def _write(self, result: Backtest, rules: RuleSet, seconds: float) -> None:
        if self.stderr.isatty():
            self.stderr.write("")
        silent = [one for one in result.found if not one.hits]
        for found in result.found:
            if found.hits:
                self._write_one(found)
        if silent:
            self.stdout.write(f"no hits: {harmless(', '.join(one.rule.id for one in silent))}\n")
        for refused in rules.refused:
            self.stdout.write(f"refused: {_reason(refused)}")
        hits = sum(one.hits for one in result.found)
        first, last = result.days[0], result.days[-1]
        self.stdout.write(
            f"{len(result.found)} rules over {result.events:,} events of {len(result.days)} days, "
            f"{first} to {last}: {hits:,} hits in {seconds:.1f} s, "
            f"{result.events / max(seconds, 1e-9):,.0f} events a second"
        )

    def _write_one(self, found: Found) -> None:
        rule = found.rule
        title = f"{rule.id}  {rule.severity}  {rule.title}  (version {rule.version})"
        self.stdout.write(harmless(title))
        nobodys = f", {len(found.accounts):,} accounts of nobody known" if found.accounts else ""
        self.stdout.write(
            f"  {found.hits:,} hits on {len(found.days):,} days; {len(found.people):,} people"
            f"{nobodys}, {len(found.objects):,} objects"
        )
        most = max(found.days.values())
        for day in _every_day(found.days):
            bar = "█" * -(-found.days[day] * BAR // most)
            self.stdout.write(f"  {day}  {found.days[day]:8,}  {bar}".rstrip())
        names = shown_all(found.people)
        people = Counter({names[person]: hits for person, hits in found.people.items()})
        for what, counted in (
            ("people", people),
            ("accounts", found.accounts),
            ("objects", found.objects),
        ):
            if counted:
                told = ", ".join(f"{name} {hits:,}" for name, hits in counted.most_common(TOP))
                self.stdout.write(harmless(f"  {what}: {told}"))
        for event in _samples(found):
            cells = "  ".join(str(event[name] or "-") for name in SAMPLE)
            self.stdout.write(harmless(f"  {event['@timestamp']:%Y-%m-%dT%H:%M:%SZ}  {cells}"))
        self.stdout.write("")


def _path(text: str) -> Path:
    path = Path(text).absolute()
    if not path.exists():
        raise ArgumentTypeError(f"there is no file or folder {text}")
    return path


def _reason(refused: Refused) -> str:
    return harmless(f"{refused.path}: {refused.reason}")


def _every_day(days: Counter[date]) -> list[date]:
    """Also those without hits between the first and the last."""
    first, last = min(days), max(days)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _samples(found: Found) -> list[dict[str, Any]]:
    """The sample events as they are stored."""
    tables = (store().get(event, moment.date()) for moment, event in found.samples)
    return [row for table in tables if table is not None for row in table.to_pylist()]


def _as_json(
    result: Backtest, rules: RuleSet, question: Question, seconds: float
) -> dict[str, Any]:
    return {
        "since": question.since and question.since.isoformat(),
        "until": question.until and question.until.isoformat(),
        "days": len(result.days),
        "events": result.events,
        "hits": sum(one.hits for one in result.found),
        "seconds": round(seconds, 3),
        "events_per_second": round(result.events / max(seconds, 1e-9)),
        "rules": [_one_as_json(one) for one in result.found],
        "refused": [{"path": str(one.path), "reason": one.reason} for one in rules.refused],
    }


def _one_as_json(found: Found) -> dict[str, Any]:
    names = shown_all(found.people)
    return {
        "id": found.rule.id,
        "version": found.rule.version,
        "title": found.rule.title,
        "severity": found.rule.severity,
        "hits": found.hits,
        "days": {day.isoformat(): found.days[day] for day in sorted(found.days)},
        "people": [
            {"person": reference(person), "name": names[person], "hits": hits}
            for person, hits in found.people.most_common()
        ],
        "accounts": [
            {"account": account, "hits": hits} for account, hits in found.accounts.most_common(TOP)
        ],
        "objects": [
            {"object": thing, "hits": hits} for thing, hits in found.objects.most_common(TOP)
        ],
        "samples": [
            {"event": event, "time": moment.isoformat()} for moment, event in found.samples
        ],
    }
