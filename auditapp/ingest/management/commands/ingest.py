"""manage.py ingest"""

import json
from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.event import readable
from analytics.pipeline import log_sources
from auditapp import garbage
from auditapp.ingest import progress
from auditapp.ingest.intake import Label, UnknownZone, check_zone
from auditapp.ingest.takein import STDIN, Stuck, TakeIn


class Command(BaseCommand):
    """Takes logs in."""

    help = (
        "Take logs in: files, folders, .gz, .zst and .zip, - for standard input. Formats are "
        "recognised by content. A log that names no host or user takes them from --host and "
        "--user, else from its path: …/logs/<host>/…/home/<user>/…"
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Paths, and what they leave unsaid."""
        parser.add_argument("paths", metavar="PATH", nargs="+", help="a file, a folder, or -")
        parser.add_argument("--source", default="", help="the log source, not to be recognised")
        parser.add_argument("--feed", default="", help="the feed; else named as the source")
        parser.add_argument("--host", default="", help="where the logs were written")
        parser.add_argument("--user", default="", help="whose histories they are")
        parser.add_argument("--timezone", default="", help="of times that name none; else UTC")
        parser.add_argument("--columns", default="", metavar="A,B,…", help="of a headerless log")
        parser.add_argument(
            "--backfill", action="store_true", help="old logs: nobody is told of what they show"
        )
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 0 unless an accepted batch could not be taken in."""
        started = monotonic()
        paths = [Path(path) for path in options["paths"]]
        run = TakeIn(_label(options))
        _check(paths)
        garbage.collect_rarely()
        try:
            with progress.shown(run):
                run.run(paths)
        except Stuck as error:
            raise CommandError(str(error)) from error
        counts = run.counts()
        result = {
            "lines": counts["lines"],
            "received": counts["records"],
            "stored": counts["stored"],
            "duplicates": counts["duplicates"],
            "rejected": counts["rejected"],
            "unrecognised": len(run.unrecognised),
            "batches": len(run.accepted),
            "seconds": round(monotonic() - started, 3),
        }
        self._tell(run, result, options["json"])
        failed = run.failed()
        for batch in failed:
            self.stderr.write(f"{batch.path}: {batch.error}")
        if failed:
            raise CommandError(f"{len(failed)} of {len(run.accepted)} batches failed")

    def _tell(self, run: TakeIn, result: dict[str, Any], as_json: bool) -> None:
        for name, reason in run.unrecognised:
            self.stderr.write(f"not recognised: {name}: {reason}")
        for reason, count in run.rejections():
            self.stderr.write(f"rejected: {count:,} × {reason}")
        if as_json:
            self.stdout.write(json.dumps(result))
            return
        self.stdout.write(
            "{lines:,} lines, {received:,} records: {stored:,} stored, {duplicates:,} known, "
            "{rejected:,} rejected; {batches:,} batches, {unrecognised:,} files not recognised, "
            "{seconds:.1f} s".format(**result)
        )


def _check(paths: list[Path]) -> None:
    """Raises CommandError for a path that leads nowhere, before anything is taken in."""
    for path in paths:
        try:
            if path != STDIN:
                path.lstat()
        except FileNotFoundError as error:
            raise CommandError(f"there is no {readable(str(path))}") from error
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise CommandError(f"{readable(str(path))}: {reason}") from error


def _label(options: dict[str, Any]) -> Label:
    """What the options say. Raises CommandError."""
    source = options["source"]
    if source and source not in log_sources():
        raise CommandError(f"there is no source {source}; there are {', '.join(log_sources())}")
    try:
        timezone = options["timezone"] and check_zone(options["timezone"])
    except UnknownZone as error:
        raise CommandError(str(error)) from error
    for name, longest in (("feed", 100), ("host", 255), ("user", 255)):
        if len(options[name]) > longest or not options[name].isprintable():
            raise CommandError(f"--{name} is no name of at most {longest} characters")
    columns = tuple(name.strip() for name in options["columns"].split(",") if name.strip())
    _check_columns(source, columns)
    return Label(
        source=source,
        feed=options["feed"],
        host=options["host"],
        user=options["user"],
        timezone=timezone,
        columns=columns,
        backfill=options["backfill"],
    )


def _check_columns(source: str, columns: tuple[str, ...]) -> None:
    """Raises CommandError for columns without those that any source they could be for needs."""
    asked = [log_sources()[source]] if source else [s for s in log_sources().values() if s.needs]
    lacking = {each.name: each.lacking(columns) for each in asked}
    if lacking and all(lacking.values()):
        needed = "; ".join(f"{', '.join(names)} for {name}" for name, names in lacking.items())
        raise CommandError(f"--columns does not name {needed}")
