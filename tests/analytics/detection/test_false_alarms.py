"""Who does no harm raises no alarm: 50,000 events of all families; long tests have a million."""

from collections import Counter
from itertools import chain
from pathlib import Path

from analytics.detection.loading import OWN_RULES, load
from analytics.fields import FAMILIES
from tests.analytics.detection.innocent import alarms, of_machines, of_people


def test_no_rule_alarms_about_fifty_thousand_innocent_events(tmp_path: Path) -> None:
    innocent = chain(of_people(tmp_path, people=24, days=12, seed=41), of_machines(800, seed=42))
    events, found, families = alarms(load([OWN_RULES]), innocent)
    assert events >= 50_000
    assert set(FAMILIES) <= families
    assert found == Counter()
