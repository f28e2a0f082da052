"""Columns of rows of several kinds."""

from analytics.columnar.kinds import Kinds


def test_rows_have_what_their_kind_shares_and_what_is_their_own() -> None:
    kinds = Kinds(3)
    kinds.put([0, 2], {"event.action": "logged-in"}, {"user.name": ["ana", "bkim"]})
    kinds.put([1], {"event.action": "said", "user.name": "root"})
    columns = kinds.columns()
    assert columns["event.action"].to_pylist() == ["logged-in", "said", "logged-in"]
    assert columns["user.name"].to_pylist() == ["ana", "root", "bkim"]


def test_labels_stand_in_the_order_in_which_they_came_and_none_is_null() -> None:
    kinds = Kinds(3)
    kinds.put([2, 0], {"labels": [("fault", "ECC")]})
    kinds.label([0, 2], "device", ["mc0", None])
    labels = kinds.columns()["labels"].to_pylist()
    assert labels == [[("fault", "ECC"), ("device", "mc0")], None, [("fault", "ECC")]]


def test_labels_that_are_said_to_be_empty_are_no_null() -> None:
    kinds = Kinds(2)
    kinds.put([1], {"labels": []})
    assert kinds.columns()["labels"].to_pylist() == [None, []]
