"""The kinds of acts on what is another's. docs/isolation.md says why each is as it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from analytics.governance.around import Around
from analytics.governance.isolation import choosing, owning, typed
from analytics.selection import either


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A kind of act on what is another's.

    `thing` is the field that tells the things apart, `one` and `many` are words for it. From
    each of `steps` things on the act is one severity worse, beginning with low. `share` is what
    is left of the confidence where the act is less than proven; `refused` says that also what
    failed counts. Where nothing explains the act, one such event as `graver` selects makes it one
    severity worse, and so does one thing that resources.csv, asked for the kind `resource`, calls
    extremely critical.
    """

    title: str
    verb: str
    one: str
    many: str
    thing: str
    tactics: tuple[str, ...]
    steps: tuple[int, int, int]
    select: Callable[[pa.Table], pa.BooleanArray]
    owners: Callable[[pa.Table, Around], pa.Table] = owning.of_events
    share: float = 1.0
    refused: bool = False
    graver: Callable[[pa.Table], pa.BooleanArray] | None = None
    resource: str | None = None


CHECKS: Mapping[str, Act] = {
    "cancelled_jobs_of_others": Act(
        title="Cancelled jobs of others",
        verb="cancelled",
        one="job",
        many="jobs",
        thing="job.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=choosing.cancelled,
        owners=owning.of_jobs,
        refused=True,  # a cancelled job never has the outcome success
    ),
    "changed_jobs_of_others": Act(
        title="Held or changed jobs of others",
        verb="held, changed, requeued or signalled",
        one="job",
        many="jobs",
        thing="job.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=lambda events: either(choosing.changed(events), typed.typed(events)),
        owners=owning.of_changes,
    ),
    "tried_to_touch_jobs_of_others": Act(
        title="Tried to end or change jobs of others",
        verb="tried to end, change or enter",
        one="job",
        many="jobs",
        thing="job.id",
        tactics=("impact",),
        steps=(2, 5, 20),
        select=lambda events: either(typed.typed(events), choosing.refused(events)),
        owners=owning.of_commands,
        share=0.6,
        refused=True,
    ),
    "signalled_processes_of_others": Act(
        title="Signalled processes of others",
        verb="sent",
        one="signal to processes",
        many="signals to processes",
        thing="event.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=choosing.signalled,
    ),
    "traced_processes_of_others": Act(
        title="Traced processes of others",
        verb="traced or opened the memory of",
        one="process",
        many="processes",
        thing="event.id",
        tactics=("privilege-escalation",),
        steps=(1, 1, 5),
        select=choosing.traced,
    ),
    "wrote_files_of_others": Act(
        title="Wrote files of others",
        verb="wrote",
        one="file",
        many="files",
        thing="file.path",
        tactics=("impact",),
        steps=(3, 20, 100),
        select=choosing.written,
        owners=owning.of_paths,
        graver=choosing.loaded_by_runs,
        resource="path",
    ),
    "read_private_files_of_others": Act(
        title="Read private files of others",
        verb="read",
        one="private file",
        many="private files",
        thing="file.path",
        tactics=("credential-access",),
        steps=(1, 3, 10),
        select=choosing.read_in_private,
    ),
    "acted_as_others": Act(
        title="Acted with the rights of others",
        verb="ran",
        one="command with the rights",
        many="commands with the rights",
        thing="event.id",
        tactics=("privilege-escalation",),
        steps=(2, 10, 50),
        select=choosing.as_another,
        owners=owning.of_users,
    ),
    "removed_pods_of_others": Act(
        title="Removed pods of others",
        verb="deleted or evicted",
        one="pod or workload",
        many="pods or workloads",
        thing="job.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=choosing.removed_pods,
        owners=owning.of_pods,
    ),
    "entered_pods_of_others": Act(
        title="Entered pods of others",
        verb="entered",
        one="pod",
        many="pods",
        thing="job.id",
        tactics=("execution",),
        steps=(1, 3, 10),
        select=choosing.entered_pods,
        owners=owning.of_pods,
    ),
    "signed_in_beside_others": Act(
        title="Signed in to nodes of others' jobs",
        verb="signed in to",
        one="node that ran only jobs",
        many="nodes that ran only jobs",
        thing="host.name",
        tactics=("lateral-movement",),
        steps=(2, 5, 20),
        select=choosing.signed_in,
        owners=owning.of_nodes,
        share=0.6,
    ),
    "deleted_runs_of_others": Act(
        title="Deleted runs of others",
        verb="deleted",
        one="run",
        many="runs",
        thing="job.id",
        tactics=("impact",),
        steps=(1, 3, 10),
        select=choosing.deleted_runs,
        owners=owning.of_jobs,
    ),
}
