"""Which packages a command installs, or an added line asks for, and no newer than which version."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version

LONGEST_COMMAND = 20_000  # characters that are looked at
LONGEST_LINE = 2_000
LONGEST_WORD = 300
LONGEST_PATH = 300
LAST = 999_999  # a number that no release has: the end of those that begin alike
PARTS = 3  # numbers that tell a release
REMEMBERED = 64  # texts, which several columns are made of one after another

WORD = re.compile(
    r"""(?P<end>[;&|()\n]+)|(?:[^\s;&|()'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*"|['"\\])+""", re.DOTALL
)
QUOTES = re.compile(r"""'([^']*)'|"((?:[^"\\]|\\.)*)"|\\(.)|['"\\]""", re.DOTALL)
TOOL = re.compile(
    r"(?:\S*/)?(?:(?P<pip>pip[\d.]*|pipx|pipenv|uvx?|poetry|pdm|easy_install)"
    r"|(?P<conda>conda|mamba|micromamba|pixi))"
)
VERB = frozenset({"install", "add", "create", "update", "download", "wheel", "run"})
# What follows these is said, looked for or written down, and not done.
SAYS = frozenset(
    {"echo", "printf", "grep", "egrep", "rg", "ag", "git", "cat", "sed", "awk", "man", "alias"}
)
WRAPS = frozenset(
    {
        *("sh", "bash", "zsh", "dash", "ssh", "srun", "su", "sudo", "tmux", "screen", "nohup"),
        *("docker", "podman", "kubectl", "apptainer", "singularity"),
    }
)
ASKED = re.compile(
    r"\s*(?:[\w.-]{1,100}::)?(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)"
    r"\s*(?:\[[^\]]{0,200}\])?\s*(?P<rest>\S.*)",
    re.DOTALL,
)
CONDA = re.compile(r"={1,2}\s*(?P<version>[^=\s<>!~,|]+)(?:=.*)?")
FILES = re.compile(
    r"""(?:^|/)(?:
        (?P<pip>(?:[\w.-]*(?:requirements|constraints)[\w.-]*\.(?:txt|in))
            | requirements/[\w.-]+\.(?:txt|in) | pyproject\.toml | setup\.(?:py|cfg) | pipfile)
        | (?P<conda>[\w.-]*(?:environment|conda)[\w.-]*\.ya?ml | meta\.ya?ml | pixi\.toml))$""",
    re.IGNORECASE | re.VERBOSE,
)
TABLE = re.compile(
    r"""["']?([A-Za-z0-9._-]{1,100})["']?\s*=\s*(?:\{[^}]*?version\s*=\s*)?["'](.*?)["']"""
)
QUOTED = re.compile(r"""["']([A-Za-z0-9][^"'\n]{0,250})["']""")


@dataclass(frozen=True, slots=True)
class Pin:
    """A package that is asked for in a version, or in none newer.

    `version` is as it was asked for, without `==`; `newest` the last version that fits.
    """

    name: str
    version: str
    newest: Version


@lru_cache(REMEMBERED)
def of_command(text: str) -> tuple[Pin, ...]:
    """What a command line installs by pip, uv, conda and their like. Never raises."""
    return tuple(dict.fromkeys(_in_command(text[:LONGEST_COMMAND], 2)))


@lru_cache(REMEMBERED)
def of_added(text: str) -> tuple[Pin, ...]:
    """What lines that were added, each as `path: line`, pin or install. Never raises."""
    found: dict[Pin, None] = {}
    for each in text.splitlines():
        path, _, line = each[:LONGEST_LINE].partition(": ")
        kind = FILES.search(path) if len(path) <= LONGEST_PATH else None
        if kind is not None:
            found.update(dict.fromkeys(_in_line(line, kind["conda"] is not None)))
        elif "install" in line:
            found.update(dict.fromkeys(_in_command(line.strip().removeprefix("RUN "), 1)))
    return tuple(found)


def _in_command(text: str, depth: int) -> Iterator[Pin]:
    words: list[str] = []
    for match in WORD.finditer(text):
        if match["end"] is None:
            words.append(_unquoted(match[0]))
        else:
            yield from _in_words(words, depth)
            words = []
    yield from _in_words(words, depth)


def _in_words(words: list[str], depth: int) -> Iterator[Pin]:
    program = next((each for each in words if "=" not in each), "").rpartition("/")[2]
    if program in SAYS:
        return
    tool, installs = None, False
    for word in words:
        named = TOOL.fullmatch(word)
        if named is not None and not installs:
            tool = named
        elif tool is not None and word in VERB:
            installs = True
        elif " " in word and program in WRAPS and depth > 1:
            yield from _in_command(word, depth - 1)
        elif tool is not None and installs and not word.startswith("-"):
            pin = asked(word, tool["conda"] is not None)
            if pin is not None:
                yield pin


def _in_line(line: str, conda: bool) -> Iterator[Pin]:
    """Pins in a line of a file of requirements, whatever its format."""
    line = re.split(" #| --hash", line, maxsplit=1)[0].strip()
    table = TABLE.match(line)
    parts = [f"{table[1]}@{table[2]}"] if table else [*QUOTED.findall(line), line.lstrip("- ")]
    for part in dict.fromkeys(parts):
        pin = asked(part, conda)
        if pin is not None:
            yield pin


def asked(text: str, conda: bool = False) -> Pin | None:
    """The package and version that a word of an installer asks for; None where it leaves open how
    new, or is no such word. Never raises."""
    if len(text) > LONGEST_WORD:
        return None
    match = ASKED.fullmatch(text)
    if "/" in text or text.endswith((".whl", ".tar.gz", ".zip")):
        return _of_file(text)
    if match is None:
        return None
    rest = match["rest"].partition(";")[0].strip().removeprefix("(").removesuffix(")").strip()
    if rest.startswith("@"):
        rest = _compatible(rest[1:].strip())
    single = CONDA.fullmatch(rest) if conda or not rest.startswith("==") else None
    shown = rest.lstrip("= ")
    if single is not None:
        shown = single["version"]
        rest = f"=={shown}" if rest.startswith("==") else f"=={shown.removesuffix('.*')}.*"
    try:
        newest = _newest(SpecifierSet(rest))
    except (InvalidSpecifier, InvalidVersion, ValueError):
        return None
    return Pin(canonicalize_name(match["name"]), shown, newest) if newest is not None else None


def _of_file(text: str) -> Pin | None:
    """What a wheel's or an archive's name says, at the end of an address or a path."""
    name = re.split("[#?]", text, maxsplit=1)[0].rpartition("/")[2].replace("%2B", "+")
    try:
        if name.endswith(".whl"):
            package, version, _, _ = parse_wheel_filename(name)
        else:
            package, version = parse_sdist_filename(name)
    except (InvalidWheelFilename, InvalidSdistFilename, InvalidVersion, ValueError):
        return None
    return Pin(package, str(version), version)


def _compatible(asked: str) -> str:
    """Poetry's way to ask, as a specifier: a caret, a tilde or a version alone."""
    if not asked or asked[0] not in "^~0123456789" or asked.startswith("~="):
        return asked
    numbers = [int(each) for each in re.findall(r"\d{1,9}", asked.split("+", maxsplit=1)[0])[:4]]
    if asked[0] == "^":
        kept = next((place for place, each in enumerate(numbers) if each), len(numbers) - 1)
        return f"<{'.'.join(map(str, [*numbers[:kept], numbers[kept] + 1]))}" if numbers else ""
    if asked[0] == "~":
        kept = min(len(numbers), 2) - 1
        return f"<{'.'.join(map(str, [*numbers[:kept], numbers[kept] + 1]))}" if numbers else ""
    return f"=={asked}"


def _newest(asked: SpecifierSet) -> Version | None:
    bounds = (_upper(each) for each in asked)
    return min((each for each in bounds if each is not None), default=None)


def _upper(asked: Specifier) -> Version | None:
    """The last version that fits; None where there is no last."""
    if asked.operator == "==" and asked.version.endswith(".*"):
        return _end(Version(asked.version[:-2]))
    if asked.operator in ("==", "===", "<="):
        return Version(asked.version)
    version = Version(asked.version)
    release = list(version.release)
    if asked.operator == "~=":
        return _end(version, release[:-1])
    if asked.operator != "<":
        return None
    while release and not release[-1]:
        release.pop()
    return _end(version, [*release[:-1], release[-1] - 1]) if release else None


def _end(version: Version, release: list[int] | None = None) -> Version:
    """The last of the versions that begin so; by three numbers most packages name one release."""
    numbers = list(version.release if release is None else release)
    if len(numbers) < PARTS:
        numbers.append(LAST)
    return Version(f"{version.epoch}!{'.'.join(map(str, numbers))}")


def _unquoted(word: str) -> str:
    return QUOTES.sub(lambda match: match[1] or match[2] or match[3] or "", word)
