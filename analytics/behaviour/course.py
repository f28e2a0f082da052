"""A day and the days before it, with persons as numbers: what features compare."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from analytics.behaviour import hours, moves, novelty
from analytics.behaviour.absences import absences, backlog
from analytics.behaviour.baseline import Past
from analytics.behaviour.compared import Odd, Used
from analytics.behaviour.feature import Feature, Measure
from analytics.behaviour.lookback import History
from analytics.behaviour.moves import EPOCH
from analytics.behaviour.peers import Peers
from analytics.behaviour.person_days import Codes, Numbers, codes_of
from analytics.behaviour.weekdays import days_of_rest
from analytics.identity import Directory


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A feature's number of each person today as it is told and as it is weighed (nan: no day),
    those of the past as they are weighed, and the values that made today's, where it has any."""

    observed: Numbers
    weighed: Numbers
    past: Past
    odd: Odd | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Rows of today and of the past, by the places of persons in a list.

    `worth` says what each past day counts for, `ahead` how many usual days today is worth.
    """

    day: int
    today: pa.Table
    history: History
    here: Codes
    codes: Codes
    now: Codes
    days: Codes
    rest: npt.NDArray[np.bool_]
    worth: Numbers
    ahead: Numbers

    @classmethod
    def of(
        cls, day: date, today: pa.Table, history: History, persons: list[str], directory: Directory
    ) -> "Course":
        """What leads up to the day."""
        number = (day - EPOCH).days
        codes = codes_of(history["person"], persons)
        days = np.asarray(history["day"].cast(pa.int32()), dtype=np.int64)
        away = absences(codes, days, number)
        return cls(
            day=number,
            today=today,
            history=history,
            here=codes_of(today["person"], persons),
            codes=codes,
            now=np.full(today.num_rows, number),
            days=days,
            rest=days_of_rest(days),
            worth=moves.worth(codes, days, persons, directory, day),
            ahead=backlog(away, codes, days, len(persons)),
        )

    def told(self, feature: Feature, peers: Peers) -> Told:
        """What a feature says of the day and of those before."""
        now, before = self.today[feature.name], self.history[feature.name]
        if not feature.measure.keeps_values:
            observed = np.full(len(peers.group_of), np.nan)
            observed[self.here] = _numbers(now)
            return Told(
                observed=observed, weighed=observed, past=self._past(feature, _numbers(before))
            )
        used = Used(self.here, self.now, now)
        past = Used(self.codes, self.days, before)
        if feature.measure is Measure.NEW:
            made = novelty.compared(used, past, peers)
        else:
            made = hours.compared(used, past, peers, self.rest)
        return Told(
            observed=made.observed,
            weighed=made.weighed,
            past=self._past(feature, made.past),
            odd=made.odd,
        )

    def _past(self, feature: Feature, values: Numbers) -> Past:
        return Past(
            codes=self.codes,
            days=self.days,
            values=values,
            worth=self.worth,
            any_weekday=feature.any_weekday,
        )


def _numbers(column: pa.ChunkedArray) -> Numbers:
    return np.asarray(pc.fill_null(column, np.nan), dtype=np.float64)
