"""Which runs did not go well, when it began to go wrong, and what is set aside as explained."""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.selection import has

Flags = npt.NDArray[np.bool_]
Times = npt.NDArray[np.int64]
MINUTE = 60_000_000  # microseconds
HOUR = 60 * MINUTE
DAY = 24 * HOUR

EARLY = 10 * MINUTE  # a job that fails so soon never came to train …
TRIED = 7 * DAY  # … and is its owner's to mend where the script failed for them before
NOT_STARTED = (2, 126, 127)  # wrong usage, not executable, not found: exit codes of a shell
BROKEN_BEFORE = HOUR  # a fault of a node explains what fails on it within so long …
BROKEN_AFTER = 15 * MINUTE  # … and may be told of a while later
LEAST_ALIKE = 8  # runs of a script from which its usual time can be told
LEAST_OWNERS = 2
DEVIATIONS = 5.0
TO_SIGMA = 1.4826  # the median absolute deviation of a normal distribution, times this, is sigma
CRASHED = ("FAILED", "OUT_OF_MEMORY", "NODE_FAIL", "BOOT_FAIL", "LAUNCH_FAILED")
BROKEN = ("NODE_FAIL", "BOOT_FAIL")
OWN_ERROR = "the owner's own error"
OWN_WISH = "cancelled by its owner, or nobody knows by whom"
HARDWARE = "hardware"
NOT_ASKED = "not asked for"
NEVER = int(np.iinfo(np.int64).max)
LEAST_SPREAD = 0.05  # of the logarithm of a run's time: less cannot be told from chance


@dataclass(frozen=True, slots=True)
class Failures:
    """For each run: whether it did not go well, when that began (microseconds since 1970), what
    it cost, why it is set aside (empty where it is not), and whether it went well."""

    failed: Flags
    onset: Times
    hours: npt.NDArray[np.float64]  # GPU-hours lost
    aside: npt.NDArray[np.object_]
    well: Flags

    @property
    def counted(self) -> Flags:
        """Failures that nothing explains yet."""
        return np.asarray(self.failed & (self.aside == ""))

    def only(self, wanted: Flags, *, whatever: bool = False) -> "Failures":
        """The same with all others set aside; `whatever` takes these though they are explained."""
        kept = np.where(wanted, "" if whatever else self.aside, NOT_ASKED)
        return replace(self, aside=kept.astype(object))


@dataclass(frozen=True, slots=True)
class Slow:
    """For each run since when its steps were slow (microseconds since 1970, the largest number
    where they never were), and how many times as long they took from then on."""

    since: Times
    times: npt.NDArray[np.float64]


def never_slow(runs: int) -> Slow:
    """What is known where no steps are told."""
    return Slow(np.full(runs, NEVER), np.ones(runs))


def of_runs(runs: pa.Table, stood_still: Times, slow: Slow) -> Failures:
    """The failures among runs; faults of machines are not told apart yet.

    `stood_still` says when training stopped to go on, the largest number where it did not or
    nobody knows.
    """
    began, ended = micro(runs["began"], NEVER), micro(runs["ended"], NEVER)
    late, usual = _slow(runs)
    by_steps = (slow.since < NEVER) & _is(runs, "COMPLETED", "TIMEOUT", "RUNNING")
    slowed = by_steps | (late & _is(runs, "COMPLETED", "TIMEOUT"))
    cancelled = _is(runs, "CANCELLED")
    failed = _is(runs, *CRASHED) | cancelled | slowed
    over_due = np.where(by_steps, slow.since, began + usual)
    onset = np.where(slowed, over_due, np.minimum(ended, stood_still))
    hours = np.nan_to_num(np.asarray(runs["gpu_hours"].to_numpy()))
    ran = np.maximum(ended - began, 1)
    lost = np.where(slowed, hours * np.clip((ran - usual) / ran, 0, 1), hours)
    crept = np.clip((ended - slow.since) / ran, 0, 1) * (1 - 1 / slow.times)
    lost = np.where(by_steps, hours * crept, lost)
    aside = np.full(runs.num_rows, "", dtype=object)
    aside[_early(runs, failed, began, ended)] = OWN_ERROR
    aside[_by_owner(runs, cancelled)] = OWN_WISH
    aside[_is(runs, *BROKEN)] = HARDWARE
    return Failures(
        failed=failed,
        onset=np.where(failed, np.clip(onset, began, ended), NEVER),
        hours=np.where(failed, lost, 0.0),
        aside=aside,
        well=_is(runs, "COMPLETED", "RUNNING", "TIMEOUT", "SUSPENDED") & ~failed,
    )


def explained(failures: Failures, faulty: Flags) -> Failures:
    """The same with those set aside whose nodes broke."""
    aside = failures.aside.copy()
    aside[failures.failed & faulty] = HARDWARE
    return replace(failures, aside=aside)


def micro(column: pa.ChunkedArray | pa.Array, missing: int) -> Times:
    """Times as microseconds since 1970."""
    told = pc.fill_null(column.cast(pa.int64()), missing)
    return np.asarray(told.to_numpy(), dtype=np.int64)


def coded(column: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.int64]:
    """A number for each value, −1 for null."""
    whole = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    encoded = pc.dictionary_encode(whole)
    return np.asarray(pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy())


def _is(runs: pa.Table, *states: str) -> Flags:
    return np.asarray(has(runs, "state", *states))


def _by_owner(runs: pa.Table, cancelled: Flags) -> Flags:
    """Cancelled by the owner, or without a word about who did."""
    owner, by = runs["owner"], runs["canceller"]
    own = pc.fill_null(pc.equal(owner, by), False)
    same = pc.fill_null(pc.equal(runs["account"], runs["cancelled_by"]), False)
    untold = pc.is_null(runs["cancelled_by"])
    return np.asarray(cancelled & np.asarray(pc.or_(pc.or_(own, same), untold)))


def _early(runs: pa.Table, failed: Flags, began: Times, ended: Times) -> Flags:
    """Failed before it came to anything, as the same script had for its owner, or cannot have
    been started at all."""
    never_ran = np.asarray(pc.is_in(runs["exit"], value_set=pa.array(NOT_STARTED, pa.int64())))
    early = failed & (ended - began < EARLY)
    whose = coded(runs["account"]) * (1 << 32) + coded(runs["script"])
    places = np.lexsort((ended, whose))
    before = np.zeros(runs.num_rows, dtype=bool)
    last: dict[int, int] = {}
    for place in places[failed[places]].tolist():
        who = int(whose[place])
        before[place] = who in last and ended[place] - last[who] <= TRIED
        last[who] = int(ended[place])
    return np.asarray(early & (before | never_ran))


def _slow(runs: pa.Table) -> tuple[Flags, Times]:
    """Runs that took far longer than the same script takes, and what it takes (microseconds).

    Median and median absolute deviation of logarithms, as times of runs are skewed; only scripts
    that several people run: how long one's own takes is one's own affair.
    """
    slow = np.zeros(runs.num_rows, dtype=bool)
    usual = np.full(runs.num_rows, np.int64(1) << 55)
    done = _is(runs, "COMPLETED", "TIMEOUT")
    seconds = np.asarray(pc.fill_null(runs["elapsed"], 0.0).to_numpy())
    kind = coded(runs["script"]) * 4096 + np.clip(coded(runs["partition"]), -1, 4000)
    owners = coded(runs["account"])
    rows = np.flatnonzero(done & (seconds > 60) & (coded(runs["script"]) >= 0))
    rows = rows[np.argsort(kind[rows], kind="stable")]
    borders = np.flatnonzero(np.diff(kind[rows])) + 1
    for alike in np.split(rows, borders):
        if len(alike) < LEAST_ALIKE or len(np.unique(owners[alike])) < LEAST_OWNERS:
            continue
        logs = np.log(seconds[alike])
        middle = float(np.median(logs))
        spread = max(TO_SIGMA * float(np.median(np.abs(logs - middle))), LEAST_SPREAD)
        slow[alike] = logs > middle + DEVIATIONS * spread
        usual[alike] = np.int64(np.exp(middle) * 1e6)
    return slow, usual
