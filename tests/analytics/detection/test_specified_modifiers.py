"""Every modifier of Sigma's specification 2.1: alone, together with others, and where it must not
stand. What needs more than a line, and placeholders, stand in test_modifiers and test_expand."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest
from sigma.modifiers import modifier_mapping

COMMAND = "process.command_line"
MOMENT = {"@timestamp": datetime(2026, 11, 23, 4, 30, 59, tzinfo=UTC)}  # Monday of week 48
SPECIFIED = (
    *("all", "startswith", "endswith", "contains", "exists", "cased", "neq", "windash", "re"),
    *("i", "m", "s", "base64", "base64offset", "utf16le", "utf16be", "utf16", "wide"),
    *("lt", "lte", "gt", "gte", "minute", "hour", "day", "week", "month", "year", "cidr"),
    *("expand", "fieldref"),
)
DASHES = "-/–—―"  # hyphen, slash, en dash, em dash, horizontal bar


def encoded(text: str, encoding: str = "utf-8") -> str:
    return b64encode(text.encode(encoding)).decode()


MODIFIED: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # encodings
    ({COMMAND + "|base64": ["one", "two"]}, {COMMAND: encoded("two")}, True),
    ({COMMAND + "|base64|contains": "foo"}, {COMMAND: f"x {encoded('foo')} y"}, True),
    ({COMMAND + "|utf16le|base64": "ab"}, {COMMAND: encoded("ab", "utf-16le")}, True),
    ({COMMAND + "|wide|base64": "ab"}, {COMMAND: encoded("ab", "utf-16le")}, True),
    ({COMMAND + "|utf16be|base64": "ab"}, {COMMAND: encoded("ab", "utf-16be")}, True),
    ({COMMAND + "|utf16|base64": "ab"}, {COMMAND: encoded("\ufeffab", "utf-16le")}, True),
    ({COMMAND + "|utf16|base64": "ab"}, {COMMAND: encoded("ab", "utf-16le")}, False),
    ({COMMAND + "|wide": "ab"}, {COMMAND: "a\0b\0"}, True),
    # regular expressions: found anywhere, heeding the case unless told otherwise
    ({COMMAND + "|re": "B"}, {COMMAND: "abc"}, False),
    ({COMMAND + "|re|i": "B"}, {COMMAND: "abc"}, True),
    ({COMMAND + "|re|i|m|s": "^TWO.three$"}, {COMMAND: "one\ntwo\nthree"}, True),
    ({COMMAND + "|re|i|s": "^TWO"}, {COMMAND: "one\ntwo"}, False),
    ({COMMAND + "|re": r"a\/b\-c"}, {COMMAND: "a/b-c"}, True),
    ({COMMAND + "|re": r"^a{2,3}(b|c)?[^d-f]+$"}, {COMMAND: "aacxyz"}, True),
    ({COMMAND + "|re": ["^x", "^y"]}, {COMMAND: "yes"}, True),
    ({COMMAND + "|re|all": ["x", "y"]}, {COMMAND: "xa"}, False),
    ({COMMAND + "|re": "^$"}, {COMMAND: ""}, True),
    ({COMMAND + "|re|neq": "l.s"}, {COMMAND: "ls"}, True),
    ({"job.gpus|re": "^1[0-9]$"}, {"job.gpus": 16}, True),
    # what RE2 reads and Python does not
    ({COMMAND + "|re": "a(?i)b"}, {COMMAND: "aB"}, True),
    ({COMMAND + "|re": r"\pL+x"}, {COMMAND: "éx"}, True),
    ({COMMAND + "|re": r"a\z"}, {COMMAND: "a"}, True),
    ({COMMAND + "|re": "[a-z&&b]"}, {COMMAND: "b"}, True),
    # places
    ({COMMAND + "|startswith|cased": "A"}, {COMMAND: "ax"}, False),
    ({COMMAND + "|cased|endswith": "X"}, {COMMAND: "aX"}, True),
    ({COMMAND + "|contains|cased|all": ["A", "B"]}, {COMMAND: "xAyB"}, True),
    ({COMMAND + "|contains|cased|all": ["A", "B"]}, {COMMAND: "xAyb"}, False),
    ({COMMAND + "|contains": "a*c"}, {COMMAND: "xabcx"}, True),
    ({COMMAND + "|startswith": r"a\*"}, {COMMAND: "abc"}, False),
    # another value than these
    ({COMMAND + "|contains|neq": "ls"}, {COMMAND: "als"}, False),
    ({COMMAND + "|startswith|neq": ["a", "b"]}, {COMMAND: "bc"}, False),
    ({COMMAND + "|startswith|neq": ["a", "b"]}, {COMMAND: "cd"}, True),
    ({"job.gpus|neq": 8}, {"job.gpus": 8}, False),
    ({"job.gpus|neq": 8}, {"job.gpus": 9}, True),
    ({"source.ip|cidr|neq": "10.0.0.0/8"}, {"source.ip": "11.1.2.3"}, True),
    ({"user.id|fieldref|neq": "user.name"}, {"user.id": "a", "user.name": "A"}, False),
    ({"user.id|fieldref|neq": "user.name"}, {"user.id": "a", "user.name": "b"}, True),
    ({"user.id|fieldref": ["job.id", "user.name"]}, {"user.id": "a", "user.name": "a"}, True),
    # addresses
    ({"source.ip|cidr": ["10.0.0.0/8", "fe80::/10"]}, {"source.ip": "FE80::1"}, True),
    ({"source.ip|cidr": "10.1.2.3"}, {"source.ip": "10.1.2.3"}, True),
    ({"source.ip|cidr": "0.0.0.0/0"}, {"source.ip": "192.0.2.1"}, True),
    ({"source.ip|cidr": "::/0"}, {"source.ip": "192.0.2.1"}, False),
    ({"source.ip|cidr": "10.0.0.0/8"}, {"source.ip": "10.0.0.1:443"}, False),
    ({"labels.hop|cidr": "10.0.0.0/8"}, {"labels.hop": "10.0.0.1"}, True),
    # numbers
    ({"job.gpus|gt": 1.5}, {"job.gpus": 2}, True),
    ({"job.gpus|gte": -2, "job.gpus|lte": -2}, {"job.gpus": -2}, True),
    ({"labels.n|lt": 10}, {"labels.n": "9.5"}, True),
    ({"labels.n|lt": 10}, {"labels.n": "9 items"}, False),
    # times
    ({"@timestamp|minute": 30}, MOMENT, True),
    ({"@timestamp|hour": [3, 4]}, MOMENT, True),
    ({"@timestamp|hour|gte": 4, "@timestamp|hour|lt": 5}, MOMENT, True),
    ({"@timestamp|hour|neq": 4}, MOMENT, False),
    ({"@timestamp|day": 23}, MOMENT, True),
    ({"@timestamp|week": 48}, MOMENT, True),
    ({"@timestamp|month": 11}, MOMENT, True),
    ({"@timestamp|year|lt": 2026}, MOMENT, False),
    ({"labels.when|hour": 4}, {"labels.when": "2026-11-23T04:30:00Z"}, True),
    ({"labels.when|hour": 2}, {"labels.when": "2026-11-23T04:30:00+02:00"}, True),
    ({"labels.when|hour": 4}, {"labels.when": "2026-11-23 04:30"}, True),
    ({"labels.when|hour": 4}, {"labels.when": "at four"}, False),
    ({"labels.when|hour": 4}, {}, False),
]  # fmt: skip


def test_every_specified_modifier_is_known() -> None:
    assert set(SPECIFIED) <= modifier_mapping.keys()


@pytest.mark.parametrize(("selection", "event", "holds"), MODIFIED)
def test_a_modifier_does_what_is_specified(
    selects: Any, selection: dict[str, Any], event: dict[str, Any], holds: bool
) -> None:
    assert selects(selection, event) is holds


@pytest.mark.parametrize("written", DASHES)
@pytest.mark.parametrize("found", DASHES)
def test_each_dash_stands_for_each(selects: Any, written: str, found: str) -> None:
    assert selects({COMMAND + "|windash|contains": f" {written}enc "}, {COMMAND: f"x {found}enc y"})
    assert selects({COMMAND + "|windash|startswith": f"{written}a"}, {COMMAND: f"{found}a b"})


@pytest.mark.parametrize(("first", "second"), [("-", "/"), ("/", "–"), ("―", "—"), ("-", "-")])
def test_dashes_change_each_by_itself(selects: Any, first: str, second: str) -> None:
    both = {COMMAND + "|windash|contains|all": [" -a ", " -b "]}
    assert selects(both, {COMMAND: f"x {first}a 1 {second}b 2"})
    assert selects({COMMAND + "|windash": "x -a -b"}, {COMMAND: f"x {first}a {second}b"})
    assert not selects(both, {COMMAND: f"x {first}a 1"})


@pytest.mark.parametrize("offset", ["", "x", "xy", "xyz"])
@pytest.mark.parametrize("behind", ["", "1", "12", "123"])
def test_base64_is_found_at_each_offset(selects: Any, offset: str, behind: str) -> None:
    hidden = encoded(f"{offset}/bin/bash -i{behind}")
    assert selects(
        {COMMAND + "|base64offset|contains": "/bin/bash"}, {COMMAND: f"echo {hidden}|sh"}
    )
    wide = encoded(f"{offset}/bin/bash{behind}", "utf-16le")
    assert selects({COMMAND + "|utf16le|base64offset|contains": "/bin/bash"}, {COMMAND: wide})


@pytest.mark.parametrize(
    "selection",
    [
        {COMMAND + "|unheard": "x"},
        {COMMAND + "|contains|re": "x"},  # only a value as it is written is an expression
        {COMMAND + "|i": "x"},  # belongs to an expression
        {COMMAND + "|base64": "a*b"},  # a wildcard cannot be encoded
        {COMMAND + "|exists": "yes"},
        {COMMAND + "|gt": "9"},
        {COMMAND + "|gt": [None]},
        {"source.ip|cidr": "10.0.0.0/33"},
        {"source.ip|cidr": "10.0.0.1/8"},
        {COMMAND + "|re": "(?=x)y"},  # beyond what is specified, and not linear in time
        {COMMAND + "|re": r"(a)\1"},
        {COMMAND + "|re": "a|*"},
        {COMMAND + "|windash": 1},
        {COMMAND + "|hour": "four"},
        {"job.gpus|hour": 4},
    ],
)
def test_what_no_modifier_can_do_is_refused_with_a_reason(loaded: Any, selection: Any) -> None:
    rules = loaded({"selection": selection})
    assert rules.rules == ()
    assert rules.refused[0].reason
