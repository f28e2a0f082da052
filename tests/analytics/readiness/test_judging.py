"""What has arrived, held against what is needed."""

from datetime import UTC, datetime, timedelta

import pytest

from analytics.detection.patterns import of_text
from analytics.detection.predicates import AllOf, AnyOf, Missing, Not, Same, Text
from analytics.readiness.arrivals import Arrival
from analytics.readiness.judging import Readiness, Status, judge, lacking
from analytics.readiness.needs import Need, Part

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SIGNALS = Need(
    part=Part.FEATURE,
    id="signals_to_others",
    title="Signals",
    where={"event.action": ("sent-signal",)},
    fields=("actor.account", "owner.account"),
    blind="signals to others cannot be seen",
)


def came(feed: str, *fields: str, days_ago: float = 0, action: str = "sent-signal") -> Arrival:
    return Arrival(
        feed=feed,
        dataset="auditd",
        module="shell",
        category="process",
        type="change",
        action=action,
        fields=frozenset(fields),
        last=NOW - timedelta(days=days_ago),
    )


def one(*arrivals: Arrival, need: Need = SIGNALS) -> Readiness:
    (found,) = judge([need], arrivals, NOW)
    return found


def test_what_came_whole_is_ready() -> None:
    found = one(came("gpu03", "actor.account", "owner.account"))
    assert (found.status, found.feeds, found.sentence) == (Status.READY, ("gpu03",), "")


def test_without_the_field_that_names_the_owner_nothing_can_be_seen() -> None:
    found = one(came("gpu03", "actor.account"))
    assert found.status is Status.BLIND
    assert found.sentence == "signals to others cannot be seen: no owner.account received"
    assert found.lacking == (("gpu03", ("owner.account",)),)


def test_without_any_such_event_nothing_can_be_seen() -> None:
    found = one(came("gpu03", "actor.account", "owner.account", action="executed"))
    assert found.status is Status.BLIND
    assert "no events with event.action sent-signal received" in found.sentence


def test_fields_of_different_events_of_a_feed_add_up() -> None:
    found = one(came("gpu03", "actor.account"), came("gpu03", "owner.account"))
    assert found.status is Status.READY


def test_a_feed_that_lacks_what_others_of_its_format_have_is_named() -> None:
    found = one(came("gpu03", "actor.account", "owner.account"), came("gpu04", "actor.account"))
    assert found.status is Status.PARTLY
    assert found.sentence == "cannot be seen by gpu04: no owner.account received"


def test_what_has_not_come_for_long_is_stale() -> None:
    found = one(came("gpu03", "actor.account", "owner.account", days_ago=9))
    assert found.status is Status.STALE
    assert found.sentence == "nothing of it has come since 2026-03-01"


COMMAND, PATH, IMAGE = (
    Text(column, (of_text("x"),))
    for column in ("process.command_line", "file.path", "process.image")
)
FOURTH = Text("process.args[4]", (of_text("x"),))


@pytest.mark.parametrize(
    ("condition", "have", "gap"),
    [
        (COMMAND, set(), {"process.command_line"}),
        (AllOf((COMMAND, PATH)), {"file.path"}, {"process.command_line"}),
        (AnyOf((COMMAND, PATH)), {"file.path"}, set()),
        (AnyOf((COMMAND, PATH)), set(), {"process.command_line", "file.path"}),
        (AllOf((PATH, Not(COMMAND))), {"file.path"}, set()),
        (Missing("file.path"), set(), set()),
        (Not(Missing("file.path")), set(), {"file.path"}),
        (Same("user.name", "user.target.name"), {"user.name"}, {"user.target.name"}),
        (IMAGE, {"process.name"}, set()),
        (FOURTH, {"process.args"}, set()),
        (Text("event.action", (of_text("x"),)), set(), set()),
    ],
)
def test_a_condition_says_which_columns_it_cannot_do_without(
    condition: Text, have: set[str], gap: set[str]
) -> None:
    need = Need(part=Part.RULE, id="r", title="R", where={}, condition=condition)
    assert lacking(need, have) == gap


def test_a_field_that_another_log_would_bring_has_its_own_advice() -> None:
    need = Need(part=Part.RULE, id="r", title="R", where={}, fields=("git.added",))
    found = one(came("forge", "git.commit"), need=need)
    assert found.advice
    assert "-p" in found.advice.text
