"""A lab of some hundred people, with its projects, hosts and files, for logs to tell of."""

import random
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)
GIVEN = ("ana", "bo", "mara", "tomas", "jo", "lin", "omar", "ines", "kofi", "yuki", "lea", "per")
FAMILY = ("silva", "kim", "roux", "nowak", "doe", "wu", "haddad", "costa", "mensah", "sato", "berg")
PEOPLE = tuple(f"{given[0]}{family}{given[-1]}" for given in GIVEN for family in FAMILY)
PROJECTS = tuple(
    f"{team}/{name}"
    for team in ("vision", "llm", "infra", "safety", "speech")
    for name in ("trainlib", "evals", "tokenizer", "data-tools", "serving", "checkpoints")
)


def moment(number: int) -> datetime:
    """When the record of this number is written: one some 40 ms after another."""
    return START + timedelta(microseconds=number * 41_003)


def person(chance: random.Random) -> str:
    """A user name; some act more often than others."""
    return PEOPLE[int(len(PEOPLE) * chance.random() ** 2)]


def full_name(user: str) -> str:
    """What a person is called."""
    return f"{user[:1].upper()}. {user[1:].title()}"


def address(chance: random.Random) -> str:
    """An address of the lab's network."""
    return f"10.{chance.randrange(4)}.{chance.randrange(8)}.{chance.randrange(1, 250)}"


def digest(chance: random.Random, length: int = 40) -> str:
    """Hexadecimal digits, as of a commit."""
    return f"{chance.getrandbits(4 * length):0{length}x}"


def checkpoint(chance: random.Random) -> str:
    """A file of weights, below wherever these are kept."""
    run, step = chance.randrange(400), chance.randrange(1, 400) * 500
    return f"llm-{chance.choice((7, 13, 70))}b/run-{run:03d}/step-{step}.safetensors"
