"""Files with keys, passwords and tokens that a person opened."""

import pyarrow as pa

from analytics.behaviour.feature import Feature, Measure
from analytics.selection import both, done, has, matches

# Where ssh, the hub, cloud and forge clients, and the system itself keep what opens doors.
SECRETS = (
    r"(/\.ssh/(id_|authorized_keys)|/\.(netrc|pgpass|git-credentials)$|/\.aws/credentials$"
    r"|/\.kube/config$|/\.docker/config\.json$|/huggingface/(token|stored_tokens)$"
    r"|/\.config/gcloud/|^/etc/(shadow|gshadow|munge/munge\.key)$)"
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.category", "file"),
        matches(events, "file.path", SECRETS),
        done(events),
    )


FEATURE = Feature(
    name="secret_files_opened",
    title="Files with secrets opened",
    unit="files",
    columns=(
        "event.category",
        "event.outcome",
        "file.path",
    ),
    sentence="opened {observed} files with keys or tokens; expected {expected}",
    measure=Measure.DISTINCT,
    of="file.path",
    tactics=("credential-access",),
    least=2,
    select=_select,
)
