"""Commands that pack, split or encrypt."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has

PACKERS = (
    *("tar", "zip", "7z", "7za", "7zr", "rar", "gzip", "pigz", "bzip2", "xz", "zstd", "split"),
    *("openssl", "gpg", "gpg2", "age", "ar", "cpio", "mksquashfs"),
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "shell"),
        has(events, "event.category", "process"),
        has(events, "event.type", "start"),
        has(events, "process.name", *PACKERS),
    )


FEATURE = Feature(
    name="archives_made",
    title="Packing commands run",
    unit="commands",
    columns=(
        "event.category",
        "event.module",
        "event.type",
        "process.name",
    ),
    sentence="packed, split or encrypted {observed} times; expected {expected}",
    tactics=("collection",),
    least=5,
    select=_select,
)
