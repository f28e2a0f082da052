"""The public rules: all load, all run over events of every family, and the page says so."""

import importlib
import io
from pathlib import Path

import pyarrow as pa
import pytest

from analytics.detection.columns import View
from analytics.detection.loading import RuleSet, load
from analytics.detection.matcher import match
from analytics.detection.patterns import of_text
from analytics.detection.predicates import AllOf, Text
from analytics.detection.sigma import Rule
from analytics.fields import FAMILIES
from analytics.readiness.arrivals import Arrival, arrived
from tests.analytics.detection.public_rules import ELSEWHERE, PAGE, blind, page
from tests.analytics.detection.raw_lines import events
from tests.analytics.detection.test_public_lines import LINES
from tests.analytics.sources.test_golden import SAMPLES, context_of

REFUSED: dict[str, str] = {}  # by file: every rule that cannot be matched, and why


@pytest.fixture(scope="module")
def everything() -> pa.Table:
    """The events of all golden samples: of every format that we read."""
    tables = []
    for sample in SAMPLES:
        source = importlib.import_module(f"analytics.sources.{sample.parent.name}").SOURCE
        parts = source.parse(io.BytesIO(sample.read_bytes()), context_of(sample))
        tables += [part.events for part in parts]
    return pa.concat_tables(tables)


@pytest.fixture
def public(real_logs: Path) -> RuleSet:
    return load([real_logs / "sigma-rules" / "rules"])


@pytest.fixture
def arrivals(everything: pa.Table) -> list[Arrival]:
    """What all our formats bring: golden samples and the raw lines of the tests."""
    ours = [log for _, log in LINES if log[0] != ELSEWHERE]
    return [kind for table in (everything, *map(events, ours)) for kind in arrived(table)]


@pytest.mark.shared_data
def test_all_public_rules_load_but_for_those_named_here(public: RuleSet) -> None:
    assert {each.path.name: each.reason for each in public.refused} == REFUSED
    assert len(public.rules) == 387 - len(REFUSED)


@pytest.mark.shared_data
def test_each_public_rule_runs_over_events_of_every_family(
    public: RuleSet, everything: pa.Table
) -> None:
    assert set(FAMILIES) <= set(everything["event.module"].to_pylist())
    many = pa.concat_tables([everything, *(events(log) for _, log in LINES)])
    alone = {rule.id: _rows(rule, many) for rule in public.rules}
    together = dict.fromkeys(alone, 0)
    for alert in match(public, many):
        together[alert.rule] += 1
    assert together == alone
    assert sum(rows > 0 for rows in alone.values()) >= len(LINES)


def _rows(rule: Rule, table: pa.Table) -> int:
    """How many events a rule matches, asked of each event of its log source."""
    view = View(table)
    asked = [Text(column, tuple(map(of_text, values))) for column, values in rule.source.where]
    return int(view.holds(AllOf((*asked, rule.predicate))).sum())


@pytest.mark.shared_data
def test_no_public_rule_about_what_we_read_waits_for_a_field_that_nothing_fills(
    public: RuleSet, arrivals: list[Arrival]
) -> None:
    ours = [rule for rule in public.rules if rule.source.name != ELSEWHERE]
    assert {one.need.id: one.missing for one in blind(ours, arrivals)} == {}


@pytest.mark.shared_data
def test_the_page_of_public_rules_is_current(
    public: RuleSet, arrivals: list[Arrival], update_golden: bool
) -> None:
    old = PAGE.read_text("utf-8")
    new = page(old, public, arrivals, {rule for rule, _ in LINES})
    if update_golden:
        PAGE.write_text(new, "utf-8")
    assert PAGE.read_text("utf-8") == new
