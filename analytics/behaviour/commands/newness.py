"""What of a day's new commands is new work, and no sign of somebody else."""

import numpy as np

from analytics.behaviour.commands.tokens import Flags, Ints, Numbers, Tokens

SPREADING = 7  # days within which people take up what is new to all of them …
FOLLOWERS = 2  # … so many others at least, and no fewer than those who always did
FIRST_USES = 2  # of what is new to a person


def new_work(tokens: Tokens, past_rows: int, day: int) -> Numbers:
    """Of each token 1, or 0 where it is today's and says nothing of who typed it; today's are those
    from `past_rows` on.

    Who begins what others begin as well has new work, and is no stranger. And what somebody newly
    does comes again soon, whoever it is (Church and Gale 1995), so only the first uses count.
    """
    weight = np.ones(len(tokens))
    now = np.arange(past_rows, len(tokens))
    weight[now[_repeated(tokens, now, day)]] = 0
    for thing in (tokens.word, tokens.shape):
        person, what, first = _firsts(tokens, thing)
        begun = first > day - SPREADING
        size = int(thing.max(initial=0)) + 1
        lately = np.bincount(what[begun], minlength=size)
        always = np.bincount(what[~begun], minlength=size)
        own = np.zeros(len(tokens), dtype=np.int64)
        keys = person * size + what
        order = np.argsort(keys)
        places = np.searchsorted(keys[order], tokens.person[now] * size + thing[now])
        own[now] = begun[order[places]]
        others = lately[thing[now]] - own[now]
        spread = (others >= FOLLOWERS) & (others >= always[thing[now]]) & (own[now] > 0)
        weight[now[spread]] = 0
    return weight


def _repeated(tokens: Tokens, now: Ints, day: int) -> Flags:
    """Uses of a form that is new to its person, after the first two."""
    person, what, first = _firsts(tokens, tokens.shape)
    size = int(tokens.shape.max(initial=0)) + 1
    fresh = (person * size + what)[first == day]
    here = tokens.person[now] * size + tokens.shape[now]
    order = np.argsort(here, kind="stable")
    place = np.zeros(len(now), dtype=np.int64)
    place[order] = np.arange(len(now)) - np.searchsorted(here[order], here[order])
    return np.asarray(np.isin(here, fresh) & (place >= FIRST_USES))


def _firsts(tokens: Tokens, thing: Ints) -> tuple[Ints, Ints, Ints]:
    """Each person and thing once, with the round in which they first met."""
    size = int(thing.max(initial=0)) + 1
    keys, at = np.unique(tokens.person * size + thing, return_index=True)
    return keys // size, keys % size, tokens.round[at]
