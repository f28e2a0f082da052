"""manage.py scan"""

import json
import socket
import sqlite3
import sys
import tempfile
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

import orjson
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from analytics.artifacts.remembering import Memory
from analytics.artifacts.scanning import Scan
from analytics.event import REALM, readable
from auditapp.ingest import progress
from auditapp.ingest.intake import Label
from auditapp.ingest.takein import STDIN, Stuck, TakeIn

SOURCE = "artifact_scan"
STATE = "artifacts.sqlite3"


class Command(BaseCommand):
    """Scans model files."""

    help = (
        "Look into model files without loading them: a Hugging Face cache, a folder of "
        "checkpoints, a file. Each verdict becomes an event; a file that did not change is not "
        "read again, and the same verdict is stored once."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Paths, and whose they are."""
        parser.add_argument("paths", metavar="PATH", nargs="+", help="a cache, a folder or a file")
        parser.add_argument("--host", default=socket.gethostname(), help="whose files they are")
        parser.add_argument("--realm", default=REALM, help="of the files' numeric owners")
        parser.add_argument("--feed", default=SOURCE, help="the feed of the verdicts")
        parser.add_argument("--out", default="", metavar="FILE", help="write there, store nothing")
        parser.add_argument("--json", action="store_true", help="one object on standard output")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit code 0 unless a path leads nowhere or the verdicts could not be stored."""
        _check(options)
        started = monotonic()
        result: dict[str, Any]
        with ExitStack() as stack:
            file, path = _output(options["out"], stack)
            result = self._scan(file, options)
            file.flush()
            if not options["out"]:
                result |= self._take_in(path, options) if result["files"] else {}
        result["seconds"] = round(monotonic() - started, 3)
        self._tell(result, options)

    def _scan(self, file: BinaryIO, options: dict[str, Any]) -> dict[str, Any]:
        paths = [Path(path) for path in options["paths"]]
        try:
            with Memory(Path(settings.HOME) / STATE) as memory:
                scan = Scan(host=options["host"], realm=options["realm"], memory=memory)
                with progress.shown(scan):
                    for line in scan.run(paths):
                        file.write(orjson.dumps(line) + b"\n")
        except FileNotFoundError as error:
            raise CommandError(f"there is no {readable(str(error.filename))}") from error
        except OSError as error:
            raise CommandError(readable(str(error))) from error
        except sqlite3.Error as error:
            raise CommandError(f"{Path(settings.HOME) / STATE}: {error}") from error
        counts = {str(verdict): number for verdict, number in scan.verdicts.items()}
        return {"files": sum(counts.values()), "read": scan.read, "known": scan.known, **counts}

    def _take_in(self, path: Path, options: dict[str, Any]) -> dict[str, Any]:
        run = TakeIn(Label(source=SOURCE, feed=options["feed"], host=options["host"]))
        try:
            with progress.shown(run):
                run.run([path])
        except Stuck as error:
            raise CommandError(str(error)) from error
        if failed := run.failed():
            raise CommandError(f"the verdicts could not be taken in: {failed[0].error}")
        if run.unrecognised:
            raise CommandError(f"the verdicts could not be taken in: {run.unrecognised[0][1]}")
        counts = run.counts()
        return {name: counts[name] for name in ("stored", "duplicates", "rejected")}

    def _tell(self, result: dict[str, Any], options: dict[str, Any]) -> None:
        said = self.stderr if options["out"] == str(STDIN) else self.stdout
        if options["json"]:
            said.write(json.dumps(result))
            return
        said.write(
            "{files:,} files, {read:,} read: {malicious:,} malicious, {suspicious:,} suspicious, "
            "{unreadable:,} unreadable, {clean:,} clean".format(**result)
            + (
                ", {stored:,} stored, {duplicates:,} known".format(**result)
                if "stored" in result
                else ""
            )
            + f"; {result['seconds']:.1f} s"
        )


def _check(options: dict[str, Any]) -> None:
    """Raises CommandError for what is no name."""
    for name, longest in (("feed", 100), ("host", 255), ("realm", 50)):
        value = options[name]
        if not value or len(value) > longest or not value.isprintable():
            raise CommandError(f"--{name} is no name of at most {longest} characters")


def _output(out: str, stack: ExitStack) -> tuple[BinaryIO, Path]:
    """Where the lines go: the file that was asked for, standard output, or one for the intake."""
    if out == str(STDIN):
        return sys.stdout.buffer, STDIN
    if not out:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        out = str(Path(folder) / "scan.ndjson")
    try:
        return stack.enter_context(Path(out).open("wb")), Path(out)
    except OSError as error:
        raise CommandError(f"{readable(out)}: {(error.strerror or str(error)).lower()}") from error
