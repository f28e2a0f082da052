"""A million innocent events of every family."""

from itertools import chain
from pathlib import Path

from analytics.detection.loading import OWN_RULES, load
from analytics.fields import FAMILIES
from tests.analytics.detection.innocent import alarms, of_machines, of_people

EVENTS = 1_000_000
ONE_IN = 100_000


def test_no_rule_alarms_more_than_once_in_a_hundred_thousand_innocent_events(
    tmp_path: Path,
) -> None:
    innocent = chain(of_people(tmp_path, people=175, days=40, seed=43), of_machines(12_000, 44))
    events, found, families = alarms(load([OWN_RULES]), innocent)
    assert events >= EVENTS
    assert set(FAMILIES) <= families
    assert {rule: count for rule, count in found.items() if count * ONE_IN > events} == {}
