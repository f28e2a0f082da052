"""Each modifier of Sigma, as its specification says."""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

COMMAND = "process.command_line"
MOMENT = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)  # a Monday, in week 48

HOLDS: list[tuple[Any, dict[str, Any]]] = [
    ({COMMAND: "history -c"}, {COMMAND: "History -C"}),
    ({COMMAND: "hist*"}, {COMMAND: "history"}),
    ({COMMAND: "h?story"}, {COMMAND: "history"}),
    ({COMMAND: "a*c"}, {COMMAND: "a\nb\nc"}),
    ({COMMAND: r"2\*3"}, {COMMAND: "2*3"}),
    ({COMMAND: "*"}, {COMMAND: "x"}),
    ({COMMAND: ""}, {COMMAND: ""}),
    ({COMMAND: ["one", "two"]}, {COMMAND: "two"}),
    ({COMMAND + "|contains": "STORY"}, {COMMAND: "my history file"}),
    ({COMMAND + "|contains": "ſtory"}, {COMMAND: "STORY"}),
    ({COMMAND + "|startswith": "his"}, {COMMAND: "history"}),
    ({COMMAND + "|endswith": "ory"}, {COMMAND: "history"}),
    ({COMMAND + "|contains|all": ["curl", "-T"]}, {COMMAND: "curl x -T y"}),
    ({COMMAND + "|cased": "LD_PRELOAD"}, {COMMAND: "LD_PRELOAD"}),
    ({COMMAND + "|contains|cased": "PRE"}, {COMMAND: "LD_PRELOAD"}),
    ({COMMAND + "|re": "sc.ncel"}, {COMMAND: "sudo scancel 1"}),
    ({COMMAND + "|re|i": "SCANCEL"}, {COMMAND: "scancel"}),
    ({COMMAND + "|re|m": "^two$"}, {COMMAND: "one\ntwo"}),
    ({COMMAND + "|re|s": "one.two"}, {COMMAND: "one\ntwo"}),
    ({COMMAND + "|re": "a|b[[:digit:]]"}, {COMMAND: "b7"}),
    ({COMMAND + "|base64": "hello"}, {COMMAND: b64encode(b"hello").decode()}),
    ({COMMAND + "|base64offset|contains": "bash"}, {COMMAND: b64encode(b"/bin/bash -i").decode()}),
    (
        {COMMAND + "|wide|base64offset|contains": "bash"},
        {COMMAND: b64encode("xbash".encode("utf-16le")).decode()},
    ),
    ({COMMAND + "|windash|contains": " -f "}, {COMMAND: "rm /f x"}),
    ({COMMAND + "|neq": "ls"}, {COMMAND: "pwd"}),
    ({COMMAND + "|neq": "ls"}, {}),
    ({"source.ip|cidr": "10.0.0.0/8"}, {"source.ip": "10.1.2.3"}),
    ({"source.ip|cidr": "2001:db8::/32"}, {"source.ip": "2001:DB8::1"}),
    ({"source.ip|cidr": "10.0.0.0/8"}, {"source.ip": "::ffff:10.1.2.3"}),
    ({"job.id|exists": True}, {"job.id": "1"}),
    ({"job.id|exists": False}, {}),
    ({"job.id": None}, {}),
    ({"process.args": None}, {"process.args": []}),
    ({"job.gpus": 8}, {"job.gpus": 8}),
    ({"user.id": 1017}, {"user.id": "1017"}),
    ({"job.gpus|gt": 8}, {"job.gpus": 9}),
    ({"job.gpus|gte": 8}, {"job.gpus": 8}),
    ({"job.gpus|lt": 8}, {"job.gpus": -1}),
    ({"job.gpus|lte": 8}, {"job.gpus": 8}),
    ({"job.gpu_hours|gt": 1.5}, {"job.gpu_hours": 1.75}),
    ({"user.id|gt": 999}, {"user.id": "1017"}),
    ({"git.forced": True}, {"git.forced": True}),
    ({"owner.account|fieldref": "actor.account"}, {"owner.account": "a:B", "actor.account": "A:b"}),
    (
        {COMMAND + "|fieldref|contains": "user.name"},
        {COMMAND: "ls /home/asilva", "user.name": "asilva"},
    ),
    ({"job.name|fieldref|startswith": "user.name"}, {"job.name": "ana-1", "user.name": "ana"}),
    ({"job.name|fieldref|endswith": "user.name"}, {"job.name": "1-ana", "user.name": "ana"}),
    ({"process.args": "-x"}, {"process.args": ["ls", "-x"]}),
    ({"process.args|contains|all": ["ab", "cd"]}, {"process.args": ["xab", "cdx"]}),
    ({"a1": "-x"}, {"process.args": ["ls", "-x"]}),
    ({"labels.session": "3"}, {"labels.session": "3"}),
    ({"session": "3"}, {"labels.session": "3"}),
    ({"@timestamp|hour": 4}, {"@timestamp": MOMENT}),
    ({"@timestamp|week": 48}, {"@timestamp": MOMENT}),
    ({"@timestamp|year|gte": 2026}, {"@timestamp": MOMENT}),
    (["scan*el", "other"], {"message": "he ran scancel twice"}),
    (["SCANCEL"], {"event.original": "x scancel y"}),
    ([4711], {COMMAND: "scancel 4711"}),
    ({"|all": ["one", "two"]}, {COMMAND: "one", "message": "two"}),
    ([{"job.id": "1"}, {"job.id": "2"}], {"job.id": "2"}),
]
HOLDS_NOT: list[tuple[Any, dict[str, Any]]] = [
    ({COMMAND: "history"}, {COMMAND: "my history"}),
    ({COMMAND: "h?story"}, {COMMAND: "hstory"}),
    ({COMMAND: "2*3"}, {COMMAND: "4"}),
    ({COMMAND: r"2\*3"}, {COMMAND: "2x3"}),
    ({COMMAND: "a.c"}, {COMMAND: "abc"}),
    ({COMMAND: "x"}, {}),
    ({COMMAND: "*"}, {}),
    ({COMMAND: ""}, {}),
    ({COMMAND + "|startswith": "his"}, {COMMAND: "this"}),
    ({COMMAND + "|contains|all": ["curl", "-T"]}, {COMMAND: "curl x"}),
    ({COMMAND + "|cased": "LD_PRELOAD"}, {COMMAND: "ld_preload"}),
    ({COMMAND + "|re": "SCANCEL"}, {COMMAND: "scancel"}),
    ({COMMAND + "|re": "^two$"}, {COMMAND: "one\ntwo"}),
    ({COMMAND + "|re": "one.two"}, {COMMAND: "one\ntwo"}),
    ({COMMAND + "|neq": "ls"}, {COMMAND: "LS"}),
    ({COMMAND + "|neq": ["ls", "pwd"]}, {COMMAND: "pwd"}),
    ({"source.ip|cidr": "10.0.0.0/8"}, {"source.ip": "11.0.0.1"}),
    ({"source.ip|cidr": "10.0.0.0/8"}, {"source.ip": "10.0.0.999"}),
    ({"job.id|exists": True}, {}),
    ({"job.id": None}, {"job.id": ""}),
    ({"job.gpus": 8}, {"job.gpus": 80}),
    ({"job.gpus|gt": 8}, {"job.gpus": 8}),
    ({"job.gpus|lt": 8}, {}),
    ({"user.id|gt": 999}, {"user.id": "many"}),
    ({"git.forced": True}, {"git.forced": False}),
    ({"owner.account|fieldref": "actor.account"}, {"owner.account": "a:b"}),
    ({"owner.account|fieldref": "actor.account"}, {}),
    ({"process.args": "-x"}, {"process.args": ["ls", "-xy"]}),
    ({"a1": "-x"}, {"process.args": ["-x"]}),
    ({"a1": "-x"}, {}),
    ({"labels.session": "3"}, {"labels.terminal": "3"}),
    ({"@timestamp|hour": 5}, {"@timestamp": MOMENT}),
    (["scancel"], {"job.name": "scancel"}),
    ({"|all": ["one", "two"]}, {COMMAND: "one"}),
]


@pytest.mark.parametrize(("selection", "event"), HOLDS)
def test_a_selection_holds(selects: Any, selection: Any, event: dict[str, Any]) -> None:
    assert selects(selection, event)


@pytest.mark.parametrize(("selection", "event"), HOLDS_NOT)
def test_a_selection_does_not_hold(selects: Any, selection: Any, event: dict[str, Any]) -> None:
    assert not selects(selection, event)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("one and two", False),
        ("one or two", True),
        ("not two", True),
        ("one and not two", True),
        ("1 of on*", True),
        ("all of them", False),
        ("all of o* and not 1 of t*", True),
        ("not (one or two)", False),
    ],
)
def test_conditions_combine(loaded: Any, condition: str, holds: bool) -> None:
    from analytics.detection.examples import fires

    one, two = {COMMAND: "ls"}, {COMMAND: "pwd"}
    rules = loaded({"one": one, "two": two, "condition": condition})
    assert fires(rules.rules[0], {COMMAND: "ls"}) is holds


def test_one_of_several_conditions_is_enough(loaded: Any) -> None:
    from analytics.detection.examples import fires

    detection = {"one": {COMMAND: "ls"}, "two": {COMMAND: "pwd"}, "condition": ["one", "two"]}
    assert fires(loaded(detection).rules[0], {COMMAND: "pwd"})
