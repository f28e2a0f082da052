"""Who wrote part of what a pull request brought, besides its author."""

import re
from collections.abc import Iterator

from analytics.event import account
from analytics.governance.review.persons import Persons
from analytics.governance.review.told import Told
from analytics.governance.review.updates import Update

MADE_UP = {  # addresses of people who do not tell theirs
    "github": re.compile(r"(?:\d+\+)?([\w-]+)@users\.noreply\.github\.com"),
    "gitlab": re.compile(r"\d+-([\w.-]+)@users\.noreply\.[\w.-]+"),
}
OF_MERGE = " committed: Merge "  # git's and forges' own words for a merge, which writes nothing


def helpers(update: Update, merge: Told, persons: Persons) -> frozenset[str]:
    """The persons who are an author, co-author or committer of one of its commits.

    Whoever merged it made the last commit, and with a rebase all of them anew: that writes nothing.
    """
    merger = persons.behind((merge.account, merge.behalf), merge.time)
    found: set[str] = set()
    for commit in update.commits:
        if OF_MERGE in commit.message:
            continue
        authors = persons.behind((commit.account, commit.author), commit.time)
        found |= authors - merger if commit.commit == update.after else authors
        found |= persons.behind((commit.committer,), commit.time) - merger
        for mail in (commit.labels.get("co_authored_by") or "").split(", "):
            found |= persons.behind(_accounts(mail), commit.time)
    return frozenset(found)


def _accounts(mail: str) -> Iterator[str | None]:
    """The accounts of an address: itself, and whose name it holds where a forge made it up."""
    yield account("git", mail or None)
    for forge, made_up in MADE_UP.items():
        if named := made_up.fullmatch(mail):
            yield account(forge, named[1])
