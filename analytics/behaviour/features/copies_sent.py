"""Commands that copy to another machine, a bucket or a hub."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, either, has, matches

# Programs that only copy over networks, and how the others are told to send.
SENDERS = (
    "scp",
    "sftp",
    "rclone",
    "gsutil",
    "s3cmd",
    "azcopy",
    "croc",
    "wormhole",
    "magic-wormhole",
)
SENDING = (
    r"\b(rsync\s[^;&|]*\s\S+:|aws\s+s3\s+(cp|mv|sync)\s[^;&|]*\ss3://\S+\s*$"
    r"|gcloud\s+storage\s+(cp|mv|rsync)\s|(hf|huggingface-cli)\s+upload|curl\s[^;&|]*"
    r"(-T|--upload-file|-F|--data-binary|--form)[\s=])"
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "shell"),
        has(events, "event.category", "process"),
        has(events, "event.type", "start"),
        either(
            has(events, "process.name", *SENDERS),
            matches(events, "process.command_line", SENDING),
        ),
    )


FEATURE = Feature(
    name="copies_sent",
    title="Copies sent elsewhere",
    unit="commands",
    columns=(
        "event.category",
        "event.module",
        "event.type",
        "process.command_line",
        "process.name",
    ),
    sentence="ran {observed} commands that send files elsewhere; expected {expected}",
    tactics=("exfiltration",),
    least=3,
    select=_select,
)
