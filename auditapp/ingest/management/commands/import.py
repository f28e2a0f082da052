"""manage.py import"""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from analytics.event import readable
from analytics.identity import IdentityError
from analytics.resources import ResourceError
from auditapp.cases import assessment
from auditapp.people import importing

TAKE_OVER: dict[str, Callable[[str], importing.Imported]] = {
    "people": importing.take_over_people,
    "resources": importing.take_over_resources,
}
LARGEST = 64 << 20


class Command(BaseCommand):
    """Takes over what the site knows of its people and its things."""

    help = "Import people.csv, resources.csv and the like; recognised by their headers."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Files, or folders that hold some."""
        parser.add_argument("paths", metavar="FILE", nargs="+", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a file; scores follow where something changed."""
        changed = False
        for path in _files(options["paths"]):
            changed |= self._import(path)
        if changed:
            assessment.touch_all()

    def _import(self, path: Path) -> bool:
        """Whether anything is not as it was."""
        name = readable(str(path))
        try:
            text = _text(path)
            kind = importing.recognise(text, path.stem)
            if kind not in TAKE_OVER:
                self.stdout.write(f"{name}: {kind} is not used yet; nothing was imported")
                return False
            imported = TAKE_OVER[kind](text)
        except (importing.NotContext, IdentityError, ResourceError) as error:
            raise CommandError(f"{name}: {error}") from error
        self.stdout.write(
            f"{name}: {kind}, {imported.added} new, {imported.changed} changed, "
            f"{imported.unchanged} unchanged"
        )
        return bool(imported.added or imported.changed)


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
