"""The verdict on an update of a shared branch: reviewed, bypass, or unknown, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Verdict(StrEnum):
    """Whether another person approved what landed; what is unknown stays out of every share."""

    REVIEWED = "reviewed"
    BYPASS = "bypass"
    UNKNOWN = "unknown"


class Why(StrEnum):
    """What decided a verdict."""

    APPROVED = "approved"
    APPROVED_HEAD = "approved_head"
    SAME_CONTENT = "same_content"
    PICKED = "picked"
    TAKEN_BACK = "taken_back"
    PUSHED = "pushed"
    UNDID_SAFEGUARD = "undid_safeguard"
    REWRITTEN = "rewritten"
    MORE_COMMITS = "more_commits"
    UNAPPROVED = "unapproved"
    MERGED_BY_ANOTHER = "merged_by_another"
    SECOND_ACCOUNT = "second_account"
    OWN_PART = "own_part"
    STALE = "stale"
    DISMISSED = "dismissed"
    CREATED = "created"
    NOTHING_SEEN = "nothing_seen"
    OPENING_UNSEEN = "opening_unseen"
    APPROVER_UNKNOWN = "approver_unknown"
    ONLY_A_BOT = "only_a_bot"
    SAME_SIZE = "same_size"
    CAUGHT_UP = "caught_up"
    RETARGETED = "retargeted"


SAID: Mapping[Why, str] = {
    Why.APPROVED: "another person approved the final head",
    Why.APPROVED_HEAD: "another person had approved this very commit",
    Why.SAME_CONTENT: "another person approved the same content in other commits",
    Why.TAKEN_BACK: "it takes back exactly what had just landed",
    Why.PICKED: "it does what another person had approved for another branch",
    Why.PUSHED: "pushed without a pull request",
    Why.UNDID_SAFEGUARD: "it took back what had made something safer, and nobody looked",
    Why.REWRITTEN: "history was rewritten",
    Why.MORE_COMMITS: "it carried more commits than its pull request had",
    Why.UNAPPROVED: "its author merged it and nobody else approved",
    Why.MERGED_BY_ANOTHER: "merged by another account, approved by nobody else",
    Why.SECOND_ACCOUNT: "approved only by an account of its author",
    Why.OWN_PART: "approved only by somebody who wrote part of it",
    Why.STALE: "changed after the last approval",
    Why.DISMISSED: "merged after a review was dismissed",
    Why.CREATED: "the branch was new",
    Why.NOTHING_SEEN: "nothing is told of this repository's pull requests",
    Why.OPENING_UNSEEN: "the pull request was opened before anything was seen of it",
    Why.APPROVER_UNKNOWN: "approved by an account of nobody known",
    Why.ONLY_A_BOT: "approved only by another person's bot",
    Why.SAME_SIZE: "its head moved after the approval, its size did not",
    Why.CAUGHT_UP: "its head moved after the approval, and no new commit of its own is told",
    Why.RETARGETED: "it was approved for another branch, and its size here is not told",
}
VERDICTS: Mapping[Why, Verdict] = {
    **dict.fromkeys((Why.APPROVED, Why.APPROVED_HEAD, Why.PICKED), Verdict.REVIEWED),
    **dict.fromkeys((Why.SAME_CONTENT, Why.TAKEN_BACK), Verdict.REVIEWED),
    **dict.fromkeys((Why.PUSHED, Why.REWRITTEN, Why.MORE_COMMITS), Verdict.BYPASS),
    **dict.fromkeys((Why.UNAPPROVED, Why.MERGED_BY_ANOTHER, Why.SECOND_ACCOUNT), Verdict.BYPASS),
    Why.UNDID_SAFEGUARD: Verdict.BYPASS,
    **dict.fromkeys((Why.OWN_PART, Why.STALE, Why.DISMISSED), Verdict.BYPASS),
    **dict.fromkeys((Why.CREATED, Why.NOTHING_SEEN, Why.OPENING_UNSEEN), Verdict.UNKNOWN),
    **dict.fromkeys((Why.APPROVER_UNKNOWN, Why.ONLY_A_BOT, Why.SAME_SIZE), Verdict.UNKNOWN),
    **dict.fromkeys((Why.CAUGHT_UP, Why.RETARGETED), Verdict.UNKNOWN),
}


@dataclass(frozen=True, slots=True)
class Borrowed:
    """A commit that names another known person as author and committer than whoever landed it."""

    person: str
    made: datetime
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """An update with its verdict. `person` is whose work landed, `blamed` who answers for a bypass
    where that is one known person; `reviewers` are the other persons who approved the final head.
    It was landed with `account`, by `lander` where that is known; `borrowed` are its commits in the
    name of other people.

    `events` lead with the update itself. `share` says how much of what landed came after the last
    approval, where both sizes are known; `documents` that all of it is text for people to read;
    `hasty` that whoever approved it cannot have read it; `foreign` are files of which no
    owner wrote or approved it. `dated_back` and `unsigned` are its
    commits that say so.
    """

    time: datetime
    repository: str
    branch: str
    commit: str
    pull: int | None
    why: Why
    person: str | None
    blamed: str | None
    reviewers: tuple[str, ...]
    events: tuple[str, ...]
    share: float | None = None
    documents: bool = False
    account: str | None = None
    lander: str | None = None
    borrowed: tuple[Borrowed, ...] = ()
    hasty: bool = False
    foreign: tuple[str, ...] = ()
    dated_back: tuple[str, ...] = ()
    unsigned: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What `why` comes to."""
        return VERDICTS[self.why]
