"""Reverts: what had just landed, taken back exactly, brings nothing that was not there before.

That it is exactly that is told by hashes of our hook on the git server, or where a forge tells
the trees of commits by the branch having the files again that it had before. No message is
believed.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from pathlib import PurePosixPath

from analytics.governance.review.past import GRACE, Past
from analytics.governance.review.picks import Judge
from analytics.governance.review.pulls import Opinion
from analytics.governance.review.told import Told
from analytics.governance.review.updates import Update, is_whole
from analytics.governance.review.verdict import Judged, Verdict, Why

UNSEEN = frozenset({Why.PUSHED, Why.UNAPPROVED, Why.MERGED_BY_ANOTHER})
NEW = timedelta(days=7)  # what has stood longer, others have built upon
MENDS = re.compile(
    r"\b(?:(?:bug|hot)?fix(?:e[sd])?|mends?|repairs?|regressions?)\b",
    re.IGNORECASE,
)
"""Words of a change that mends something: who takes it back brings the fault back."""
SAFEGUARD = re.compile(
    r"\b(?:CVE-\d{4}-\d+|GHSA-\w{4}|secur(?:e|ity)|vulnerab\w+|exploit\w*|malicious|backdoors?"
    r"|unsafe|safety|safeguards?|harden\w*|saniti[sz]\w*|sandbox\w*|injections?|tamper\w*"
    r"|poison\w*|weights_only|trust_remote_code|checksums?|leak(?:s|ed|ing)?)\b",
    re.IGNORECASE,
)
"""Words of a change that makes something safer."""
RULING = frozenset({"codeowners", ".gitlab-ci.yml", ".pre-commit-config.yaml", "jenkinsfile"})
HIDDEN = (".github", ".gitlab", ".gitea", ".forgejo", ".circleci")


@dataclass(frozen=True)
class Landings:
    """What a day's updates may take back; the store is asked once for all of them, and only where
    any needs it. `pushes` are those of the very commit of an update, by whatever source."""

    landed: Sequence[Update]
    pushes: Callable[[Update], list[Told]]
    past: Past

    @cached_property
    def _undone(self) -> Mapping[str, list[Told]]:
        patches = {name for one in self.landed for name in _patches(self.pushes(one))}
        return _by(self.past.pushes_with("labels.undo", patches), "undo")

    @cached_property
    def _holding(self) -> Mapping[str, list[Told]]:
        trees = {name for one in self.landed for name in _trees(one)}
        return _by(self.past.commits_with("labels.tree", trees), "tree")

    def origins(self, update: Update) -> list[Told]:
        """The earlier pushes to the branch that this update takes back, the newest first."""
        names = _patches(self.pushes(update))
        found = [one for name in names for one in self._undone.get(name, ())]
        commits = (one for name in _trees(update) for one in self._holding.get(name, ()))
        befores = {one.commit for one in commits if one.repository == update.repository}
        last = self.past.pushes_with("labels.before", {*filter(None, befores)} - {update.after})
        found += [one for one in last if one.commit == update.before]
        place = (update.repository, update.branch)
        earlier = {
            one.commit: one
            for one in sorted(found, key=lambda one: (one.time, one.event))
            if (one.repository, one.branch) == place and one.time < update.time and one.commit
        }
        return list(earlier.values())[::-1]


def weighed(found: Opinion, update: Update, landings: Landings, judge: Judge) -> Opinion:
    """The opinion on an update that nobody looked at, where it takes an earlier one back."""
    if found.why not in UNSEEN or not update.before:
        return found
    for origin in landings.origins(update):
        for landed, verdict in judge((origin.time + GRACE).date(), update.repository):
            same = (landed.branch, landed.after) == (update.branch, origin.commit)
            if same and not _takes_back(landed, origin, landings.past):
                return _opinion(found, update, landed, verdict)
    return found


def _takes_back(update: Update, push: Told, past: Past) -> bool:
    """Whether an update is itself a revert."""
    return bool(Landings([update], lambda _: [push], past).origins(update))


def _opinion(found: Opinion, update: Update, origin: Update, verdict: Judged) -> Opinion:
    events = (*found.events, *verdict.events)
    reviewed = verdict.verdict is Verdict.REVIEWED
    if not is_whole(origin):
        return found
    if reviewed and found.blamed and _says(origin, SAFEGUARD):
        return replace(found, why=Why.UNDID_SAFEGUARD, events=events)
    known = None not in (verdict.lander, found.blamed) and verdict.lander != found.blamed
    others = verdict.verdict is Verdict.BYPASS and known
    mends = _says(origin, MENDS) or _says(origin, SAFEGUARD) or any(map(_rules, origin.by.files))
    if not (reviewed or others) or mends or update.time - origin.time > NEW:
        return found
    return replace(found, why=Why.TAKEN_BACK, blamed=None, events=events)


def _patches(pushes: Iterable[Told]) -> set[str]:
    return {one.labels["patch"] for one in pushes if "patch" in one.labels}


def _trees(update: Update) -> set[str]:
    last = (one for one in update.commits if one.commit == update.after)
    return {one.labels["tree"] for one in last if "tree" in one.labels}


def _by(rows: Iterable[Told], label: str) -> Mapping[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for one in rows:
        found.setdefault(one.labels[label], []).append(one)
    return found


def _says(update: Update, words: re.Pattern[str]) -> bool:
    return any(words.search(one.message.partition(" committed: ")[2]) for one in update.commits)


def _rules(path: str) -> bool:
    """Whether a file says how changes are looked at and tested."""
    place = PurePosixPath(path.lower())
    return place.name in RULING or any(part in HIDDEN for part in place.parts)
