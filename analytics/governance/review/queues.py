"""Merge queues: which pull request a group of the queue is made for."""

import re
from dataclasses import replace

from analytics.governance.review.told import QUEUED, Told

MEMBER = re.compile(r"refs/heads/gh-readonly-queue/.+/pr-(\d{1,9})-[0-9a-f]{40,64}")


def member(one: Told) -> Told:
    """The event with the pull request that its group's branch names; others as they are."""
    if one.action != QUEUED:
        return one
    named = MEMBER.fullmatch(one.labels.get("merge_group", ""))
    return replace(one, pull=int(named[1])) if named else one
