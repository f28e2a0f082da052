"""What parts of lines say."""

import pyarrow as pa

from analytics.hubtraffic.parts import OWN, added_labels, agent_labels, in_seconds, labels_of


def test_a_client_may_call_itself_anything_but_what_is_told_of_its_request() -> None:
    names, texts = agent_labels("tool/1; torch/2.5.1; trace/0; request_seconds/0; further/0")
    assert dict(zip(names, texts, strict=True)) == {
        "library": "tool",
        "library_version": "1",
        "torch": "2.5.1",
    }


def test_what_a_site_adds_has_names_of_our_own() -> None:
    told = added_labels('rt=0.2 cs=HIT ua="10.0.0.1:80" urt=0.1 xff=192.0.2.7 other=1')
    assert told.keys() <= OWN
    assert len(told) == 5


def test_labels_say_something_and_are_bounded() -> None:
    found = {"a": "x", "b": None, "c": "", "d": "-", "e": "y" * 3000}
    assert labels_of(found) == (("a", "e"), ("x", "y" * 1024))


def test_milliseconds_become_seconds() -> None:
    told = in_seconds(pa.array(["214", "0", "12000", "1234567", "-5", "-", "", "9" * 16, None]))
    assert told.to_pylist() == ["0.214", "0", "12", "1234.567", *[None] * 5]
