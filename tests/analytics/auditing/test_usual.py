"""Most audit events are read in one go, which tells of them what reading each part tells."""

import io
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.auditing.actors import Descent
from analytics.auditing.joining import Joined, joined
from analytics.auditing.rows import row_of
from analytics.auditing.single import single_values
from analytics.auditing.tables import Values, values_of
from analytics.auditing.usual import usual_values
from analytics.event import Context
from benchmarks.logs.auditd import generated
from tests.analytics.sources.test_golden import GOLDEN

CONTEXT = Context(
    feed="f", batch="b", origin="o", received=datetime(2026, 12, 1, tzinfo=UTC), host="gpu03"
)
LOGS = [generated(600), *(path.read_bytes() for path in sorted(GOLDEN.glob("auditd/*.log")))]
EVENTS = [
    event for log in LOGS for events in joined(io.BytesIO(log), lambda *_: None) for event in events
]
STRAY = ['"', " ", "=", "\n", "0", "yes", "no", "syscall=", "41", "CREATE", "/..", "é", "?"]
CHANGE = st.tuples(st.integers(0, 900), st.sampled_from(STRAY), st.integers(0, 3))


def usual(event: Joined) -> Values | None:
    found = usual_values(event, CONTEXT, Descent()) or single_values(event, CONTEXT, Descent())
    return found and plain(found)


def whole(event: Joined) -> Values:
    return plain(values_of(row_of(event, CONTEXT, Descent())))


def plain(values: Values) -> Values:
    """The values with what they share in place of the act."""
    *own, act, labels = values
    return (*own, act.columns, list(labels.items()))


def test_most_events_are_read_in_one_go_as_by_their_parts() -> None:
    read = [(usual(event), whole(event)) for event in EVENTS]
    assert sum(found is not None for found, _ in read) > len(read) * 2 / 3
    assert [found for found, _ in read if found] == [told for found, told in read if found]


@settings(deadline=None)
@given(st.sampled_from(EVENTS), st.lists(CHANGE, max_size=3))
def test_what_differs_from_the_usual_is_told_the_same_or_left(
    event: Joined, changes: list[tuple[int, str, int]]
) -> None:
    text = event.text
    for place, stray, dropped in changes:
        text = text[:place] + stray + text[place + dropped :]
    changed = replace(event, text=text.rstrip("\n"))
    assert usual(changed) in (None, whole(changed))
