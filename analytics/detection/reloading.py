"""The rules in force, loaded anew once files of theirs have changed."""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import monotonic

from analytics.detection.documents import RulesMissing
from analytics.detection.files import Stamp, stamps
from analytics.detection.loading import RuleSet, load
from analytics.detection.watchlist import OWN_LISTS

own_log = logging.getLogger(__name__)

PAUSE = 2.0  # seconds between two looks at the files
LONGEST = 30.0  # seconds that files may go on changing before they are taken as they are
Stamps = Mapping[Path, Stamp]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A set of rules, when it was loaded, and what keeps a newer one from taking its place."""

    rules: RuleSet
    at: datetime
    problem: str = ""


@dataclass
class _State:
    """What is in force, which files it was made of, and what the last look at them saw."""

    loaded: Loaded
    files: Stamps
    seen: Stamps
    looked: float
    changing: float | None = None  # since when


@dataclass
class Watched:
    """Folders of rules and of watch-lists. Safe in several threads; each process looks for itself.

    A change is taken once two looks in a row saw the same files, so that neither half a file nor
    half of a copied folder is. Whoever has a set keeps it whole: a new one is another object.
    `usual` gives what was in force before this process began, for files that are bad now.
    """

    folders: Sequence[Path]
    usual: Callable[[], Mapping[Path, bytes]] = dict
    lists: Sequence[Path] = (OWN_LISTS,)
    clock: Callable[[], float] = monotonic
    _state: _State | None = field(default=None, init=False)
    _locks: dict[int, Lock] = field(default_factory=dict, init=False)

    def current(self) -> Loaded:
        """The set in force, after a look at the files if the last one is a while ago.

        While one thread loads, others go on with the set before. Raises RulesMissing for a folder
        that was never there.
        """
        lock = self._locks.setdefault(os.getpid(), Lock())  # a fork may copy one that is held
        state = self._state
        if state is None:
            with lock:
                state = self._state = self._state or self._begun()
        elif lock.acquire(blocking=False):
            try:
                self._look(state)
            finally:
                lock.release()
        return state.loaded

    def _begun(self) -> _State:
        try:
            seen = self._stamps()  # first: what changes while files are read is seen later
        except OSError as error:
            raise RulesMissing(f"a folder of rules cannot be read: {error}") from error
        rules = load(self.folders, self.usual(), lists=self.lists)
        _tell(rules)
        return _State(Loaded(rules, datetime.now(UTC)), seen, seen, self.clock())

    def _look(self, state: _State) -> None:
        now = self.clock()
        if now < state.looked + PAUSE:
            return
        state.looked = now
        try:
            seen = self._stamps()
            if _is_to_be_taken(state, seen, now):
                rules = load(self.folders, state.loaded.rules.contents, lists=self.lists)
                state.files, state.changing = seen, None
                state.loaded = Loaded(rules, datetime.now(UTC))
                _tell(rules)
        except (OSError, RulesMissing) as error:
            _stay(state, str(error))

    def _stamps(self) -> Stamps:
        return stamps((*self.folders, *self.lists))


def _is_to_be_taken(state: _State, seen: Stamps, now: float) -> bool:
    """Whether it is another state of the files than the one in force, and they stay in it."""
    settled, state.seen = seen == state.seen, seen
    if seen == state.files:
        state.changing = None
        _stay(state, "")
        return False
    if state.changing is None:
        state.changing = now
    return settled or now >= state.changing + LONGEST


def _stay(state: _State, problem: str) -> None:
    if problem != state.loaded.problem:
        if problem:
            own_log.error("rules stay as they were: %s", problem)
        state.loaded = Loaded(state.loaded.rules, state.loaded.at, problem)


def _tell(rules: RuleSet) -> None:
    counts = len(rules.detections), len(rules.refused)
    own_log.info("rules loaded: %d in force, %d refused", *counts)
    for one in rules.refused:
        if one.kept:
            own_log.error("%s goes on as it was: %s", one.path, one.reason)
