"""What is asked of a new token, checked: the page and the command line both issue by it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from analytics.pipeline import log_sources
from auditapp.accounts.models import ApiToken, User
from auditapp.accounts.scopes import Scope

LONGEST_NAME = 100
MOST_DAYS = 3650
MOST_FEEDS = 50
MOST_OVERLAP_HOURS = 24 * 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A token to be; made by `of`, so everything in it makes sense."""

    name: str
    feeds: tuple[str, ...]
    sources: tuple[str, ...]
    scopes: tuple[str, ...]
    days: int | None
    limits: Mapping[str, int] = field(default_factory=dict)  # fields of ApiToken

    @classmethod
    def of(
        cls,
        *,
        name: str,
        feeds: Iterable[str],
        sources: Iterable[str],
        scopes: Iterable[str],
        days: int | None,
        limits: Mapping[str, int | None] | None = None,
    ) -> "Wanted":
        """The same, without doubles. Raises ValueError that says what makes no sense."""
        made = cls(
            name=name.strip(),
            feeds=tuple(dict.fromkeys(feed.strip() for feed in feeds if feed.strip())),
            sources=tuple(dict.fromkeys(sources)),
            scopes=tuple(dict.fromkeys(scopes)),
            days=days,
            limits={name: most for name, most in (limits or {}).items() if most is not None},
        )
        made._check()
        return made

    def _check(self) -> None:
        for text in (self.name, *self.feeds):
            if not 0 < len(text) <= LONGEST_NAME or not text.isprintable():
                raise ValueError(f"a name has 1 to {LONGEST_NAME} characters that can be printed")
        if unknown := set(self.sources) - set(log_sources()):
            raise ValueError(f"there is no source {', '.join(sorted(unknown))}")
        if not self.scopes or set(self.scopes) - set(Scope.values):
            raise ValueError("a token is for at least one of " + ", ".join(Scope.values))
        if len(self.feeds) > MOST_FEEDS:
            raise ValueError(f"a token may send to at most {MOST_FEEDS} feeds")
        if (Scope.INGEST in self.scopes) != bool(self.feeds):
            raise ValueError("a token that sends logs needs a feed, and no other has one")
        if self.sources and not self.feeds:
            raise ValueError("only a token that sends logs has sources")
        if self.days is not None and not 0 < self.days <= MOST_DAYS:
            raise ValueError(f"the number of days is between 1 and {MOST_DAYS}")
        if any(not 0 <= most < 1 << 63 for most in self.limits.values()):
            raise ValueError("a limit is a number from 0 on")

    def issue(self, now: datetime, by: User | None) -> tuple[ApiToken, str]:
        """The token, saved, and its text."""
        usual, *further = self.feeds or ("",)
        return ApiToken.issue(
            name=self.name,
            feed=usual,
            feeds=further,
            sources=list(self.sources),
            scopes=list(self.scopes),
            created_by=by,
            **self.limits,
            created=now,
            expires=now + timedelta(days=self.days) if self.days else None,
        )
