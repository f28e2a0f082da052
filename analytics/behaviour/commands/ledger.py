"""How often each person used each command, pair of commands and form of arguments; and what that
says about who typed a command."""

from dataclasses import dataclass

import numpy as np

from analytics.behaviour.commands.tokens import UNPAIRED, Flags, Ints, Numbers, Tokens

# Strengths of the priors, in commands; docs/commands_model.md shows that results hardly depend on
# them, by cross-validation within training data.
UNSEEN = 0.5  # a command that nobody else used counts half a time (Krichevsky and Trofimov 1981)
OTHERS_WORDS = 3.0  # commands of the person that the others' are worth
INDEPENDENT = 100.0  # pairs that it is worth that a pair's commands are known
OTHERS_PAIRS = 3.0  # pairs of the person that the others' are worth
OTHERS_SHAPES = 3.0  # uses of a command that the others' forms of arguments are worth


@dataclass(frozen=True, slots=True)
class Keys:
    """Who used what, each combination once, in order; and what of it each token is."""

    values: Ints
    codes: Ints

    def find(self, wanted: Ints) -> Ints:
        """The code of each value; `len(values)` where there is none."""
        places = np.searchsorted(self.values, wanted)
        known = self.values[np.minimum(places, len(self.values) - 1)] == wanted
        return np.where(known, places, len(self.values))


def _keys(values: Ints) -> Keys:
    found, codes = np.unique(values, return_inverse=True)
    return Keys(found, codes.astype(np.int64))


class Counts:
    """Of one kind of thing (words, pairs or shapes): its uses by each person and by all."""

    def __init__(self, person: Ints, thing: Ints) -> None:
        """Counts nothing yet, of the things that these tokens are."""
        self._things = _keys(thing)
        self._width = len(self._things.values)
        self._own = _keys(person * self._width + self._things.codes)
        self._of_person = np.zeros(len(self._own.values) + 1)  # the last is always 0
        self._of_all = np.zeros(self._width)

    def learn(self, rows: Ints, times: int = 1) -> None:
        """Counts these tokens so many times; -1 takes them back."""
        own = self._own.codes[rows]
        self._of_person[:-1] += times * np.bincount(own, minlength=len(self._of_person) - 1)
        self._of_all += times * np.bincount(self._things.codes[rows], minlength=self._width)

    def forget(self) -> None:
        """Back to nothing counted."""
        self._of_person[:] = 0
        self._of_all[:] = 0

    def of(self, person: Ints, rows: Ints) -> Numbers:
        """How often that person did what each token is."""
        codes = self._own.find(person * self._width + self._things.codes[rows])
        return self._of_person[codes]

    def of_all(self, rows: Ints) -> Numbers:
        """How often anybody did what each token is."""
        return self._of_all[self._things.codes[rows]]

    @property
    def different(self) -> int:
        """How many different things have been counted."""
        return int(np.count_nonzero(self._of_all))


class Ledger:
    """Counts of all persons over one set of tokens, learnt bit by bit.

    A judgement uses only what was learnt before it: the tokens are known from the start so that
    looking a count up costs no search.
    """

    def __init__(self, tokens: Tokens, people: int) -> None:
        """An empty ledger. Persons are codes below `people`."""
        self._tokens = tokens
        self._paired = tokens.before != UNPAIRED
        before = np.where(self._paired, tokens.before, 0)
        width = int(tokens.word.max(initial=0)) + 1
        pairs = tokens.word[before] * width + tokens.word if len(tokens) else tokens.word
        self._words = Counts(tokens.person, tokens.word)
        self._pairs = Counts(tokens.person, pairs)
        self._shapes = Counts(tokens.person, tokens.shape)
        self._learnt = np.zeros(people)

    def learn(self, rows: Ints) -> None:
        """Takes tokens, by their place, for what their persons typed."""
        self._count(rows, 1)

    def unlearn(self, rows: Ints) -> None:
        """As if these tokens had never been learnt, which they have."""
        self._count(rows, -1)

    def _count(self, rows: Ints, times: int) -> None:
        self._words.learn(rows, times)
        self._pairs.learn(rows[self._paired[rows]], times)
        self._shapes.learn(rows, times)
        people = len(self._learnt)
        self._learnt += times * np.bincount(self._tokens.person[rows], minlength=people)

    def forget(self) -> None:
        """Back to nothing learnt."""
        for counts in (self._words, self._pairs, self._shapes):
            counts.forget()
        self._learnt[:] = 0

    @property
    def learnt(self) -> Numbers:
        """The number of commands learnt from each person."""
        return self._learnt.copy()

    def used_by_others(self, rows: Ints) -> Flags:
        """Whether anybody but its person was learnt to use the word of each token."""
        own = self._words.of(self._tokens.person[rows], rows)
        return np.asarray(self._words.of_all(rows) > own)

    def doubts(self, rows: Ints, claimed: Ints | None = None) -> Numbers:
        """What each token says for anybody else, against the person it is ascribed to: the natural
        logarithm of a likelihood ratio, of its word after the one before and of its shape.

        `claimed` supposes other persons at the keyboard; those who really typed are then not among
        the others either, as an intruder's past is not known.
        """
        tokens = self._tokens
        typist = tokens.person[rows]
        person = typist if claimed is None else claimed
        judged = _Judged(person, typist, person != typist)
        learnt, others = self._learnt[person], self._others(self._learnt.sum(), judged)
        before = np.where(self._paired[rows], tokens.before[rows], rows)
        word = self._of_words(rows, judged, learnt, others)
        first = self._of_words(before, judged, learnt, others)
        pairs = np.zeros(len(rows))
        paired = self._paired[rows]
        pairs[paired] = self._of_pairs(
            rows[paired], judged.where(paired), first.where(paired), word.where(paired)
        )
        return pairs + self._of_shapes(rows, judged, word)

    def _others(self, everybody: float, judged: "_Judged") -> Numbers:
        less = self._learnt[judged.person] + judged.foreign * self._learnt[judged.typist]
        return np.asarray(everybody - less)

    def _counts(self, counts: Counts, rows: Ints, judged: "_Judged") -> tuple[Numbers, Numbers]:
        """How often the person did it, and how often the others."""
        own = counts.of(judged.person, rows)
        others = counts.of_all(rows) - own
        foreign = np.flatnonzero(judged.foreign)
        others[foreign] -= counts.of(judged.typist[foreign], rows[foreign])
        return own, others

    def _of_words(self, rows: Ints, judged: "_Judged", learnt: Numbers, total: Numbers) -> "_Words":
        own, others = self._counts(self._words, rows, judged)
        usual = (others + UNSEEN) / (total + UNSEEN * (self._words.different + 1))
        likely = (own + OTHERS_WORDS * usual) / (learnt + OTHERS_WORDS)
        return _Words(own, others, learnt, total, usual, likely)

    def _of_pairs(self, rows: Ints, judged: "_Judged", first: "_Words", word: "_Words") -> Numbers:
        own, others = self._counts(self._pairs, rows, judged)
        usual = others + INDEPENDENT * first.usual * word.usual
        usual /= word.total + INDEPENDENT
        likely = own + INDEPENDENT * first.likely * word.likely + OTHERS_PAIRS * usual
        likely /= word.learnt + INDEPENDENT + OTHERS_PAIRS
        return np.asarray(np.log(usual / likely))

    def _of_shapes(self, rows: Ints, judged: "_Judged", word: "_Words") -> Numbers:
        own, others = self._counts(self._shapes, rows, judged)
        usual = (others + UNSEEN) / (word.others + 2 * UNSEEN)
        likely = (own + OTHERS_SHAPES * usual) / (word.own + OTHERS_SHAPES)
        same = self._tokens.shape[rows] == self._tokens.word[rows]
        return np.where(same, 0.0, np.log(usual / likely))


@dataclass(frozen=True, slots=True)
class _Judged:
    person: Ints
    typist: Ints
    foreign: Flags

    def where(self, chosen: Flags) -> "_Judged":
        return _Judged(self.person[chosen], self.typist[chosen], self.foreign[chosen])


@dataclass(frozen=True, slots=True)
class _Words:
    """Of each token: uses of its word by the person and by the others, all their commands, and how
    likely the word is of the others and of the person."""

    own: Numbers
    others: Numbers
    learnt: Numbers
    total: Numbers
    usual: Numbers
    likely: Numbers

    def where(self, chosen: Flags) -> "_Words":
        return _Words(
            self.own[chosen],
            self.others[chosen],
            self.learnt[chosen],
            self.total[chosen],
            self.usual[chosen],
            self.likely[chosen],
        )
