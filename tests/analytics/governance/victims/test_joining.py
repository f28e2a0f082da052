import numpy as np

from analytics.governance.victims.joining import Ragged, Timeline, expanded


def test_a_timeline_finds_what_a_loop_finds() -> None:
    chance = np.random.default_rng(1)
    codes, times = chance.integers(6, size=300), chance.integers(10**9, size=300) * 1000
    line = Timeline(codes, times)
    asked = chance.integers(-1, 7, size=80)
    since = chance.integers(10**9, size=80) * 1000
    until = since + chance.integers(10**8, size=80) * 1000
    low, high = line.between(asked, since, until)
    questions, places = expanded(low, high)
    found = {(int(q), int(line.order[p])) for q, p in zip(questions, places, strict=True)}
    assert found == {
        (question, row)
        for question in range(80)
        for row in range(300)
        if codes[row] == asked[question] and since[question] <= times[row] <= until[question]
    }
    assert line.any(asked, since, until).tolist() == [
        any(q == question for q, _ in found) for question in range(80)
    ]


def test_an_empty_timeline_has_nothing() -> None:
    none = np.zeros(0, dtype=np.int64)
    one = np.array([0])
    assert not Timeline(none, none).any(one, one, one + 10**15).any()


def test_values_of_rows_come_back_by_row_and_once() -> None:
    ragged = Ragged(np.array([2, 0, 2, 2]), np.array([7, 1, 5, 7]), 4)
    places, values = ragged.of(np.array([2, 3, 0]))
    assert (places.tolist(), values.tolist()) == ([0, 0, 2], [5, 7, 1])
