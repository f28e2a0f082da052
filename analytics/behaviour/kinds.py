"""Kinds of events that more than one feature asks for."""

import pyarrow as pa
import pyarrow.compute as pc

from analytics.selection import both, done, either, filled, has, known, matches, of_others

APPROVED = "pull_request_review.approved"
KEYS = (
    r"(?i)(access_?token|deploy_?(key|token)|public_?key|ssh_?key|gpg_?key|access_?key|api_?key"
    r"|service_account\.token|oauth_access|^key_create|serviceaccounts/token|org\.rotate_token)"
)


def sign_ins(events: pa.Table) -> pa.BooleanArray:
    """Sign-ins to hosts; what cron and other daemons open is none."""
    return both(has(events, "event.action", "logged-in", "session.start"), done(events))


def makes_keys(events: pa.Table) -> pa.BooleanArray:
    """Tokens and keys that are made, or let in."""
    return both(
        has(events, "event.category", "iam", "configuration", "authentication"),
        has(events, "event.type", "creation"),
        matches(events, "event.action", KEYS),
    )


def by_hand(events: pa.Table) -> pa.BooleanArray:
    """What people do, not what their jobs do by themselves: start, end or fail at any hour."""
    of_jobs = filled(events, "job.state")
    return either(pc.invert(of_jobs), has(events, "event.action", "job-cancelled"))


def changes_of_others(events: pa.Table) -> pa.BooleanArray:
    """Files, processes and jobs of others that are changed, stopped or deleted.

    A cancelled job counts whatever its outcome: to its owner it has failed.
    """
    return both(
        has(events, "event.category", "file", "process"),
        has(events, "event.type", "change", "deletion", "end"),
        of_others(events),
        either(done(events), has(events, "event.action", "job-cancelled")),
    )


def refused(events: pa.Table) -> pa.BooleanArray:
    """Requests that were answered with 401 or 403."""
    denials = pa.array([401, 403], pa.int64())
    return known(pc.is_in(events["http.response.status_code"], value_set=denials))


def own_jobs(events: pa.Table) -> pa.BooleanArray:
    """Jobs of whoever acts, and what they start in a cluster; no steps, no shells in pods."""
    told = both(
        has(events, "event.module", "scheduler"),
        has(events, "event.category", "process"),
        filled(events, "job.id"),
        pc.invert(matches(events, "event.action", "^step-|/")),
    )
    own = known(pc.equal(events["person"], events["owner"]))
    return both(told, either(own, both(has(events, "event.type", "creation"), done(events))))


def job_of_others(events: pa.Table) -> pa.BooleanArray:
    """Acts on a job that, as any of these events tells, is somebody else's.

    A job of which two owners are told (two clusters count alike) has none.
    """
    told = events.select(["job.id", "owner"]).filter(
        both(filled(events, "job.id"), filled(events, "owner"))
    )
    owned = told.group_by(["job.id", "owner"]).aggregate([])
    each = owned.group_by("job.id").aggregate([("owner", "min"), ("owner", "max")])
    each = each.filter(pc.equal(each["owner_min"], each["owner_max"]))
    places = pc.index_in(events["job.id"], value_set=each["job.id"].combine_chunks())
    owners = each["owner_min"].combine_chunks().take(places.combine_chunks())
    return known(pc.not_equal(events["person"], pa.chunked_array([owners])))


def on_nodes_of_others(events: pa.Table) -> pa.BooleanArray:
    """What happened on hosts on which these events tell of jobs of others, and of none that are
    one's own or of nobody known."""
    jobs = events.select(["job.id", "job.nodes", "owner"])
    jobs = jobs.filter(both(filled(jobs, "job.id"), filled(jobs, "job.nodes")))
    lists = jobs["job.nodes"].combine_chunks()
    nodes = pc.list_flatten(lists)
    owners = jobs["owner"].combine_chunks().take(pc.list_parent_indices(lists))
    unclear = nodes.filter(pc.is_null(owners))
    taken = both(
        known(pc.is_in(events["host.name"], value_set=nodes)),
        pc.invert(known(pc.is_in(events["host.name"], value_set=unclear))),
    )
    homes = pc.binary_join_element_wise(nodes, owners, " ")
    here = pc.binary_join_element_wise(events["host.name"], events["person"], " ")
    return both(taken, pc.invert(known(pc.is_in(here, value_set=homes))))
