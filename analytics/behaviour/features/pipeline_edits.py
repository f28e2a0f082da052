"""Commits to what builds and tests code: it runs with rights that its authors lack."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import any_matches, both, filled

PIPELINES = (
    r"(^|/)(\.github/(workflows|actions|CODEOWNERS)|\.gitlab-ci\.yml|\.gitea/workflows|Jenkinsfile"
    r"|CODEOWNERS|\.circleci/|\.pre-commit-config\.yaml|\.githooks/|conftest\.py$|setup\.py$"
    r"|Dockerfile)"
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(filled(events, "git.commit"), any_matches(events, "git.files", PIPELINES))


FEATURE = Feature(
    name="pipeline_edits",
    title="Edits of pipelines and build files",
    unit="commits",
    columns=(
        "git.commit",
        "git.files",
    ),
    sentence="changed pipelines or build files in {observed} commits; expected {expected}",
    measure=Measure.DISTINCT,
    of="git.commit",
    tactics=("persistence",),
    least=2,
    select=_select,
)
