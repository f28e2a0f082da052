"""manage.py tokens"""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from auditapp.accounts import acts
from auditapp.accounts.command_line import add_reader, check_reader
from auditapp.accounts.models import ApiToken
from auditapp.accounts.scopes import ACTIVITY, Scope
from auditapp.ingest import issuing

LIMITS = ("requests_per_minute", "bytes_per_minute", "bytes_per_day")


class Command(BaseCommand):
    """Tokens of machines that send logs or read."""

    help = "Issue, list, rotate and revoke the tokens that let machines send logs or read."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """issue, list, rotate or revoke."""
        actions = parser.add_subparsers(dest="action", required=True)
        issue = actions.add_parser("issue", help="print a new token, once")
        issue.add_argument("name", help="what will use it")
        issue.add_argument("--feed", action="append", default=[], help="may send to it; repeatable")
        issue.add_argument("--source", action="append", default=[], help="only this; repeatable")
        issue.add_argument(
            "--scope",
            action="append",
            default=[],
            choices=Scope.values,
            help="what it is for; repeatable; ingest where none is said",
        )
        issue.add_argument("--days", type=int, help="for so many days; else until it is revoked")
        for name in LIMITS:
            issue.add_argument(
                f"--{name.replace('_', '-')}",
                type=int,
                help="else the settings; 0: no limit",
            )
        add_reader(issue)
        actions.add_parser("list", help="what there is, without the tokens themselves")
        rotate = actions.add_parser("rotate", help="print a successor, once")
        rotate.add_argument("id", type=int, help="its number in the list")
        rotate.add_argument("--hours", type=int, default=24, help="the old one lasts so long yet")
        add_reader(rotate)
        revoke = actions.add_parser("revoke", help="let a token be used no longer")
        revoke.add_argument("id", type=int, help="its number in the list")

    def handle(self, *args: Any, **options: Any) -> None:
        """Does the one that was named."""
        acts_by_name = {
            "issue": self._issue,
            "list": self._list,
            "rotate": self._rotate,
            "revoke": self._revoke,
        }
        acts_by_name[options["action"]](options)

    def _issue(self, options: dict[str, Any]) -> None:
        scopes = options["scope"] or [str(Scope.INGEST)]
        if not ACTIVITY.isdisjoint(scopes):
            check_reader(options["reader"])
        try:
            wanted = issuing.Wanted.of(
                name=options["name"],
                feeds=options["feed"],
                sources=options["source"],
                scopes=scopes,
                days=options["days"],
                limits={name: options[name] for name in LIMITS},
            )
        except ValueError as error:
            raise CommandError(str(error)) from error
        token, text = wanted.issue(timezone.now(), None)
        self._show(token, text, "issued")

    def _show(self, token: ApiToken, text: str, done: str) -> None:
        acts.note(None, f"{done} token", token)
        self.stderr.write(f"token {token.id}; it cannot be shown again:")
        self.stdout.write(text)

    def _list(self, options: dict[str, Any]) -> None:
        now = timezone.now()
        for token in ApiToken.objects.all():
            state = "valid" if token.valid(now) else "revoked" if token.revoked else "expired"
            used = f"{token.last_used:%Y-%m-%d %H:%M}" if token.last_used else "never"
            feeds = ",".join(token.all_feeds) or "no feed"
            sources = ",".join(token.sources) or "all sources"
            self.stdout.write(
                f"{token.id}\t{token.name}\t{token.prefix}…\t{','.join(token.scopes)}\t{feeds}"
                f"\t{sources}\t{state}\tlast used {used}"
            )

    def _rotate(self, options: dict[str, Any]) -> None:
        token = ApiToken.objects.filter(id=options["id"]).first()
        if token is None:
            raise CommandError(f"there is no token {options['id']}")
        if not ACTIVITY.isdisjoint(token.scopes):
            check_reader(options["reader"])
        if not 0 <= options["hours"] <= issuing.MOST_OVERLAP_HOURS:
            raise CommandError(f"--hours is a number up to {issuing.MOST_OVERLAP_HOURS}")
        try:
            new, text = token.rotated(timezone.now(), timedelta(hours=options["hours"]))
        except ValueError as error:
            raise CommandError(str(error)) from error
        self._show(new, text, f"rotated token {token} into")

    def _revoke(self, options: dict[str, Any]) -> None:
        valid = ApiToken.objects.filter(id=options["id"], revoked__isnull=True)
        if not valid.update(revoked=timezone.now()):
            raise CommandError(f"there is no token {options['id']} that could be revoked")
        acts.note(None, "revoked token", options["id"])
        self.stdout.write(f"token {options['id']} is revoked")
