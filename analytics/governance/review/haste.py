"""Approvals sooner than anybody can read what they approve."""

from datetime import datetime, timedelta

LEAST = timedelta(minutes=1)
A_LINE = timedelta(seconds=2)  # as the feature `fast_approvals` says


def is_hasty(offered: datetime, approved: datetime, lines: int | None) -> bool:
    """Whether nobody can have read so many lines in between."""
    return approved - offered < max(LEAST, A_LINE * (lines or 0))
