"""manage.py import"""

import getpass
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from analytics.event import REALM, readable
from analytics.identity import IdentityError
from analytics.identity.unix import realm_of
from auditapp.cases import assessment
from auditapp.people import importing

LARGEST = 64 << 20
ORDER = {kind: place for place, kind in enumerate(importing.KINDS)}  # people come first


class Command(BaseCommand):
    """Takes over what the site knows of its people and its things."""

    help = "Import people.csv, resources.csv, passwd and the like; recognised by their headers."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, or folders that hold some."""
        parser.add_argument("paths", metavar="FILE", nargs="+", type=Path)
        parser.add_argument(
            "--realm", default=REALM, help="of the numbers in passwd and group files (site)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a file; scores follow where something changed."""
        changed = False
        try:
            chosen = importing.Options(realm=realm_of(options["realm"]))
        except IdentityError as error:
            raise CommandError(str(error)) from error
        read = [self._read(path) for path in _files(options["paths"])]
        for path, kind, text in sorted(read, key=lambda file: ORDER[file[1]]):
            changed |= self._import(path, kind, text, chosen)
        if changed:
            assessment.touch_all()

    def _read(self, path: Path) -> tuple[Path, str, str]:
        text = _text(path)
        try:
            return path, importing.recognise(text, path.stem), text
        except importing.NotContext as error:
            raise CommandError(f"{readable(str(path))}: {error}") from error

    def _import(self, path: Path, kind: str, text: str, options: importing.Options) -> bool:
        """Whether anything is not as it was."""
        name = readable(str(path))
        try:
            with transaction.atomic():
                plan = importing.plan(kind, text, options)
                importing.carry_out(plan, readable(path.name), getpass.getuser())
        except importing.NotContext as error:
            raise CommandError(f"{name}: {error}") from error
        self.stdout.write(f"{name}: {kind}, {plan.summary}")
        return plan.changes_anything


def _files(paths: list[Path]) -> Iterator[Path]:
    """The files, and of a folder those right in it that can be imported. Raises CommandError."""
    for path in paths:
        try:
            found = [path]
            if path.is_dir():
                found = [file for file in sorted(path.iterdir()) if _importable(file)]
        except OSError as error:
            raise CommandError(_reason(path, error)) from error
        if not found:
            raise CommandError(f"{readable(str(path))} holds no file that can be imported")
        yield from found


def _importable(path: Path) -> bool:
    if not path.is_file() or path.suffix not in (".csv", ""):
        return False
    try:
        with path.open("rb") as file:
            head = file.read(4096).decode("utf-8", "replace")
        importing.recognise(head, path.stem)
    except (importing.NotContext, OSError):
        return False
    return True


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise CommandError(f"{readable(str(path))} is larger than {LARGEST} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(_reason(path, error)) from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{readable(str(path))} is not UTF-8: {error.reason}") from error


def _reason(path: Path, error: OSError) -> str:
    return f"{readable(str(path))}: {(error.strerror or str(error)).lower()}"
