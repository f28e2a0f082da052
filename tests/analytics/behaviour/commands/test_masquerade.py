"""Who is typing? Tried with people of simple habits."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics.behaviour.commands.calibration import Calibration, calibrate
from analytics.behaviour.commands.ledger import Ledger
from analytics.behaviour.commands.sifting import sift
from analytics.behaviour.commands.tokens import BLOCK, Ints, Numbers, Tokens, cut
from analytics.behaviour.commands.watching import Course, Watch

PEOPLE, ROUNDS, TRAINED, VOCABULARY = 6, 30, 25, 40


def typed(chance: np.random.Generator, person: int) -> Ints:
    """A block of somebody who likes eight commands of forty."""
    likes = np.random.default_rng(person).permutation(VOCABULARY)[:8]
    habit = chance.random(BLOCK) < 0.8
    return np.where(habit, chance.choice(likes, BLOCK), chance.integers(0, VOCABULARY, BLOCK))


def commands(*, intruder: bool, since: int = TRAINED) -> Tokens:
    """Everybody's blocks; an intruder types person 0's from one on."""
    chance = np.random.default_rng(3)
    words = [
        typed(chance, 1000 if intruder and person == 0 and turn >= since else person)
        for turn in range(ROUNDS)
        for person in range(PEOPLE)
    ]
    word = np.concatenate(words)
    person = np.tile(np.repeat(np.arange(PEOPLE), BLOCK), ROUNDS)
    return cut(person, np.repeat(np.arange(ROUNDS), PEOPLE * BLOCK), word, word)


def odds(tokens: Tokens) -> Numbers:
    """Log-odds, rounds × people."""
    calibration = calibrate(tokens, Ledger(tokens, PEOPLE))
    assert calibration is not None
    watch = Watch(tokens, Ledger(tokens, PEOPLE), calibration, PEOPLE, Course())
    return np.array([judgement.odds for judgement in watch.rounds()])


def test_a_quiet_person_is_never_doubted() -> None:
    assert (odds(commands(intruder=False))[TRAINED:] < 0).all()


def test_an_intruder_is_noticed_and_nobody_else_is() -> None:
    found = odds(commands(intruder=True))[TRAINED:]
    assert (found[1:, 0] > 0).all()
    assert (found[:, 1:] < 0).all()


def test_an_intruder_is_not_learnt() -> None:
    tokens = commands(intruder=True)
    ledger = Ledger(tokens, PEOPLE)
    watch = Watch(tokens, ledger, Calibration(0.0, 0.1), PEOPLE, Course())
    assert len(list(watch.rounds())) == ROUNDS
    assert ledger.learnt[0] == TRAINED * BLOCK
    assert ledger.learnt[1] == ROUNDS * BLOCK


def test_an_intruder_in_the_past_is_left_out_of_it() -> None:
    tokens = commands(intruder=True, since=ROUNDS - 1)
    sifted = sift(tokens, Ledger(tokens, PEOPLE))
    assert sifted is not None
    foreign = np.zeros((ROUNDS, PEOPLE), dtype=bool)
    foreign[-1, 0] = True
    assert (sifted.learnt.reshape(ROUNDS, PEOPLE) == ~foreign).all()
    assert (sifted.typical.reshape(ROUNDS, PEOPLE) == ~foreign).all()


def test_too_few_people_or_commands_calibrate_nothing() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    tokens = cut(nothing, nothing, nothing, nothing)
    assert calibrate(tokens, Ledger(tokens, 1)) is None
    assert sift(tokens, Ledger(tokens, 1)) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), max_size=400))
def test_any_commands_can_be_judged(rows: list[tuple[int, int]]) -> None:
    person = np.array(sorted(one for one, _ in rows), dtype=np.int64)
    word = np.array([two for _, two in rows], dtype=np.int64)
    tokens = cut(person, np.zeros(len(rows), dtype=np.int64), word, word + 6)
    watch = Watch(tokens, Ledger(tokens, 4), Calibration(-0.1, 0.03), 4, Course())
    for judgement in watch.rounds():
        assert np.isfinite(judgement.odds).all()
