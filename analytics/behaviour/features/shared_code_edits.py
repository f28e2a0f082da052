"""Commits to the code that every training run shares: optimisers, data loaders, seeds."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import any_matches, both, filled

SHARED = r"(?i)(optim|dataload|data_load|sampler|shuffle|seed|lr_sched|clip_grad|all_?reduce)"


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(filled(events, "git.commit"), any_matches(events, "git.files", SHARED))


FEATURE = Feature(
    name="shared_code_edits",
    title="Edits of shared training code",
    unit="commits",
    columns=("git.files", "git.commit"),
    sentence="changed optimisers, data loaders or seeds in {observed} commits; expected {expected}",
    measure=Measure.DISTINCT,
    of="git.commit",
    tactics=("impact",),
    select=_select,
)
