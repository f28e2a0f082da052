"""The data's way: what becomes of what the store cannot keep."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics import pipeline
from analytics.detection.loading import OWN_RULES, load
from analytics.event import Batch, Rejected
from analytics.store import open_store
from tests.analytics.store.samples import event, table

EARLY = datetime(1960, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("again", [False, True])
def test_what_the_store_refuses_is_a_rejected_line_and_is_not_matched(
    tmp_path: Path, again: bool
) -> None:
    store = open_store((tmp_path / "lake").as_uri())
    odd = {**event(2, batch__line=7, event__original="odd line"), "@timestamp": EARLY}
    batch = Batch(
        events=table([event(1), odd, event(3)]),
        rejected=(Rejected(line=1, reason="no time", text="x"),),
    )
    taken = pipeline.take_in(batch, store=store, rules=load([OWN_RULES]), again=again)
    assert (taken.stored, taken.duplicates) == (2, 0)
    assert taken.rejected == (
        Rejected(line=1, reason="no time", text="x"),
        Rejected(line=7, reason="@timestamp is not from 1970 to 2261", text="odd line"),
    )
    assert EARLY.date() not in taken.days
    store.close()
