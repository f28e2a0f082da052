"""What Slurm's controller says, and what was done by it."""

import re

from analytics.slurm.daemon import JOB, Daemon, Form, Forms
from analytics.slurm.governing import BY_WORD, OF_RESERVATION, UID

NODE = r"(?P<node>[^\s:,]+(?:,[^\s:,]+)*)"
HOST = "host"
UPDATE_NODE = "REQUEST_UPDATE_NODE"


def _killed() -> list[Form]:
    return [
        Form(
            pattern=rf"_slurm_rpc_kill_job\d?: (?:REQUEST_KILL_JOB )?{JOB} {UID}",
            action="job-kill-requested",
            type="change",
        ),
        Form(
            pattern=rf"_slurm_rpc_kill_job\d?: job_str_signal\(\) {UID} {JOB} sig=(?P<signal>\d+) "
            r"returned: (?P<error>.*)",
            action="job-kill-requested",
            type="denied",
            outcome="failure",
        ),
    ]


def _ended() -> list[Form]:
    return [
        Form(
            pattern=rf"_?job_complete: {JOB} (?:\w+ )?WEXITSTATUS (?P<exit>\d{{1,5}})",
            action="job-ended",
            type="end",
        ),
        Form(
            pattern=rf"_?job_complete: {JOB} WTERMSIG (?P<signal>\d{{1,5}})",
            action="job-ended",
            type="end",
            outcome="failure",
        ),
        Form(
            pattern=rf"_?job_complete: requeue {JOB} (?P<reason>.*)",
            action="job-requeued",
            type="change",
            state="REQUEUED",
        ),
        Form(
            pattern=rf"_?job_complete: {JOB} (?P<reason>(?:OOM failure|cancelled|.*fail).*)",
            action="job-ended",
            type="end",
            outcome="failure",
        ),
        Form(pattern=rf"_?job_complete: {JOB} (?P<reason>.*)", action="job-ended", type="end"),
    ]


SIGNALLED = Form(
    pattern=rf"_?job_signal: (?P<signal>\d{{1,5}}) of (?P<of>\w+) {JOB} successful",
    action="job-signalled",
    type="change",
)
UPDATED = [
    Form(
        pattern=rf"_slurm_rpc_update_job: complete {JOB} {UID}", action="job-updated", type="change"
    ),
    Form(
        pattern=rf"_slurm_rpc_update_job: {JOB},? {UID}: (?P<error>.*)",
        action="job-updated",
        type="denied",
        outcome="failure",
    ),
]
CHANGED = Form(
    pattern=rf"_?update_job: (?P<what>setting .*) for {JOB}$", action="job-changed", type="change"
)


def _held(verb: str, action: str) -> Form:
    return Form(pattern=rf"\w+: {verb} on {JOB} by {UID}", action=action, type="change")


def _node_state(state: str, action: str, outcome: str = "success") -> Form:
    return Form(
        pattern=rf"update_node: node {NODE} state set to (?P<state>{state}\S*)",
        action=action,
        type="change",
        category=HOST,
        outcome=outcome,
        follows=UPDATE_NODE,
    )


UPDATED_NODES = [
    _node_state("DRAIN", "node-drained"),
    _node_state("FAIL", "node-drained"),
    _node_state("DOWN", "node-downed"),
    _node_state("(?:IDLE|RESUME|UNDRAIN)", "node-resumed"),
    _node_state("", "node-state-set"),
    Form(
        pattern=rf"update_node: node {NODE} reason set to: (?P<reason>.*)",
        action="node-reason-set",
        type="change",
        category=HOST,
        follows=UPDATE_NODE,
    ),
]


def _node(pattern: str, action: str, outcome: str = "success") -> Form:
    return Form(pattern=pattern, action=action, category=HOST, outcome=outcome)


UNRESPONSIVE = [
    _node(rf"Nodes {NODE} not responding, setting DOWN", "node-failed", "failure"),
    _node(rf"Nodes {NODE} not responding", "node-not-responding", "failure"),
]
NODES = [
    _node(rf"[Nn]ode {NODE} (?:now responding|returned to service)", "node-returned"),
    _node(rf"Node {NODE} unexpectedly rebooted", "node-failed", "failure"),
    _node(rf"[Nn]ode {NODE} (?P<reason>not resumed by .*)", "node-failed", "failure"),
    _node(rf"Node {NODE} (?P<reason>rebooted.*)", "node-rebooted"),
]
STARTED = [
    Form(
        pattern=rf"Allocate {JOB} NodeList={NODE} #CPUs=(?P<cpus>\d+) Partition=(?P<partition>\S+)",
        action="job-started",
        type="start",
        state="RUNNING",
    ),
]
BACKFILLED = Form(
    pattern=rf"[\w/]+: (?:_?\w+: )?Started {JOB} in (?P<partition>\S+) on {NODE}",
    action="job-started",
    type="start",
    state="RUNNING",
)
SUBMITTED = [
    Form(
        pattern=rf"\w+: {JOB} (?:InitPrio=(?P<priority>\d+) )?(?:NodeList={NODE} )?usec=",
        action="job-submitted",
        type="creation",
    ),
    Form(pattern=r"\w+: (?P<error>.*)", action="job-submitted", type="denied", outcome="failure"),
]
VIOLATED = [
    OF_RESERVATION,
    Form(
        pattern=r"Security violation[,:] (?P<rpc>\w+)(?: RPC)?(?: reset)?"
        rf"(?: for {JOB})? from {UID}"
        r"(?: for JobId=\S+ owner (?P<owner>\d{1,10}))?",
        action="security-violation",
        type="denied",
        category="iam",
        outcome="failure",
    ),
]
REQUEUED = [
    Form(
        pattern=rf"[Rr]equeu(?:e|ing) (?:job )?{JOB}(?: due to failure of node {NODE})?",
        action="job-requeued",
        type="change",
        state="REQUEUED",
    ),
]
KILLED = Form(
    pattern=rf"Killing {JOB} on failed node {NODE}",
    action="job-killed-by-node-failure",
    type="end",
    outcome="failure",
)
REMOVED = Form(
    pattern=rf"Removing failed node {NODE} from {JOB}",
    action="job-lost-node",
    type="change",
    outcome="failure",
)


def _controller(pattern: str, action: str, kind: str) -> Form:
    return Form(pattern=pattern, action=action, type=kind, category="configuration")


FORMS = Forms(
    {
        **BY_WORD,
        "_slurm_rpc_kill_job:": _killed(),
        "_slurm_rpc_kill_job2:": _killed(),
        "_job_complete:": _ended(),
        "job_complete:": _ended(),
        "_job_signal:": [SIGNALLED],
        "job_signal:": [SIGNALLED],
        "_slurm_rpc_update_job:": UPDATED,
        "_update_job:": [CHANGED],
        "update_job:": [CHANGED],
        "_hold_job:": [_held("hold", "job-held")],
        "_hold_job_rec:": [_held("hold", "job-held")],
        "_release_job:": [_held("release hold", "job-released")],
        "_release_job_rec:": [_held("release hold", "job-released")],
        "_slurm_rpc_requeue:": [
            Form(
                pattern=rf"_slurm_rpc_requeue: Requeue of {JOB} returned an error: (?P<error>.*)",
                action="job-requeued",
                type="denied",
                outcome="failure",
            ),
            Form(
                pattern=rf"_slurm_rpc_requeue: (?:requeue )?{JOB}: (?!usec=)(?P<error>.*)",
                action="job-requeued",
                type="denied",
                outcome="failure",
            ),
            Form(
                pattern=rf"_slurm_rpc_requeue: (?:requeue )?{JOB}",
                action="job-requeued",
                type="change",
                state="REQUEUED",
            ),
        ],
        "_slurm_rpc_submit_batch_job:": SUBMITTED,
        "_slurm_rpc_submit_batch_het_job:": SUBMITTED,
        "_slurm_rpc_submit_batch_pack_job:": SUBMITTED,
        "_slurm_rpc_allocate_resources:": SUBMITTED,
        "_slurm_rpc_allocate_het_job:": SUBMITTED,
        "Allocate": STARTED,
        "backfill:": [BACKFILLED],
        "sched/backfill:": [BACKFILLED],
        "update_node:": UPDATED_NODES,
        "drain_nodes:": [
            _node(rf"drain_nodes: node {NODE} state set to DRAIN", "node-drained"),
        ],
        "Nodes": UNRESPONSIVE,
        "Node": NODES,
        "node": NODES,
        "node_did_resp:": [_node(rf"\w+: node {NODE} returned to service", "node-returned")],
        "validate_node_specs:": [
            _node(rf"\w+: Node {NODE} unexpectedly rebooted", "node-failed", "failure")
        ],
        "_node_did_resp:": [_node(rf"\w+: node {NODE} returned to service", "node-returned")],
        "Down": [_node(rf"Down nodes: {NODE}", "node-failed", "failure")],
        "powering": [
            _node(rf"powering down node {NODE}", "node-powered-down"),
            _node(rf"powering up node {NODE}", "node-powered-up"),
        ],
        "power_save:": [
            _node(rf"power_save: suspending nodes? {NODE}", "node-powered-down"),
            _node(rf"power_save: (?:waking|resuming) nodes? {NODE}", "node-powered-up"),
        ],
        "Killing": [KILLED],
        "Removing": [REMOVED],
        "requeue": REQUEUED,
        "Requeuing": REQUEUED,
        "Requeue": REQUEUED,
        "Security": VIOLATED,
        "reboot": [_node(rf"reboot request queued for nodes {NODE}", "node-reboot-requested")],
        "Processing": [
            _controller("Processing Reconfiguration Request", "controller-reconfigured", "change")
        ],
        "Reconfigure": [_controller("Reconfigure signal", "controller-reconfigured", "change")],
        "Terminate": [_controller("Terminate signal", "controller-stopped", "end")],
        "slurmctld": [
            _controller(
                r"slurmctld version (?P<version>\S+) started", "controller-started", "start"
            )
        ],
    }
)
REQUESTS = re.compile(
    r"(?:Processing RPC: (?P<rpc>REQUEST_\w+) from |received opcode (?P<opcode>REQUEST_\w+) .*)"
    r"(?:uid|UID)[ =](?P<uid>\d{1,10})"
)
DAEMON = Daemon(FORMS, "controller-said", REQUESTS)
