"""manage.py report"""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.cases.management.arguments import moment, span
from auditapp.reports.content import gather
from auditapp.reports.formats import FORMATS


class Command(BaseCommand):
    """Writes a risk report now."""

    help = "Write a risk report over a period; '-' as --out means standard output."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """--period, --as-of, --format, --out, --as."""
        parser.add_argument("--period", type=span, default="7d", help="7d")
        parser.add_argument("--as-of", type=moment, metavar="T", help="its end; now")
        parser.add_argument("--format", choices=sorted(FORMATS), required=True)
        parser.add_argument("--out", required=True, metavar="FILE")
        add_reader(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Gathers, formats, writes."""
        check_reader(options["reader"])
        until = options["as_of"] or datetime.now(UTC)
        text = FORMATS[options["format"]](gather(until - options["period"], until))
        if options["out"] == "-":
            self.stdout.write(text)
            return
        try:
            Path(options["out"]).write_text(text, encoding="utf-8", newline="")
        except OSError as error:
            raise CommandError(f"cannot write {options['out']}: {error.strerror}") from error
        print(f"Wrote {options['out']}", file=sys.stderr)  # noqa: T201 - a command's answer
