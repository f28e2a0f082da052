"""A job of Slurm's JSON, in any of its shapes, as the cells that sacct prints for it.

Old and new versions, accounting and controller call the same things otherwise: a number may be
plain or in `{"set", "infinite", "number"}`, a state a word or a list, resources a text or a list.
"""

from collections.abc import Mapping
from typing import Any

import orjson

from analytics.event import readable

LONGEST_DIGITS = 20
# Steps that slurm numbers from the top of 32 bits.
SPECIAL_STEPS = {
    "4294967292": "extern",
    "4294967291": "batch",
    "4294967290": "interactive",
    "-4": "extern",
    "-5": "batch",
    "-6": "interactive",
}
Json = Mapping[str, Any]
Row = tuple[dict[str, str], str]


def rows_of(job: Any, raw: bytes) -> list[Row]:
    """A row for the job and one for each of its steps, each with its text; none if it is no job."""
    if not isinstance(job, dict) or not _text(job.get("job_id")):
        return []
    cells = _of_job(job)
    if not cells["state"]:
        return []
    rows = [(cells, readable(raw))]
    steps = job.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict) and (of_step := _of_step(step, cells)):
            rows.append((of_step, readable(orjson.dumps(step))))
    return rows


def _of_job(job: Json) -> dict[str, str]:
    time, association = _inner(job, "time"), _inner(job, "association")
    state, reason = _state(job)
    canceller = _text(job.get("kill_request_user"))
    if canceller and state == "CANCELLED":
        state = f"CANCELLED by {canceller}"
    tres = _inner(job, "tres")
    name = _first(job, "user_name", "user") or _text(association.get("user"))
    return {
        "jobid": _shown(job),
        "jobidraw": _text(job.get("job_id")),
        "cluster": _text(job.get("cluster")) or _text(association.get("cluster")),
        "user": name,
        "uid": _text(job.get("user_id")),
        "group": _first(job, "group_name", "group"),
        "account": _text(job.get("account")) or _text(association.get("account")),
        "qos": _text(job.get("qos")),
        "partition": _text(job.get("partition")),
        "jobname": _text(job.get("name")),
        "state": state,
        "reason": reason,
        "exitcode": _exit(job.get("exit_code")),
        "submit": _moment(time.get("submission")) or _moment(job.get("submit_time")),
        "eligible": _moment(time.get("eligible")) or _moment(job.get("eligible_time")),
        "start": _moment(time.get("start")) or _moment(job.get("start_time")),
        "end": _moment(time.get("end")) or _moment(job.get("end_time")),
        "elapsed": _seconds(time.get("elapsed")),
        "timelimit": _text(time.get("limit")) or _text(job.get("time_limit")),
        "alloctres": _resources(tres.get("allocated")) or _text(job.get("tres_alloc_str")),
        "reqtres": _resources(tres.get("requested")) or _text(job.get("tres_req_str")),
        "nodelist": _nodes(job),
        "workdir": _first(job, "working_directory", "current_working_directory"),
        "submitline": _first(job, "submit_line", "command"),
        "restarts": _text(job.get("restart_cnt")).lstrip("0"),
        "failednode": _text(job.get("failed_node")),
        "submithost": _first(job, "alloc_node", "submit_node"),
        "container": _text(job.get("container")),
        "comment": _text(_inner(job, "comment").get("job")) or _text(job.get("comment")),
        "stdout": _first(job, "stdout_expanded", "standard_output", "stdout"),
    }


def _of_step(step: Json, job: Mapping[str, str]) -> dict[str, str]:
    """The cells of a step; none where it has no number."""
    about, time, tres = (_inner(step, name) for name in ("step", "time", "tres"))
    number = about.get("id", step.get("step_id"))
    told = _text(number.get("step_id") if isinstance(number, dict) else number)
    name = SPECIAL_STEPS.get(told.rpartition(".")[2], told.rpartition(".")[2])
    state, _ = _state(step)
    if not name or not state:
        return {}
    canceller = _text(step.get("kill_request_user"))
    start = _moment(time.get("start"))
    inherited = ("cluster", "user", "uid", "account", "partition")
    return {
        **{cell: job[cell] for cell in inherited},
        "jobid": f"{job['jobid']}.{name}",
        "jobname": _text(about.get("name")),
        "state": f"{state} by {canceller}" if canceller and state == "CANCELLED" else state,
        "exitcode": _exit(step.get("exit_code")),
        "submit": start,  # as sacct has it
        "start": start or job["start"],
        "end": _moment(time.get("end")),
        "elapsed": _seconds(time.get("elapsed")),
        "alloctres": _resources(tres.get("allocated")),
        "nodelist": _nodes(step),
        "submitline": _text(step.get("submit_line")),
    }


def _inner(value: Json, name: str) -> Json:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _first(value: Json, *names: str) -> str:
    return next((text for name in names if (text := _text(value.get(name)))), "")


def _text(value: Any) -> str:
    """A word or a number, also one in a shell that says whether it is set."""
    kind = type(value)
    if kind is str:
        return value if value.isprintable() else readable(value)
    if kind is int or kind is float:
        return str(value)[:LONGEST_DIGITS]
    if kind is dict and value.get("set") and not value.get("infinite"):
        return _text(value.get("number"))
    return ""


def _moment(value: Any) -> str:
    text = _text(value)
    return "" if text == "0" else text


def _seconds(value: Any) -> str:
    """A duration as sacct prints it."""
    text = _text(value)
    if not text.isdigit() or len(text) > 10:
        return ""
    minutes, seconds = divmod(int(text), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}"


def _state(value: Json) -> tuple[str, str]:
    """The state, of several the first, and why."""
    told = value.get("state", value.get("job_state"))
    reason = value.get("state_reason", "")
    if isinstance(told, dict):
        reason, told = told.get("reason", ""), told.get("current")
    if isinstance(told, list):
        told = told[0] if told else ""
    state = _text(told).upper()
    why = _text(reason)
    return (state if state.replace("_", "").isalpha() else "", "" if why == "None" else why)


def _shown(job: Json) -> str:
    """The job's number as people and sacct write it: 41_3, 41_[4-9%2], 100+0 or 812."""
    array, het = _inner(job, "array"), _inner(job, "het")
    base = _number(array.get("job_id", job.get("array_job_id")))
    task = _number(array.get("task_id", job.get("array_task_id")), zero=True)
    waiting = _text(array.get("task")) or _text(job.get("array_task_string"))
    if base and (task or waiting):
        return f"{base}_{task}" if task else f"{base}_[{waiting.strip('[]')}]"
    leader = _number(het.get("job_id", job.get("het_job_id")))
    if leader:
        offset = _number(het.get("job_offset", job.get("het_job_offset")), zero=True)
        return f"{leader}+{offset or 0}"
    return _text(job.get("job_id"))


def _number(value: Any, *, zero: bool = False) -> str:
    text = _text(value)
    return text if text.isdigit() and (zero or text != "0") and len(text) < 10 else ""


def _exit(value: Any) -> str:
    """Exit code and signal as `1:0`."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32:
        return f"{value >> 8 & 255}:{value & 127}"  # as wait() has it
    if not isinstance(value, dict):
        return ""
    if "number" in value:
        return _exit(value["number"]) if value.get("set") else ""
    signal = _inner(value, "signal")
    number = _text(signal.get("id")) or _text(signal.get("signal_id"))
    code = _text(value.get("return_code"))
    return f"{code or 0}:{number or 0}" if code or number else ""


def _resources(value: Any) -> str:
    """`cpu=8,gres/gpu=2` of a list of resources."""
    if not isinstance(value, list):
        return _text(value)
    told = []
    for each in value[:64]:
        if type(each) is dict and (kind := _text(each.get("type"))):
            name, count = _text(each.get("name")), _text(each.get("count"))
            if not count.startswith("-"):
                told.append(f"{kind}{'/' if name else ''}{name}={count}")
    return ",".join(told)


def _nodes(value: Json) -> str:
    told = value.get("nodes")
    if isinstance(told, dict):
        names = told.get("list")
        if isinstance(names, list):
            return ",".join(name for name in names[:10_000] if isinstance(name, str))
        return _text(told.get("range"))
    return _text(told)
