"""manage.py tokens"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from analytics.pipeline import log_sources
from auditapp.accounts.models import ApiToken


class Command(BaseCommand):
    """Tokens of what sends logs."""

    help = "Issue, list and revoke the tokens that let shippers send logs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """issue, list or revoke."""
        actions = parser.add_subparsers(dest="action", required=True)
        issue = actions.add_parser("issue", help="print a new token, once")
        issue.add_argument("name", help="what will send with it")
        issue.add_argument("--feed", required=True, help="the feed that its batches belong to")
        issue.add_argument("--source", action="append", default=[], help="only this; repeatable")
        issue.add_argument("--days", type=int, help="for so many days; else until it is revoked")
        actions.add_parser("list", help="what there is, without the tokens themselves")
        revoke = actions.add_parser("revoke", help="let a token be used no longer")
        revoke.add_argument("id", type=int, help="its number in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does the one that was named."""
        {"issue": self._issue, "list": self._list, "revoke": self._revoke}[options["action"]](
            options
        )

    def _issue(self, options: dict[str, Any]) -> None:
        unknown = set(options["source"]) - set(log_sources())
        if unknown:
            raise CommandError(f"there is no source {', '.join(sorted(unknown))}")
        for name in ("name", "feed"):
            if not 0 < len(options[name]) <= 100 or not options[name].isprintable():
                raise CommandError(f"the {name} is no name of at most 100 characters")
        days = options["days"]
        if days is not None and not 0 < days <= 36_500:
            raise CommandError("--days is a number from 1")
        token, text = ApiToken.issue(
            name=options["name"],
            feed=options["feed"],
            sources=options["source"],
            expires=timezone.now() + timedelta(days=days) if days else None,
        )
        self.stderr.write(f"token {token.id}; it cannot be shown again:")
        self.stdout.write(text)

    def _list(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        for token in ApiToken.objects.all():
            state = "valid" if token.valid(now) else "revoked" if token.revoked else "expired"
            used = f"{token.last_used:%Y-%m-%d %H:%M}" if token.last_used else "never"
            sources = ",".join(token.sources) or "all sources"
            self.stdout.write(
                f"{token.id}\t{token.name}\t{token.prefix}…\t{token.feed}\t{sources}\t{state}"
                f"\tlast used {used}"
            )

    def _revoke(self, options: dict[str, Any]) -> None:
        valid = ApiToken.objects.filter(id=options["id"], revoked__isnull=True)
        if not valid.update(revoked=timezone.now()):
            raise CommandError(f"there is no token {options['id']} that could be revoked")
        self.stdout.write(f"token {options['id']} is revoked")
