"""Over all incidents: who was near more of them than near comparable runs that went well."""

from collections.abc import Iterable

import numpy as np

from analytics.governance.victims.controls import Risk, Sets
from analytics.governance.victims.designs import Design, Near
from analytics.governance.victims.exact import corrected
from analytics.governance.victims.exposure import Channel, Exposures

ERROR = 0.001  # chance of naming anybody at one look: a month is looked over again each day
CHECK = 0.001  # at which the other designs must agree about the few who are left: the first one
# alone holds the error; these look for what it cannot see, which has no part in chance
OF_FOLDERS = (Channel.FOLDER_DAY, Channel.FOLDER_HOUR)
LEAST_INCIDENTS = 3
LEAST_VICTIMS = 2
LEAST_DAYS = 3  # one bad night is something that all who were awake were near


def tested(sets: Sets, risk: Risk, exposures: Exposures) -> list[Near]:
    """Every person and channel with an exposed incident, the least probable first."""
    if not len(sets.number):
        return []
    design = Design(sets, risk, ERROR)
    tables = [design.of_channel(channel, exposures) for channel in Channel]
    tests = np.concatenate([table.probability for table in tables])
    possible = [one for table in tables for one in table.possible]
    right = np.split(
        corrected(tests, possible, ERROR), np.cumsum([len(table.person) for table in tables])[:-1]
    )
    found = [one for table, values in zip(tables, right, strict=True) for one in table.near(values)]
    return sorted(found, key=lambda one: (one.corrected, one.probability, one.person, one.channel))


def agrees(one: Near, designs: Iterable[Iterable[Near]]) -> bool:
    """Whether the same person in the same way stands out in each of these designs as well."""
    return all(
        any(
            (other.person, other.channel) == (one.person, one.channel)
            and other.probability <= CHECK
            for other in design
        )
        for design in designs
    )


def convincing(one: Near) -> bool:
    """Whether it is enough to speak of: rare by chance, several incidents, several victims."""
    return (
        one.corrected <= ERROR
        and one.near >= LEAST_INCIDENTS
        and one.victims >= LEAST_VICTIMS
        and one.days >= LEAST_DAYS
        and one.ratio > 1
    )
