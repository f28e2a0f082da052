"""What the controller says of reservations, partitions, crontabs and its own settings, of jobs
that had to give way, and of users who asked for what they may not."""

from analytics.slurm.daemon import JOB, Form

UID = r"(?:uid|UID)[ =](?P<uid>\d{1,10})"
TOOK = r"usec="  # what follows a request that went well; else a reason does
CONFIGURATION = "configuration"
CHANGES = (
    ("create", "created", "creation"),
    ("update", "updated", "change"),
    ("delete", "deleted", "deletion"),
)


def _did(pattern: str, action: str, kind: str, follows: str = "") -> Form:
    return Form(pattern=pattern, action=action, type=kind, category=CONFIGURATION, follows=follows)


def _refused(pattern: str, action: str, category: str = "iam", follows: str = "") -> Form:
    return Form(
        pattern=pattern,
        action=action,
        type="denied",
        category=category,
        outcome="failure",
        follows=follows,
    )


def _answered(verb: str, thing: str, done: str, kind: str) -> dict[str, list[Form]]:
    """Forms of the answers to a request that makes, changes or removes a thing by name."""
    function, follows = f"_slurm_rpc_{verb}_{thing}", f"REQUEST_{verb}_{thing}".upper()
    named, action = f"(?P<{thing}>[^\\s:]+)", f"{thing}-{done}"
    answers = [
        _did(rf"\w+ complete for {named}", action, kind, follows),
        _refused(rf"\w+ {thing}={named}: (?P<error>.*)", action, CONFIGURATION, follows),
    ]
    told_twice = thing == "reservation" and verb != "delete"  # see RESERVED
    return {function: answers[1:] if told_twice else answers}


RESERVED = [
    _did(
        rf"{done.capitalize()} reservation=(?P<reservation>\S+) (?P<what>.*)",
        f"reservation-{done}",
        kind,
        f"REQUEST_{verb.upper()}_RESERVATION",
    )
    for verb, done, kind in CHANGES[:2]
]
CRONTABS = [
    _did(rf"crontab_submit: updating crontab for {UID}", "crontab-changed", "change"),
    _did(rf"crontab_submit: removing crontab for {UID}", "crontab-removed", "deletion"),
]
FROM_CRONTAB = Form(
    pattern=rf"Added {JOB} from crontab entry from {UID}", action="job-submitted", type="creation"
)
SETTINGS = [
    _did(
        r"Set debug level to '?(?P<logging>\w+)",
        "logging-changed",
        "change",
        "REQUEST_SET_DEBUG_LEVEL",
    ),
    _did(
        r"Set DebugFlags to (?P<flags>.*)", "logging-changed", "change", "REQUEST_SET_DEBUG_FLAGS"
    ),
    _did(
        r"Set scheduler log level to (?P<logging>.*)",
        "logging-changed",
        "change",
        "REQUEST_SET_SCHEDLOG_LEVEL",
    ),
]
TOLD = [
    _did(r"Performing RPC: REQUEST_SHUTDOWN", "controller-stopped", "end", "REQUEST_SHUTDOWN"),
    _did(r"Performing RPC: REQUEST_TAKEOVER", "controller-started", "start", "REQUEST_TAKEOVER"),
]
NO_RIGHT = [
    _refused(rf"(?P<rpc>\w+(?: \w+)*) request from non-super user {UID}", "security-violation")
]
TOKENS = [
    _refused(
        r"\w+: attempt to retrieve a token for a (?:different user=(?P<target>\S+)|missing \w+)"
        rf" by {UID}",
        "token-refused",
    ),
    _refused(rf"\w+: attempt to retrieve a token while .* {UID}", "token-refused"),
]
COMPLETED = _refused(
    rf"A non superuser (?P<uid>\d{{1,10}}) tried to complete batch {JOB}", "security-violation"
)
OF_RESERVATION = _refused(
    rf"Security violation, {UID} account=\S* attempt to use reservation (?P<reservation>\S+)",
    "security-violation",
)
HURRIED = _refused(
    rf"RPC rate limit exceeded by {UID} with (?P<rpc>\w+) from (?P<address>\S+?)(?::\d+)?,",
    "rate-limited",
    "network",
)
PREEMPTED = Form(
    pattern=rf"preempted {JOB} (?:has been \w+|suspended by gang scheduler) to reclaim resources"
    r" for JobId=(?P<in_favour_of>\S+)",
    action="job-preempted",
    type="change",
    state="PREEMPTED",
)
OVERDUE = Form(
    pattern=rf"Time limit exhausted for {JOB}",
    action="job-timed-out",
    type="end",
    outcome="failure",
    state="TIMEOUT",
)
MISSING = Form(
    pattern=rf"Batch {JOB} missing from batch node (?P<node>\S+) \((?P<reason>[^)]*)\)",
    action="job-lost-node",
    type="change",
    outcome="failure",
)
NODE_REFUSED = _refused(
    r"\w+ for (?P<node>[^\s:]+): (?P<error>.*)", "node-updated", "host", "REQUEST_UPDATE_NODE"
)


def _suspended(verb: str, action: str) -> list[Form]:
    start = rf"_slurm_rpc_suspend\({verb}\) (?:for )?{JOB}"
    return [
        Form(pattern=rf"{start}(?: {TOOK}.*)?$", action=action, type="change"),
        _refused(rf"{start} (?P<error>.*)", action, "process"),
    ]


BY_WORD: dict[str, list[Form]] = {
    **{
        function: forms
        for thing in ("reservation", "partition")
        for verb, done, kind in CHANGES
        for function, forms in _answered(verb, thing, done, kind).items()
    },
    "Created": RESERVED,
    "Updated": RESERVED,
    "crontab_submit:": CRONTABS,
    "Added": [FROM_CRONTAB],
    "Set": SETTINGS,
    "Performing": TOLD,
    **dict.fromkeys(("set", "Update", "Registration", "First"), NO_RIGHT),
    "A": [COMPLETED],
    "RPC": [HURRIED],
    "_slurm_rpc_auth_token:": TOKENS,
    "preempted": [PREEMPTED],
    "Time": [OVERDUE],
    "Batch": [MISSING],
    "_slurm_rpc_update_node": [NODE_REFUSED],
    "_slurm_rpc_suspend": [
        *_suspended("suspend", "job-suspended"),
        *_suspended("resume", "job-resumed"),
    ],
    "_slurm_rpc_top_job": [
        Form(
            pattern=rf"_slurm_rpc_top_job for {JOB} {TOOK}",
            action="job-moved-to-top",
            type="change",
            follows="REQUEST_TOP_JOB",
        ),
        _refused(
            rf"_slurm_rpc_top_job for {JOB} (?P<error>.*)",
            "job-moved-to-top",
            "process",
            "REQUEST_TOP_JOB",
        ),
    ],
}
