"""What people's names, logins and addresses have in common when nobody wrote it down."""

import re
import unicodedata
from collections.abc import Iterator

from analytics.identity.accounts import kind_and_name

WORD = re.compile(r"[a-z0-9]+")
SHORTENED = 0.6
SHORTEST = 3  # letters: below that too many logins are alike
# What runs by itself, as sites and forges call it.
MACHINES = re.compile(
    r"(^|[-_.:])(root|daemon|nobody|www-data|git|jenkins|slurm|munge|postgres|redis|backup|ci|cd"
    r"|cron|deploy|runner|svc|service|robot|builder|nightly|ansible|puppet|prometheus|grafana)"
    r"($|[-_.@])"
)
BOTS = re.compile(
    r"\[bot\]$|(^|[-_.])bot($|[-_.@])|-bot$|^(dependabot|renovate|github-actions)|^bot[-_.]"
)


def folded(text: str) -> str:
    """Without accents and case: Zoë Müller becomes zoe muller."""
    plain = unicodedata.normalize("NFKD", text[:300].casefold().replace("ø", "o"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name, folded."""
    return tuple(WORD.findall(folded(name)))


def local_part(name: str) -> str:
    """What stands before the @ of an address, without what is added behind a plus sign and
    without the number that a forge puts before it."""
    local = name.partition("@")[0].partition("+")
    return folded(local[2] if local[0].isdigit() and local[2] else local[0])


def written_ways(name: str) -> Iterator[tuple[str, bool]]:
    """How logins are made of a person's name, and whether the way holds the whole name."""
    words = words_of(name)
    if len(words) < 2:
        return
    first, last = words[0], words[-1]
    for way in (first + last, last + first):
        yield way, True
    for way in (first[0] + last, last + first[0], first + last[0]):
        yield way, False


def compact(name: str) -> str:
    """A login without what stands between its words: ana.silva becomes anasilva."""
    return "".join(words_of(name))


def login_forms(name: str) -> Iterator[tuple[str, float]]:
    """A login without what stands between its words, and how much it then still says: also
    without a number at its end, and without its last word (anasilva-ml, ana.silva7)."""
    words = words_of(name)
    whole = "".join(words)
    yield whole, 1.0
    shorter = {whole.rstrip("0123456789"), "".join(words[:-1])} - {whole, ""}
    yield from ((form, SHORTENED) for form in sorted(shorter))


def looks_like(account: str) -> str:
    """`bot` or `service` where an account's name or number says so, else nothing."""
    kind, name = kind_and_name(account)
    if kind == "uid":
        return "service" if len(name) <= 3 and name.isascii() and name.isdigit() else ""
    folded_name = folded(name)
    if BOTS.search(folded_name):
        return "bot"
    return "service" if MACHINES.search(folded_name) else ""
