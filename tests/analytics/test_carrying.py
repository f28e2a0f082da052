"""A log that comes in parts, cut anywhere, is read as if it had come whole."""

import dataclasses
import hashlib
import io
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.carrying import LARGEST_REST, Part, heading, is_closed, joined
from analytics.event import Batch, Context, Source
from analytics.framing import Framing
from analytics.pipeline import log_sources
from tests.analytics.mapping.test_load import of
from tests.analytics.sources.test_golden import CONTEXT, SAMPLES, context_of, event
from tests.analytics.sources.test_variety import source_of

Told = tuple[list[dict[str, Any]], list[tuple[str, str]]]


def streamed(source: Source, parts: Sequence[bytes], context: Context) -> list[Batch]:
    """What is read of parts that follow each other, and of what the last one leaves open."""
    found: list[Batch] = []
    rest = above = b""
    for text in parts:
        origin = hashlib.sha256(text).hexdigest()
        context = dataclasses.replace(context, origin=origin, framing=Framing())
        part = Part(
            source=source,
            context=context,
            log=io.BytesIO(text),
            size=len(text),
            carried=joined(source, context, rest, text, above),
            heading=above,
        )
        rest = part.rest()
        found += part.batches(len(rest))
        above = heading(source, context) or above
    return found + list(source.parse(io.BytesIO(above + rest), context))


def told(batches: Sequence[Batch], fields: Sequence[str] = ()) -> Told:
    """Events and rejections without what hangs on the part that they came in."""
    events = [event(row) for batch in batches for row in batch.events.to_pylist()]
    for one in events:
        one.pop("batch.line", None)
        one["event.original"] = one["event.original"].rstrip()
    kept = [{name: one.get(name) for name in fields} if fields else one for one in events]
    rejected = [
        (line.reason.partition(":")[0], line.text.strip()) for b in batches for line in b.rejected
    ]
    return sorted(kept, key=str), sorted(rejected)


AUDIT = b"Jan  1 00:00:00 gpu03 audispd: type=SYSCALL msg=audit(1767225600.001:7): syscall=1\n"
ENDED = AUDIT.replace(b"SYSCALL", b"EOE")
LATER = b"Jan  1 00:00:00 gpu03 cron[1]: (root) CMD (x)\n"
# What a record says of later ones is known within a part: these are compared by their texts.
REFERRING = {"header", "actors", "controller", "accounting", "columns", "torque", "auth"}
LUSTRE = (SAMPLES[0].parents[1] / "lustre_changelog/changelog.txt").read_bytes().split(b"\n")[0]
SECOND = b"\twhich goes on in a second line\n"
# Where they are cut there, what follows looks like a record of its own, or like a word of its own.
MISLEADING = (
    (b"# ", b"- cmd:"),
    (b"Array", b"JobId="),
    (b"Subproject ", b"commit "),
    (b"\n  1", b"7\n]"),
    (b"COMMAND=/usr/bin/l", b"Feb"),  # two that are glued together are parted there
    # A whole line of syslog does not wait for one that goes on with it.
    *((b"\n" + SECOND[:at], SECOND[at:]) for at in range(len(SECOND))),
)
named = pytest.mark.parametrize(
    "sample", SAMPLES, ids=lambda path: f"{path.parent.name}/{path.stem}"
)


def misleads(log: bytes, at: int) -> bool:
    return any(log[:at].endswith(end) and log.startswith(begin, at) for end, begin in MISLEADING)


def check_parts(sample: Path, data: st.DataObject) -> None:
    log, context, source = sample.read_bytes(), context_of(sample), source_of(sample)
    place = st.integers(1, max(len(log) - 1, 1)).filter(lambda at: not misleads(log, at))
    places = st.lists(place, min_size=1, max_size=2, unique=True)
    cuts = [0, *sorted(data.draw(places, label="cuts")), len(log)]
    parts = [log[start:end] for start, end in pairwise(cuts)]
    whole = list(source.parse(io.BytesIO(log), context))
    fields = ("@timestamp", "event.original") if sample.stem in REFERRING else ()
    assert told(streamed(source, parts, context), fields) == told(whole, fields)


@named
@settings(deadline=None, max_examples=3)
@given(data=st.data())
def test_a_sample_in_parts_gives_what_it_gives_whole(sample: Path, data: st.DataObject) -> None:
    check_parts(sample, data)


@pytest.mark.slow
@named
@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_sample_in_very_many_parts(sample: Path, data: st.DataObject) -> None:
    check_parts(sample, data)


def part(source: str, text: bytes, carried: bytes = b"") -> Part:
    """A part of a log of a source."""
    return Part(
        source=log_sources()[source],
        context=CONTEXT,
        log=io.BytesIO(text),
        size=len(text),
        carried=carried,
    )


@pytest.mark.parametrize(
    ("source", "text", "rest"),
    [
        ("syslog", b"Jan  1 00:00:00 gpu03 sshd[1]: one\nJan  1 00:", b"Jan  1 00:"),
        ("syslog", b"Jan  1 00:00:00 gpu03 sshd[1]: one\n", b""),
        ("syslog", AUDIT + LATER, AUDIT + LATER),
        ("syslog", AUDIT + ENDED + LATER, b""),
        ("syslog", AUDIT + 1_500 * LATER, b""),
        (
            "bash_history",
            b"#1767225600\nls\n#1767225601\nfor a in b\n",
            b"#1767225601\nfor a in b\n",
        ),
        ("bash_history", b"ls\nmake\n", b""),
        ("zsh_history", b": 1767225600:0;ls\n: 1767225601:0;a\\\n", b": 1767225601:0;a\\\n"),
        ("zsh_history", b": 1767225600:0;ls\n", b""),
        ("ecs", b'{"a":1}\n{"a":2', b'{"a":2'),
        ("ecs", b'{"a":1}\n{"a":2}', b""),
        ("ecs", b'{"a":1}{"a":{"b":"}', b'{"a":{"b":"}'),
        ("ecs", b'[{"a":1},\n {"a":2},\n {"b":\n', b'{"b":\n'),
        ("ecs", b'{\n "a": 1\n}\n{\n "a": [\n', b'{\n "a": [\n'),
        ("ecs", b'{"a":1}\n{"broken":\n', b""),
        ("kubernetes_audit", b'{"items":[{"a":1},{"a":', b'{"items":[{"a":1},{"a":'),
    ],
)
def test_what_may_go_on_is_left_open(source: str, text: bytes, rest: bytes) -> None:
    assert part(source, text).rest() == rest


@pytest.mark.parametrize(
    ("source", "text", "closed"),
    [
        ("syslog", LATER, True),
        ("syslog", LATER[:-1], False),
        ("syslog", LATER + AUDIT + LATER, False),
        ("syslog", AUDIT + ENDED + 3_000 * LATER, True),
        ("auditd", AUDIT, False),
        ("ecs", b'{"a":1}\n', True),
    ],
)
def test_a_glance_tells_what_leaves_nothing_open(source: str, text: bytes, closed: bool) -> None:
    assert is_closed(log_sources()[source], io.BytesIO(text), len(text)) is closed


def test_audit_events_are_open_until_their_end_or_for_two_seconds() -> None:
    old, one, other = (
        b"type=SYSCALL msg=audit(%d.000:%d): arch=c000003e syscall=59\n" % (1_767_225_600 + n, n)
        for n in (0, 5, 6)
    )
    end = b"type=EOE msg=audit(1767225605.000:5): \n"
    alone = b"type=USER_LOGIN msg=audit(1767225606.000:7): pid=1 uid=0\n"
    assert part("auditd", old + one).rest() == one
    assert part("auditd", old + one + end).rest() == b""
    assert part("auditd", old + one + other + end).rest() == one + other + end  # they lie across
    assert part("auditd", old + one + end + alone).rest() == b""
    assert part("auditd", old + one + end + alone + b"type=EO").rest() == b"type=EO"


@pytest.mark.parametrize(
    ("source", "rest", "following", "carried"),
    [
        ("lustre_changelog", LUSTRE, LUSTRE, LUSTRE + b"\n"),  # without their ends
        ("lustre_changelog", LUSTRE[:50], LUSTRE[50:], LUSTRE[:50]),
        ("lustre_changelog", LUSTRE[:50], LUSTRE, LUSTRE[:50] + b"\n"),  # never told to its end
        ("lustre_changelog", LUSTRE, b"\n" + LUSTRE, LUSTRE),
        ("ecs", b'{"@timestamp":', b'{"@timestamp":"2026-01-01T00:00:00Z"}', b'{"@timestamp":\n'),
        ("bash_history", b"#1767225600\nls", b"#1767225601\nmake\n", b"#1767225600\nls\n"),
        ("bash_history", b"#1767225600\nls", b" -l\n", b"#1767225600\nls"),
        ("bash_history", b"#1767225600\nls\n", b"goes on\n", b"#1767225600\nls\n"),
        ("auditd", b"node=a ", b"type=EOE msg=audit(1767225605.000:5): ", b"node=a "),
        ("git_log", b"    ", b"commit 0123456789abcdef0123456789abcdef01234567\n", b"    "),
    ],
)
def test_a_rest_is_continued_unless_another_record_begins(
    source: str, rest: bytes, following: bytes, carried: bytes
) -> None:
    assert joined(log_sources()[source], CONTEXT, rest, following) == carried


def test_places_are_those_in_the_part_itself() -> None:
    text = b"e\n#1767225601\nls\n#4102444800\nls\n"
    carried = b"#1767225600\nmak"
    batches = list(part("bash_history", text, carried).batches(0))
    alone = list(part("bash_history", text).batches(0))
    lines = [number for batch in batches for number in batch.events["batch.line"].to_pylist()]
    assert lines == [1, 2]  # what began before the part has its first line
    assert [line.line for batch in batches for line in batch.rejected] == [4]
    ids, others = (batch[0].events["event.id"].to_pylist() for batch in (batches, alone))
    assert ids[1] == others[-1]


@pytest.mark.parametrize("source", ["auditd", "bash_history", "syslog", "ecs", "git_log"])
def test_a_record_without_an_end_is_read_as_it_is(source: str) -> None:
    begin = {"ecs": b'{"a":"', "bash_history": b"#1767225600\n"}.get(source, b"")
    rest, read = b"", 0
    for number in range(5):
        at_hand = part(source, (b"" if number else begin) + b"x" * 300_000, rest)
        rest = at_hand.rest()
        assert len(rest) <= LARGEST_REST
        read += len([line for batch in at_hand.batches(len(rest)) for line in batch.rejected])
    assert read


def test_a_table_of_a_sites_own_is_read_below_its_header() -> None:
    source = of("csv", "fields: {user.name: u}\n")
    log = b"t,u\n2026-01-01T08:00:00Z,ana\n2026-01-01T09:00:00Z,ben\n"
    whole = told(list(source.parse(io.BytesIO(log), CONTEXT)))
    assert [event["user.name"] for event in whole[0]] == ["ana", "ben"]
    for at in range(1, len(log)):
        assert told(streamed(source, [log[:at], log[at:]], CONTEXT)) == whole
