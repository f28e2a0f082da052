"""What is asked of the event store: jobs, acts that may hurt them, faults, how training went.

Each question is narrow, in events and in columns, as it is asked of a month for every day.
"""

from collections.abc import Sequence
from datetime import datetime

import pyarrow as pa

from analytics.fields import SCHEMA
from analytics.governance.victims import pods, runs
from analytics.store.base import EventStore, Question
from analytics.store.query import All, Any, Exists, Not, OneOf, Query, Term

COMING = (
    *("sent-signal", "traced-process", "wrote-memory-of", "read-memory-of", "changed-affinity-of"),
    *("changed-limits-of", "changed-priority-of", "ran-command", "typed"),
)
HISTORIES = ("bash_history", "zsh_history", "fish_history")
# Programs that reach into what others run, and such as write files, as far as audits tell of them.
REACHING = (
    *("kill", "pkill", "killall", "skill", "nvidia-smi", "rocm-smi", "gdb", "strace", "py-spy"),
    *("reboot", "shutdown", "systemctl", "scancel", "scontrol", "renice", "taskset", "cpupower"),
    *("tc", "ip", "iptables", "nft", "ifconfig", "mount", "umount", "fuser", "stress", "stress-ng"),
)
WRITING = (
    *("rm", "mv", "cp", "truncate", "dd", "sed", "tee", "vi", "vim", "nvim", "nano", "emacs"),
    *("touch", "chmod", "chown", "ln", "rsync", "shred", "unlink", "patch", "install"),
)
FAULTS = (
    *("gpu-fault", "memory-error", "device-error", "filesystem-error", "gpu-unhealthy"),
    *("node-failed", "node-not-responding", "job-killed-by-node-failure", "job-lost-node"),
)
TRAINING = (
    *("training-started", "training-step", "training-failed", "training-ended"),
    "checkpoint-saved",
)
OF_ACTS = (
    *("@timestamp", "event.id", "event.action", "event.category", "event.type", "event.outcome"),
    *("actor.account", "owner.account", "host.name", "file.path", "process.name"),
    *("process.command_line", "event.module"),
    *("git.repository", "git.branch", "git.protected", "git.commit"),
)
OF_FAULTS = ("@timestamp", "event.id", "host.name", "job.nodes")
OF_TRAINING = ("@timestamp", "event.action", "job.id", "file.path", "git.commit", "labels")
MOST_NAMED = 5000  # jobs that failed, and others, whose training is asked for

JOBS: Query = All(
    (
        OneOf("event.module", ("scheduler",)),
        Exists("job.state"),
        Not(Term("event.action", "step-*")),
    )
)
ACTS: Query = All(
    (
        Exists("actor.account"),
        Any(
            (
                All(
                    (
                        OneOf("event.category", ("authentication", "session")),
                        OneOf("event.type", ("start",)),
                    )
                ),
                OneOf("event.action", COMING),
                OneOf("event.dataset", HISTORIES),
                All(
                    (
                        OneOf("event.category", ("process",)),
                        OneOf("process.name", (*REACHING, *WRITING)),
                    )
                ),
                All((OneOf("event.action", ("push",)), Exists("git.repository"))),
                All(
                    (
                        OneOf("event.category", ("file",)),
                        OneOf("event.type", ("change", "creation", "deletion")),
                        Exists("file.path"),
                    )
                ),
            )
        ),
    )
)


CLUSTER: Query = All(
    (
        OneOf("event.dataset", ("kubernetes_audit",)),
        OneOf("event.action", (*pods.LIFE, *pods.ACTS)),
    )
)


def jobs(store: EventStore, since: datetime, until: datetime) -> pa.Table:
    """Versions of jobs."""
    return _asked(store, since, until, JOBS, runs.COLUMNS)


def acts(store: EventStore, since: datetime, until: datetime) -> pa.Table:
    """Sign-ins, typed commands, programs that reach into others' work, writes of files, pushes."""
    return _asked(store, since, until, ACTS, OF_ACTS)


def cluster(store: EventStore, since: datetime, until: datetime) -> pa.Table:
    """Requests to Kubernetes by which pods come and go, or what they use is changed."""
    return _asked(store, since, until, CLUSTER, pods.COLUMNS)


def faults(store: EventStore, since: datetime, until: datetime) -> pa.Table:
    """What machines reported about themselves."""
    return _asked(store, since, until, OneOf("event.action", FAULTS), OF_FAULTS)


def training(
    store: EventStore,
    since: datetime,
    until: datetime,
    failed: Sequence[str],
    went_on: Sequence[str] = (),
) -> pa.Table:
    """How the training of some jobs went; where they are many, of the last ones."""
    ids = (*failed[-MOST_NAMED:], *went_on[-MOST_NAMED:])
    wanted = All((OneOf("event.action", TRAINING), OneOf("job.id", ids)))
    if not ids:
        return _empty(OF_TRAINING)
    return _asked(store, since, until, wanted, OF_TRAINING)


def _asked(
    store: EventStore, since: datetime, until: datetime, query: Query, names: Sequence[str]
) -> pa.Table:
    found = list(store.scan(Question(since=since, until=until, query=query), list(names)))
    return pa.concat_tables(found).select(list(names)) if found else _empty(names)


def _empty(names: Sequence[str]) -> pa.Table:
    return pa.schema([SCHEMA.field(name) for name in names]).empty_table()
