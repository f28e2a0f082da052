"""Texts that are split without an object for each of their parts."""

import pyarrow as pa

from analytics.columnar.splitting import Splitting, cut, words


def test_what_does_not_fit_a_step_is_left_out_from_there() -> None:
    texts = Splitting("line", pa.array(["a b;1", "c;2;3", "d e f;4", "g h;x", "i k;5"]))
    texts.split("line", ";", ("words", "number"))
    texts.match("number", "^[0-9]$")
    texts.split("words", " ", ("", "second"))
    assert texts.rows.tolist() == [0, 4]
    assert texts["second"].to_pylist() == ["b", "k"]
    assert texts["number"].to_pylist() == ["1", "5"]


def test_texts_with_a_sign_or_an_empty_part_are_left_out() -> None:
    texts = Splitting("line", pa.array(["-", "a b", "a\\ b", "é c", "\\", "a ", "d e"]).slice(1))
    texts.without("line", "\\")
    assert texts["line"].to_pylist() == ["a b", "é c", "a ", "d e"]
    texts.split("line", " ", ("one", "other"))
    texts.filled("one", "other")
    assert texts["other"].to_pylist() == ["b", "c", "e"]
    assert texts.rows.tolist() == [0, 2, 5]


def test_a_text_is_cut_at_its_first_or_last_mark() -> None:
    texts = pa.array(["a b c", "a", None, ""])
    assert [part.to_pylist() for part in cut(texts, " ")] == [
        ["a", "a", None, ""],
        ["b c", None, None, None],
    ]
    assert [part.to_pylist()[0] for part in cut(texts, " ", last=True)] == ["a b", "c"]
    assert [part.to_pylist() for part in cut(pa.array([None], pa.string()), " ")] == [[None]] * 2


def test_first_words_are_null_where_there_are_fewer() -> None:
    found = words(pa.array(["a b c", "a", None, ""]), 2)
    assert [part.to_pylist() for part in found] == [["a", "a", None, ""], ["b"] + [None] * 3]
