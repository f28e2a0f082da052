"""Values, keywords, lists and conditions, each as Sigma's specification 2.1 says it."""

from typing import Any

import pytest

from analytics.detection.examples import fires

COMMAND = "process.command_line"
Event = dict[str, Any]

# What each value stands for, of these texts: the specification's chapter on escaping.
TEXTS = (
    *("C:\\x", "a*b", "a\\xb", "a\\*b", "a\\\\b", "a?b", "a\\", "a\\\\", "axb", "ab", "a\nb"),
    *("%x%", "\\srv\\x", "\\\\srv\\x", "a\\nb"),
)
ESCAPED: list[tuple[str, set[str]]] = [
    (r"C:\x", {"C:\\x"}),  # a plain backslash may stand alone or be doubled
    (r"C:\\x", {"C:\\x"}),
    (r"a\*b", {"a*b"}),  # an escaped wildcard is plain
    (r"a\?b", {"a?b"}),
    ("a*b", {"a*b", "a\\xb", "a\\*b", "a\\\\b", "a?b", "axb", "ab", "a\nb", "a\\nb"}),
    ("a?b", {"a*b", "a?b", "axb", "a\nb"}),
    (r"a\\*b", {"a\\xb", "a\\*b", "a\\\\b", "a\\nb"}),  # a backslash, then a wildcard
    (r"a\\\*b", {"a\\*b"}),  # a backslash and an asterisk
    (r"a\\\\b", {"a\\\\b"}),  # four are two
    ("a\\", {"a\\"}),
    (r"a\\", {"a\\"}),
    (r"\\srv\x", {"\\srv\\x"}),
    (r"\\\\srv\x", {"\\\\srv\\x"}),
    ("%x%", {"%x%"}),  # no placeholder without `expand`
    (r"a\nb", {"a\\nb"}),
]


@pytest.mark.parametrize(("value", "texts"), ESCAPED)
def test_wildcards_and_backslashes_are_escaped_as_specified(
    loaded: Any, value: str, texts: set[str]
) -> None:
    rule = loaded({"selection": {COMMAND: value}}).rules[0]
    assert {text for text in TEXTS if fires(rule, {COMMAND: text})} == texts


SELECTED: list[tuple[Any, Event, bool]] = [
    # case, also beyond ASCII; only single letters are folded, and nothing is composed
    ({COMMAND: "ÄÖÜ"}, {COMMAND: "äöü"}, True),
    ({COMMAND: "σας"}, {COMMAND: "ΣΑΣ"}, True),
    ({COMMAND: "k"}, {COMMAND: "\u212a"}, True),  # the sign of Kelvin
    ({COMMAND: "straße"}, {COMMAND: "STRASSE"}, False),
    ({COMMAND: "é"}, {COMMAND: "e\u0301"}, False),
    ({COMMAND + "|cased": "ÄÖÜ"}, {COMMAND: "äöü"}, False),
    ({COMMAND: "a?b"}, {COMMAND: "a😀b"}, True),
    # null, empty and absent
    ({COMMAND: None}, {}, True),
    ({COMMAND: None}, {COMMAND: ""}, False),
    ({COMMAND: ""}, {COMMAND: ""}, True),
    ({COMMAND: ""}, {}, False),
    ({COMMAND + "|exists": True}, {COMMAND: ""}, True),
    ({COMMAND + "|exists": False}, {COMMAND: ""}, False),
    ({COMMAND + "|contains": ""}, {}, False),
    # numbers, texts and flags
    ({"user.id": 1017}, {"user.id": "1017"}, True),
    ({"user.id": "1017"}, {"user.id": "1017"}, True),
    ({"user.id": 1017}, {"user.id": "11017"}, False),
    ({"user.id": -1}, {"user.id": "-1"}, True),
    ({"job.gpus": "8"}, {"job.gpus": 8}, True),
    ({"job.gpus": "8*"}, {"job.gpus": 80}, True),
    ({"job.gpus": 1.5}, {"job.gpus": 1}, False),
    ({"job.gpu_hours": 2}, {"job.gpu_hours": 2.0}, True),
    ({"git.forced": "true"}, {"git.forced": True}, True),
    ({"labels.x": True}, {"labels.x": "True"}, True),
    # lists and maps: or between a list's items, and between a map's
    ({COMMAND: ["a", "b"]}, {COMMAND: "b"}, True),
    ({COMMAND: "a", "job.id": "1"}, {COMMAND: "a"}, False),
    ([{COMMAND: "a", "job.id": "1"}, {"job.name": "x"}], {"job.name": "x"}, True),
    ([{COMMAND: "a", "job.id": "1"}, {"job.name": "x"}], {COMMAND: "a"}, False),
    (["scan", {"job.id": "1"}], {"job.id": "1"}, True),
    (["scan", {"job.id": "1"}], {COMMAND: "a scan"}, True),
    # keywords: anywhere in the whole event
    ("4711", {"event.original": "a 4711 b"}, True),
    (4711, {"event.original": "a 4711 b"}, True),
    (["äö", "x"], {"message": "1ÄÖ2"}, True),
    (["a*c"], {"message": "1abc2"}, True),
    ({"|all": ["one", 2]}, {COMMAND: "one", "message": "2"}, True),
    ({"|all": ["one", 2]}, {COMMAND: "one"}, False),
    ({"|contains|all": ["sc", "el"]}, {COMMAND: "scancel"}, True),
    ({"|re": "sc.n"}, {COMMAND: "scancel"}, True),
    ({"|re|i": "SC.N"}, {COMMAND: "scancel"}, True),
    ({"|cased": "SC"}, {COMMAND: "scancel"}, False),
    ({"|windash": "-a"}, {COMMAND: "x /a"}, True),
    ({"|base64offset": "bash"}, {COMMAND: "L2Jpbi9iYXNoIC1p"}, True),
]


@pytest.mark.parametrize(("selection", "event", "holds"), SELECTED)
def test_a_selection_selects_what_is_specified(
    selects: Any, selection: Any, event: Event, holds: bool
) -> None:
    assert selects(selection, event) is holds


A, B, N = {"job.id": "a"}, {"job.name": "b"}, {"user.name": "n"}
ONE, OTHER, BOTH = {"job.id": "a"}, {"job.name": "b"}, {"job.id": "a", "job.name": "b"}
CONDITIONS: list[tuple[Any, dict[str, Any], Event, bool]] = [
    ("1 of them", {"a": A, "b": B}, ONE, True),
    ("any of them", {"a": A, "b": B}, ONE, True),
    ("all of them", {"a": A, "b": B}, ONE, False),
    ("all of them", {"a": A, "b": B}, BOTH, True),
    ("all of them", {"a": A, "_b": B}, ONE, True),  # what begins with _ is not one of them
    ("1 of them", {"a": A, "_b": B}, OTHER, False),
    ("1 of *_x", {"a_x": A, "b": B}, ONE, True),
    ("1 of s*_x", {"sel_x": A, "sel": B}, OTHER, False),
    ("1 of s*_*x", {"sel_abx": A, "b": B}, ONE, True),
    ("all of s*", {"s1": A, "s2": B, "t": N}, BOTH, True),
    ("a and not 1 of f*", {"a": A, "f1": B, "f2": N}, BOTH, False),
    ("a and not all of f*", {"a": A, "f1": B, "f2": N}, BOTH, True),
    # or binds least, then and, not, `of`, brackets
    ("a or b and c", {"a": A, "b": B, "c": N}, ONE, True),
    ("(a or b) and c", {"a": A, "b": B, "c": N}, ONE, False),
    ("not a and b", {"a": A, "b": B}, OTHER, True),
    ("not (a and b)", {"a": A, "b": B}, ONE, True),
    ("not not a", {"a": A}, ONE, True),
    ("not 1 of f* or a", {"a": A, "f1": B}, BOTH, True),
    (["a", "b"], {"a": A, "b": B}, OTHER, True),  # each of a list of conditions
    # identifiers that begin as operators do
    ("notx", {"notx": A}, ONE, True),
    ("orx and android", {"orx": A, "android": A}, ONE, True),
    ("all of all*", {"all1": A, "all2": A}, ONE, True),
    # absent fields
    ("not a", {"a": A}, {}, True),
    ("not a", {"a": {"job.gpus|gt": 1}}, {}, True),
    ("not a", {"a": {"source.ip|cidr": "10.0.0.0/8"}}, {}, True),
    ("not a", {"a": {"job.id|fieldref": "job.name"}}, {}, True),
]


@pytest.mark.parametrize(("condition", "selections", "event", "holds"), CONDITIONS)
def test_a_condition_means_what_is_specified(
    loaded: Any, condition: Any, selections: dict[str, Any], event: Event, holds: bool
) -> None:
    rules = loaded({**selections, "condition": condition})
    assert rules.refused == ()
    assert fires(rules.rules[0], event) is holds


@pytest.mark.parametrize(
    "condition",
    ["missing", "a and", "", "1 of z*", "2 of them", "a | count() > 5", "a near b", [], "a; b"],
)
def test_a_condition_that_is_none_is_refused(loaded: Any, condition: Any) -> None:
    rules = loaded({"a": A, "b": B, "condition": condition})
    assert rules.rules == ()
    assert len(rules.refused) == 1
