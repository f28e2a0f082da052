"""What Slurm's values say: states, durations, TRES, nodes, arrays, exit codes."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice, product
from typing import NamedTuple

MOST_NODES = 10_000
MOST_TASKS = 1_000
DURATION = re.compile(r"(?:(\d{1,6})-)?(?:(\d{1,6}):)?(\d{1,6}):(\d\d(?:\.\d+)?)")
GPU = re.compile(r"gres/gpu(:[^=,]+)?=(\d{1,9})")
OLD_GPU = re.compile(r"(?:^|,)(?:gres[:/])?gpu(?::[A-Za-z][^:,]*)?:(\d{1,9})")
JOB = re.compile(
    r"(?P<base>\d{1,19})(?:_(?:(?P<task>\d{1,19})|\[(?P<tasks>[^\]]*)\]))?"
    r"(?P<het>\+\d+)?(?:\.(?P<step>.+))?"
)
EXIT = re.compile(r"(\d{1,9}):(\d{1,9})")
HOST = re.compile(r"((?:[^,\[\]]|\[[^\[\]]*\])+)")
BRACKETS = re.compile(r"\[([^\[\]]*)\]")
RANGE = re.compile(r"(\d{1,12})(?:-(\d{1,12}))?(?::(\d{1,6}))?")
NOWHERE = ("", "None assigned", "(null)", "Unknown", "None", "N/A")
STATE = re.compile(r"([A-Z][A-Z_]*)(?: b(?:y(?: ([\w.@$-]{0,64}))?)?)?(\+)?")
UNSET = frozenset({"", "4294967295", "4294967294", "-1", "nobody", "None"})
ENDED = (
    *("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL"),
    *("DEADLINE", "OUT_OF_MEMORY", "REVOKED", "LAUNCH_FAILED", "RECONFIG_FAIL", "COMPLETING"),
    *("REQUEUED", "STOPPED", "EXPEDITING"),
)
UNDER_WAY = ("RUNNING", "SUSPENDED", "RESIZING", "SIGNALING", "STAGE_OUT", "UPDATE_DB")
WAITING = (
    *("PENDING", "CONFIGURING", "POWER_UP_NODE", "REQUEUE_HOLD", "REQUEUE_FED"),
    *("SPECIAL_EXIT", "RESV_DEL_HOLD"),
)
FAILED = (
    *("FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "BOOT_FAIL", "DEADLINE"),
    *("LAUNCH_FAILED", "RECONFIG_FAIL"),
)


class State(NamedTuple):
    """A state by its whole name, and the uid or name of whoever cancelled."""

    name: str
    canceller: str | None = None


@lru_cache(maxsize=4096)
def state_of(text: str) -> State | None:
    """`CANCELLED by 1017`, also where a narrow column cut it short (`OUT_OF_ME+`)."""
    match = STATE.fullmatch(text)
    if not match:
        return None
    name, canceller, cut = match.groups()
    if cut:
        whole = [state for state in (*ENDED, *UNDER_WAY, *WAITING) if state.startswith(name)]
        return State(whole[0] if len(whole) == 1 else name)
    return State(name, None if canceller in UNSET else canceller)


@lru_cache(maxsize=20_000)
def seconds_of(text: str | None) -> float | None:
    """Seconds of a duration such as 1-04:33:44, 12:30:00 or 00:02.615."""
    match = DURATION.fullmatch(text or "")
    if not match:
        return None
    days, hours, minutes, seconds = match.groups()
    return ((int(days or 0) * 24 + int(hours or 0)) * 60 + int(minutes)) * 60 + float(seconds)


@lru_cache(maxsize=20_000)
def gpus_of(*resources: str) -> int | None:
    """GPUs in the first of these TRES (or old GRES) lists that says anything."""
    told = next((text for text in resources if text), None)
    if told is None:
        return None
    found = GPU.findall(told)
    plain = [int(count) for kind, count in found if not kind]
    if plain:
        return plain[0]
    return sum(int(count) for _, count in found) or sum(map(int, OLD_GPU.findall(told)))


@lru_cache(maxsize=4096)
def exit_of(text: str | None) -> tuple[int | None, int | None]:
    """Exit code and signal of `1:0`."""
    match = EXIT.fullmatch(text or "")
    return (int(match[1]), int(match[2])) if match else (None, None)


@lru_cache(maxsize=4096)
def nodes_of(text: str | None) -> tuple[str, ...]:
    """The nodes of a host list such as `d13n[03,07-08],login1`, at most 10,000."""
    if not text or text in NOWHERE:
        return ()
    hosts = chain.from_iterable(_hosts(part) for part in HOST.findall(text))
    return tuple(islice(hosts, MOST_NODES))


def _hosts(pattern: str) -> Iterator[str]:
    """One name of a host list, each of its brackets in turn."""
    pieces = BRACKETS.split(pattern)
    choices = [_numbers(piece) if place % 2 else [piece] for place, piece in enumerate(pieces)]
    # product() lists every choice before its first result, so each is bounded beforehand
    bounded = [list(islice(choice, MOST_NODES)) for choice in choices]
    return ("".join(parts) for parts in product(*bounded))


def _numbers(text: str) -> Iterator[str]:
    """The numbers of `03,07-08` or `1-9:2` with their leading zeros; other words as they are."""
    for word in text.split(","):
        match = RANGE.fullmatch(word)
        if match is None:
            yield word
        else:
            first, last, step = match.groups()
            for number in range(int(first), int(last or first) + 1, int(step or 1) or 1):
                yield f"{number:0{len(first)}}"


def tasks_of(job: re.Match[str]) -> list[str]:
    """The array tasks that a job id such as 41_[1-3%2] stands for, at most 1,000."""
    if job["task"]:
        return [job["task"]]
    tasks = _numbers(job["tasks"].partition("%")[0]) if job["tasks"] else iter(())
    return list(islice(tasks, MOST_TASKS))
