"""Files whose rights or owner a person changed."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(
            events,
            "event.action",
            "changed-file-permissions-of",
            "changed-file-ownership-of",
            "changed-file-attributes-of",
        ),
        done(events),
    )


FEATURE = Feature(
    name="file_rights_changed",
    title="Rights of files changed",
    unit="files",
    columns=(
        "event.action",
        "event.outcome",
        "file.path",
    ),
    sentence="changed rights or owner of {observed} files; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("defense-impairment",),
    least=5,
    select=_select,
)
