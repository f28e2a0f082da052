"""Code that a person fetched with a model or data set."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, done, filled, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(has(events, "hf.format", "code"), filled(events, "hf.repo"), done(events))


FEATURE = Feature(
    name="model_code_fetched",
    title="Code fetched with models",
    unit="files",
    columns=(
        "event.outcome",
        "hf.format",
        "hf.repo",
    ),
    sentence="fetched {observed} files of code with models; expected {expected}",
    tactics=("execution",),
    least=3,
    select=_select,
)
