"""Reverts: what had just landed, taken back exactly, brings nothing that was not there before.

That it is exactly that is told by hashes of our hook on the git server, or where a forge tells
the trees of commits by the branch having the files again that it had before. No message is
believed.
"""

import re
from dataclasses import replace
from datetime import timedelta
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


def weighed(
    found: Opinion, update: Update, pushes: list[Told], past: Past, judge: Judge
) -> Opinion:
    """The opinion on an update that nobody looked at, where it takes an earlier one back.

    `pushes` are those of that very commit, by whatever source.
    """
    if found.why not in UNSEEN or not update.before:
        return found
    for origin in _origins(update, pushes, past):
        for landed, verdict in judge((origin.time + GRACE).date(), update.repository):
            same = (landed.branch, landed.after) == (update.branch, origin.commit)
            if same and not _origins(landed, [origin], past):
                return _opinion(found, update, landed, verdict)
    return found


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


def _origins(update: Update, pushes: list[Told], past: Past) -> list[Told]:
    """The earlier pushes to the branch that this update takes back, the newest first."""
    patches = {one.labels["patch"] for one in pushes if "patch" in one.labels}
    found = past.pushes_with("labels.undo", patches)
    trees = {
        one.labels["tree"]
        for one in update.commits
        if one.commit == update.after and "tree" in one.labels
    }
    befores = {one.commit for one in past.commits_with("labels.tree", trees) if one.commit}
    last = past.pushes_with("labels.before", befores - {update.after})
    found += [one for one in last if one.commit == update.before]
    place = (update.repository, update.branch)
    earlier = {
        one.commit: one
        for one in sorted(found, key=lambda one: (one.time, one.event))
        if (one.repository, one.branch) == place and one.time < update.time and one.commit
    }
    return list(earlier.values())[::-1]


def _says(update: Update, words: re.Pattern[str]) -> bool:
    return any(words.search(one.message.partition(" committed: ")[2]) for one in update.commits)


def _rules(path: str) -> bool:
    """Whether a file says how changes are looked at and tested."""
    place = PurePosixPath(path.lower())
    return place.name in RULING or any(part in HIDDEN for part in place.parts)
