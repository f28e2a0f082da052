"""Which events are acts of a kind, whoever owns what they touched."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.selection import both, done, either, filled, has, known, matches

KILL = "job-kill-requested"
CHANGED = ("job-held", "job-updated", "job-requeued", "job-suspended", "job-signalled")
ALTERED = "job-altered"  # PBS
TRACED = ("traced-process", "wrote-memory-of", "read-memory-of")
MEMORY = r"^/proc/\d+/(task/\d+/)?mem$"
IN_PROC = r"^/proc/"
# What only its owner has to read: keys, tokens, passwords, histories, another process' variables.
PRIVATE = (
    r"/\.ssh/(id_|identity|.*key)|/\.(netrc|git-credentials|pgpass|my\.cnf|pypirc|vault-token)$"
    r"|/\.aws/credentials$|/\.config/gcloud/.*credential|/\.azure/.*token|/\.kube/config$"
    r"|/\.docker/config\.json$|/\.config/(gh|glab-cli)/|/huggingface/(token|stored_tokens)$"
    r"|/\.huggingface/token$|/\.config/wandb/|/\.gnupg/private|[._](bash|zsh|fish|sh)_history$"
    r"|^/proc/\d+/environ$"
)
# What the runs of others load without looking: weights, training data (also compressed, and as
# numbered archives), installed code.
LOADED = (
    r"(?i)(\.(safetensors|pt|pth|ckpt|bin|gguf|npz|distcp|parquet|arrow|jsonl|tfrecord|mds|idx)"
    r"|\d{3}\.tar)(\.(gz|zst|xz|bz2|lz4))?$"
)
INSTALLED = r"/(site|dist)-packages/.+\.(py|pth|so)$"
POD_ENTRIES = r"^(create|get|patch|update) pods/(exec|attach|portforward|ephemeralcontainers)$"
POD_REMOVALS = (
    r"^(delete|deletecollection) (pods|jobs|cronjobs|deployments|statefulsets|replicasets"
    r"|daemonsets|\w+jobs|rayclusters|rayservices|workflows|workloads|notebooks)$"
    r"|^create pods/eviction$"
)
# Accounts of the system itself: what they do is nobody's will, whoever they are linked to.
SYSTEM = r"^(uid:([^/]*/)?0|(unix|slurm|pbs):(root|slurm|munge|nobody)|k8s:system:.*)$"


def by_the_system(events: pa.Table) -> pa.BooleanArray:
    """What root, Slurm (preemption, time limits) or the cluster itself did."""
    return matches(events, "actor.account", SYSTEM)


def cancelled(events: pa.Table) -> pa.BooleanArray:
    """Jobs ended: as accounting tells it, or asked of the controller and granted."""
    granted = both(has(events, "event.action", KILL), done(events))
    return either(has(events, "event.action", "job-cancelled"), granted)


def refused(events: pa.Table) -> pa.BooleanArray:
    """What was asked of the controller for a job and denied."""
    asked = both(has(events, "event.action", KILL, *CHANGED), filled(events, "job.id"))
    return both(asked, has(events, "event.outcome", "failure"))


def changed(events: pa.Table) -> pa.BooleanArray:
    """Jobs held, changed, requeued, suspended or signalled."""
    return has(events, "event.action", *CHANGED, ALTERED)


def signalled(events: pa.Table) -> pa.BooleanArray:
    """Signals to processes; signal 0 does nothing and has another action."""
    return has(events, "event.action", "sent-signal")


def traced(events: pa.Table) -> pa.BooleanArray:
    """Processes traced, or their memory opened."""
    opened = both(has(events, "event.category", "file"), matches(events, "file.path", MEMORY))
    return either(has(events, "event.action", *TRACED), opened)


def written(events: pa.Table) -> pa.BooleanArray:
    """Files written, removed, renamed, or given other rights or owners."""
    changes = has(events, "event.type", "change", "creation", "deletion")
    outside = pc.invert(matches(events, "file.path", IN_PROC))
    return both(has(events, "event.category", "file"), changes, outside)


def loaded_by_runs(events: pa.Table) -> pa.BooleanArray:
    """Those on files that runs load: what is changed there, others train with. New weights and
    data change nothing that is loaded; new code may."""
    replaced = pc.invert(has(events, "event.type", "creation"))
    data = both(replaced, matches(events, "file.path", LOADED))
    return either(data, matches(events, "file.path", INSTALLED))


def read_in_private(events: pa.Table) -> pa.BooleanArray:
    """Files opened to read that hold keys, tokens, passwords or histories."""
    opened = both(has(events, "event.category", "file"), has(events, "event.type", "access"))
    return both(opened, matches(events, "file.path", PRIVATE))


def as_another(events: pa.Table) -> pa.BooleanArray:
    """Commands, sessions and requests with the rights of another account."""
    commands = has(events, "event.action", "executed", "ran-command", "changed-user")
    sessions = both(
        has(events, "event.dataset", "teleport"), has(events, "event.action", "session.start")
    )
    impersonated = both(
        has(events, "event.dataset", "kubernetes_audit"), filled(events, "user.effective.name")
    )
    return either(commands, sessions, impersonated)


def removed_pods(events: pa.Table) -> pa.BooleanArray:
    """Pods and what makes them deleted, or pods evicted."""
    return matches(events, "event.action", POD_REMOVALS)


def entered_pods(events: pa.Table) -> pa.BooleanArray:
    """Commands, terminals, ports and containers put into running pods."""
    return matches(events, "event.action", POD_ENTRIES)


def signed_in(events: pa.Table) -> pa.BooleanArray:
    """Sign-ins to a host."""
    gate = both(
        has(events, "event.dataset", "teleport"), has(events, "event.action", "session.start")
    )
    return both(either(has(events, "event.action", "logged-in"), gate), filled(events, "host.name"))


def deleted_runs(events: pa.Table) -> pa.BooleanArray:
    """Runs of experiments deleted."""
    deleted = both(has(events, "event.module", "context"), has(events, "event.type", "deletion"))
    return both(deleted, filled(events, "job.id"), known(pc.is_valid(events["actor.account"])))
