"""Rows of audit events become tables before they are too much."""

import io

from analytics.auditing.tables import AT_ONCE
from analytics.event import MOST_BYTES, MOST_ROWS
from analytics.pipeline import log_sources
from tests.analytics.sources.test_golden import CONTEXT

TITLE = "ff" * 250_000


def test_few_events_of_much_text_are_handed_out_in_batches_of_bounded_size() -> None:
    log = b"".join(
        b"type=PROCTITLE msg=audit(1767225600.000:%d): proctitle=%s\n" % (number, TITLE.encode())
        for number in range(3 * MOST_BYTES // len(TITLE))
    )
    batches = list(log_sources()["auditd"].parse(io.BytesIO(log), CONTEXT))
    assert sum(batch.events.num_rows for batch in batches) == log.count(b"\n")
    sizes = [sum(map(len, batch.events["event.original"].to_pylist())) for batch in batches]
    assert len(sizes) > 2
    assert max(sizes) < 1.5 * MOST_BYTES


def test_many_events_of_little_text_are_handed_out_in_batches_of_bounded_size() -> None:
    log = b"".join(
        b"type=USER_END msg=audit(1767225600.000:%d): pid=1 uid=0 auid=7 ses=1 msg='res=success'\n"
        % number
        for number in range(2 * MOST_ROWS)
    )
    batches = list(log_sources()["auditd"].parse(io.BytesIO(log), CONTEXT))
    rows = [batch.events.num_rows for batch in batches]
    assert sum(rows) == 2 * MOST_ROWS
    assert max(rows) <= MOST_ROWS + AT_ONCE
