"""manage.py import-ldap"""

import getpass
from argparse import ArgumentParser
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from analytics.identity import IdentityError
from analytics.identity.ldap import people_of
from auditapp.cases import assessment
from auditapp.people import importing, ldap


class Command(BaseCommand):
    """Takes over people and accounts from LDAP or Active Directory."""

    help = "Import people from the directory that the settings LDAP_… name. It is only read."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """--dry-run."""
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """A line with counts; scores follow where something changed."""
        today = datetime.now(UTC).date()
        try:
            place = ldap.configured()
            table = people_of(ldap.entries(place), place.schema, today, place.realm)
            with transaction.atomic():
                plan = importing.plan_entries(table, "ldap", today)
                if not options["dry_run"]:  # an entry that says nothing stops no others
                    right = replace(plan, kind="ldap", problems=())
                    importing.carry_out(right, place.url, getpass.getuser())
        except (ldap.DirectoryUnavailable, importing.NotContext, IdentityError) as error:
            raise CommandError(str(error)) from error
        for problem in plan.problems:
            self.stdout.write(f"entry {problem.line}: {problem.reason}")
        for change in plan.changes if options["dry_run"] else ():
            if change.fate is not importing.Fate.UNCHANGED:
                self.stdout.write(f"{change.fate} {change.key}: {'; '.join(change.details)}")
        would = " (nothing was changed)" if options["dry_run"] else ""
        self.stdout.write(f"{place.url}: {plan.summary}{would}")
        if plan.changes_anything and not options["dry_run"]:
            assessment.touch_all()
