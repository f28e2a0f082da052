"""When somebody was away. No calendar of leave is needed: there is nothing of them for a week."""

from dataclasses import dataclass

import numpy as np

from analytics.behaviour.person_days import Codes, Numbers

AWAY = 7  # days in a row without any event
CATCHING_UP = 3  # days with events after it …
TWICE = 2.0  # … in which one may do the work of two


@dataclass(frozen=True, slots=True, kw_only=True)
class Absences:
    """Person number `codes[k]` was away from day `since[k]` on, and back on day `until[k]`."""

    codes: Codes
    since: Codes
    until: Codes


def absences(codes: Codes, days: Codes, end: int) -> Absences:
    """Those between the active days of each person, the last of which may end on day `end`."""
    people = np.unique(codes[codes >= 0])
    who = np.concatenate([codes, people])
    when = np.concatenate([days, np.full(len(people), end)])
    order = np.lexsort((when, who))
    who, when = who[order], when[order]
    away = (who[1:] == who[:-1]) & (when[1:] - when[:-1] > AWAY)
    return Absences(codes=who[1:][away], since=when[:-1][away] + 1, until=when[1:][away])


def backlog(found: Absences, codes: Codes, days: Codes, people: int) -> Numbers:
    """How many usual days each person's next day may be worth: who is just back catches up."""
    back = np.full(people, -1)
    np.maximum.at(back, found.codes, found.until)
    since = (codes >= 0) & (days >= back[codes])
    catching_up = np.bincount(codes[since], minlength=people) < CATCHING_UP
    return np.where((back >= 0) & catching_up, TWICE, 1.0)
