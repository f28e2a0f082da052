"""Envelopes of Splunk's collector, whatever is in them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import pipeline
from analytics.protocols.splunk_hec import PROTOCOL, SOURCETYPES, records
from tests.analytics.protocols.carrying import carried, told
from tests.analytics.sources.test_golden import SAMPLES, context_of

AUDIT = [
    'type=USER_CMD msg=audit(1767225600.123:7): pid=3 uid=1017 auid=1017 ses=2 msg=\'cwd="/"'
    ' cmd="id" exe="/usr/bin/sudo" terminal=pts/0 res=success\'',
    'type=USER_CMD msg=audit(1767225601.123:8): pid=3 uid=1017 auid=1017 ses=2 msg=\'cwd="/"'
    ' cmd="ls" exe="/usr/bin/sudo" terminal=pts/0 res=success\'',
]
LATER = AUDIT[1].replace(":8)", ":9)")
TEXTS = [sample for sample in SAMPLES if b"\xff" not in sample.read_bytes()]


def body(*envelopes: dict[str, Any], between: str = "") -> bytes:
    """Envelopes one after another."""
    return between.join(json.dumps(one) for one in envelopes).encode()


@pytest.mark.parametrize("sample", TEXTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_log_line_by_line_is_read_as_the_log_itself(sample: Path) -> None:
    try:
        lines = [line for line in sample.read_bytes().decode().split("\n") if line.strip()]
    except UnicodeDecodeError:
        pytest.skip("no line of it can be in JSON")
    context, name = context_of(sample), sample.parent.name
    source = pipeline.log_sources()[name]
    log = "\n".join(lines).encode() + b"\n"
    batches = list(source.parse(io.BytesIO(log), context))
    expected = [row for batch in batches for row in batch.events.to_pylist()]
    rows, rejected = carried(
        PROTOCOL, body(*({"event": line, "sourcetype": name} for line in lines)), context
    )
    assert [told(row) for row in rows] == [told(row) for row in expected]
    assert [row["batch.line"] for row in rows] == [row["batch.line"] for row in expected]
    assert len(rejected) == sum(len(batch.rejected) for batch in batches)


@pytest.mark.parametrize("between", ["", "\n", "\r\n\r\n", " "])
def test_events_may_follow_each_other_with_anything_between(between: str) -> None:
    sent = [{"event": line, "host": "gpu07", "sourcetype": "linux_audit"} for line in AUDIT]
    rows, rejected = carried(PROTOCOL, body(*sent, between=between))
    assert [row["event.original"] for row in rows] == AUDIT
    assert {row["host.name"] for row in rows} == {"gpu07"}
    assert rejected == []


def test_records_of_hosts_sources_and_files_are_told_apart() -> None:
    syslog = (
        "Jan  1 00:00:0{} gpu01 sshd[7]: Accepted publickey for asilva from 10.0.0.1 port 1 ssh2"
    )
    sent = [
        {"event": AUDIT[0], "host": "gpu01", "source": "/var/log/audit/audit.log"},
        {"event": syslog.format(1), "host": "gpu01", "sourcetype": "linux_secure"},
        {"event": AUDIT[1], "host": "gpu02", "source": "/var/log/audit/audit.log"},
        {"event": "Dear diary", "host": "gpu01"},
        {"event": {"message": syslog.format(2), "level": "info"}, "host": "gpu01"},
    ]
    rows, rejected = carried(PROTOCOL, body(*sent))
    assert {(row["batch.line"], row["event.dataset"], row["host.name"]) for row in rows} == {
        (1, "auditd", "gpu01"),
        (2, "syslog", "gpu01"),
        (3, "auditd", "gpu02"),
        (5, "syslog", "gpu01"),
    }
    (line,) = rejected
    assert (line.line, line.reason, line.text) == (4, "no source recognises it", "Dear diary")


def test_an_object_is_read_by_the_source_it_is_of() -> None:
    sample = Path("tests/golden/cloudtrail/events.ndjson").read_bytes()
    documents = [json.loads(line) for line in sample.splitlines() if line.strip()]
    events = [one for one in documents if isinstance(one, dict)]
    rows, _ = carried(PROTOCOL, body(*({"event": event} for event in events)))
    assert rows
    assert {row["event.dataset"] for row in rows} == {"cloudtrail"}
    assert json.loads(rows[0]["event.original"]) == events[rows[0]["batch.line"] - 1]


def test_a_source_that_the_sender_may_not_send_is_rejected() -> None:
    sent = body({"event": AUDIT[0], "sourcetype": "linux_audit"})
    rows, rejected = carried(PROTOCOL, sent, allowed=lambda source: source != "auditd")
    assert rows == []
    assert [line.reason for line in rejected] == ["this token may not send auditd"]


def test_an_event_of_several_lines_keeps_its_number() -> None:
    sent = [{"event": AUDIT[0] + "\n" + AUDIT[1]}, {"event": "nothing"}, {"event": LATER}]
    rows, rejected = carried(PROTOCOL, body(*({**one, "sourcetype": "auditd"} for one in sent)))
    assert sorted(row["batch.line"] for row in rows) == [1, 1, 3]
    assert [line.line for line in rejected] == [2]


def test_the_same_body_gives_the_same_ids_and_another_gives_others() -> None:
    label = {"sourcetype": "bash_history", "fields": {"user": "asilva"}}
    sent = body(*({"event": line, **label} for line in ("ls", "pwd", "ls")))
    ids = [[row["event.id"] for row in carried(PROTOCOL, sent)[0]] for _ in range(2)]
    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 3


def test_every_sourcetype_of_the_table_is_of_a_source_that_there_is() -> None:
    assert set(SOURCETYPES.values()) <= set(pipeline.log_sources())


def test_the_docs_name_every_sourcetype_of_the_table() -> None:
    page = Path("docs/protocols.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    told = {
        (sourcetype.strip(" `"), cells[2].strip(" `"))
        for cells in (row.split("|") for row in rows)
        for sourcetype in cells[1].split(",")
    }
    assert set(SOURCETYPES.items()) - {("syslog", "syslog")} <= told


@given(st.binary(max_size=400))
def test_any_bytes_end_as_a_record_or_an_error(raw: bytes) -> None:
    for number, record in enumerate(records(io.BytesIO(raw)), 1):
        assert record.number == number
        assert record.error or record.text or record.document


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
ENVELOPES = st.fixed_dictionaries(
    {"event": JSON},
    optional=dict.fromkeys(("time", "host", "source", "sourcetype", "fields"), JSON),
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(ENVELOPES, max_size=4))
def test_whatever_is_in_an_envelope_every_record_is_accounted_for(sent: list[Any]) -> None:
    rows, rejected = carried(PROTOCOL, body(*sent, between="\n"))
    accounted = {row["batch.line"] for row in rows} | {line.line for line in rejected}
    assert accounted == set(range(1, len(sent) + 1))
