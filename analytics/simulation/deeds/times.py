"""When the acts of a story happen: in a few odd nights, or in working hours over weeks."""

from datetime import date, timedelta

from analytics.simulation.calendar import HOUR, at
from analytics.simulation.chance import between, happens
from analytics.simulation.scenario import Stage

NIGHTS = 5  # days within which a loud story comes to its point
Due = list[tuple[int, float]]  # which act, and its moment


def loudly(stage: Stage, acts: int) -> Due:
    """The acts due today of a story told within days, mostly in evenings and nights.

    The first one comes on the first day.
    """
    rng = stage.chance("nights")
    begin = stage.day - timedelta(days=stage.since)
    span = min(NIGHTS, (stage.world.calendar.last - begin).days + 1)
    days = [0, *sorted(int(rng.random() * span) for _ in range(acts - 1))]
    today = stage.today("hours")
    moment = at(stage.day, between(today, 19.5, 22.8))
    if happens(today, 0.2):  # before anybody is there
        moment = at(stage.day, between(today, 4.8, 6.3))
    due: Due = []
    for number, day in enumerate(days):
        if day == stage.since:
            due.append((number, moment))
            moment += between(today, 300, 1500)
    return due


def quietly(stage: Stage, acts: int) -> Due:
    """The act due today of a story told over all the weeks left, in working hours."""
    calendar, insider = stage.world.calendar, stage.insider
    if not calendar.works(insider, stage.day):
        return []
    begin = stage.day - timedelta(days=stage.since)
    days = _spread([day for day in _from(begin, calendar.last) if calendar.works(insider, day)],
                   acts)  # fmt: skip
    if stage.day not in days:
        return []
    arrives, leaves = calendar.hours(insider, stage.day)
    moment = between(stage.today("hours"), arrives + HOUR, leaves - HOUR)
    return [(days.index(stage.day), moment)]


def _from(begin: date, end: date) -> list[date]:
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _spread(days: list[date], number: int) -> list[date]:
    """So many of the days, as far apart as they can be."""
    if len(days) <= number:
        return days
    return [days[place * len(days) // number] for place in range(number)]
