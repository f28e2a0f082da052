"""Random numbers by purpose: each person and day draws from a stream of its own."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

T = TypeVar("T")
Chance = np.random.Generator


def chance(seed: int, *purpose: object) -> Chance:
    """The stream of a purpose: the same seed and purpose always give the same numbers."""
    return np.random.Generator(np.random.PCG64(int(digest(seed, *purpose), 16)))


def digest(*parts: object, size: int = 16) -> str:
    """A stable hexadecimal name of `2 × size` digits made from the parts."""
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


def pick(rng: Chance, choices: Sequence[T]) -> T:
    """One of the choices, each as likely as any other."""
    return choices[int(rng.random() * len(choices))]


def happens(rng: Chance, probability: float) -> bool:
    """True with this probability."""
    return bool(rng.random() < probability)


def between(rng: Chance, low: float, high: float) -> float:
    """A number from `low` up to, not including, `high`."""
    return low + (high - low) * float(rng.random())
