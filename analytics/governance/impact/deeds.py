"""What a command does with what it names: copies, edits, builds, pushes, uploads, checks out."""

import re
import shlex
from dataclasses import dataclass, field
from functools import lru_cache

from analytics.governance.impact.naming import image, joined
from analytics.governance.victims.things import LONGEST

APART = re.compile(r"&&|\|\||[;|\n]")
BEFORE = frozenset({"sudo", "nohup", "time", "env", "exec", "srun", "nice", "ionice"})
WHOSE = frozenset({"-u", "-g", "-n", "-c"})  # options of these, which have a value
COPYING = frozenset({"cp", "mv", "rsync", "ln", "install"})
EDITING = frozenset(
    {"vi", "vim", "nvim", "nano", "emacs", "tee", "touch", "truncate", "rm", "shred", "patch"}
)
CONTAINERS = frozenset({"docker", "podman", "nerdctl", "buildah", "img"})
COPIERS = frozenset({"skopeo", "crane", "regctl", "oras"})
FILES = frozenset({"apptainer", "singularity"})
HUB = frozenset({"hf", "huggingface-cli"})
UPDATING = frozenset({"pull", "checkout", "switch", "reset", "merge", "rebase", "clone"})
LOOKING = frozenset(
    {"ls", "ll", "stat", "du", "df", "find", "cd", "pwd", "file", "tree", "realpath"}
)
WITH_VALUE = frozenset(
    {"-C", "-f", "--file", "-t", "--tag", "--build-arg", "-b", "--branch", "-c", "--local-dir"}
)
REDIRECTED = re.compile(r">{1,2}\s*(/[^\s;&|<>'\"]+)")
MOST_WORDS = 400


@dataclass(slots=True)
class Deed:
    """What a command line does: paths as absolute ones, images by `naming.image`, `checkouts` as
    folder and the name of the repository where it is told."""

    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)
    builds: set[str] = field(default_factory=set)  # from what it reads
    pushes: set[str] = field(default_factory=set)
    models: set[str] = field(default_factory=set)  # uploads what it reads
    names: set[str] = field(default_factory=set)  # of images or models that it uses
    checkouts: set[tuple[str, str]] = field(default_factory=set)
    only_looks: bool = True

    @property
    def makes(self) -> bool:
        """Whether anything comes of it."""
        return bool(self.writes or self.builds or self.pushes or self.models)


@lru_cache(maxsize=20_000)
def deed(command: str, folder: str | None) -> Deed:
    """What the command does in that folder; of what cannot be taken apart, nothing. Whoever asks
    again is given the same: it is not to be changed."""
    found = Deed()
    for part in APART.split(command[:LONGEST]):
        found.writes |= {path for name in REDIRECTED.findall(part) if (path := joined(None, name))}
        words = _words(part)
        while words and (words[0] in BEFORE or "=" in words[0] or words[0].startswith("-")):
            words = words[2:] if words[0] in WHOSE else words[1:]
        if not words:
            continue
        program = words[0].rpartition("/")[2]
        found.only_looks &= program in LOOKING
        if program == "cd" and len(words) > 1:
            folder = joined(folder, words[1])
        _take(found, program, words[1:], folder)
    return found


def _words(part: str) -> list[str]:
    try:
        words = shlex.split(part)
    except ValueError:
        words = part.split()
    return words[:MOST_WORDS]


def _take(found: Deed, program: str, words: list[str], folder: str | None) -> None:
    plain = _plain(words)
    if program in COPYING or program in EDITING or program in ("sed", "dd"):
        _files(found, program, words, folder)
    elif program in CONTAINERS:
        _container(found, words, plain, folder)
    elif program in COPIERS:
        _copied(found, plain)
    elif program in FILES and plain[:1] == ["build"] and len(plain) > 2:
        found.writes |= _paths(plain[1:2], folder)
        found.reads |= _paths(plain[2:3], folder)
    elif program in HUB:
        _hub(found, words, plain, folder)
    elif program == "git":
        _git(found, words, folder)


def _paths(words: list[str], folder: str | None) -> set[str]:
    return {path for word in words if (path := joined(folder, word))}


def _files(found: Deed, program: str, words: list[str], folder: str | None) -> None:
    plain = _plain(words)
    if program == "dd":
        found.reads |= _paths([word[3:] for word in words if word.startswith("if=")], folder)
        found.writes |= _paths([word[3:] for word in words if word.startswith("of=")], folder)
    elif program == "sed":
        if any(word.startswith("-i") for word in words):  # its script is no path, but for `s/a/b/`
            found.writes |= _paths(plain[1:], folder)
    elif program in EDITING:
        found.writes |= _paths(plain, folder)
    elif len(plain) > 1:
        found.reads |= _paths(plain[:-1], folder)
        found.writes |= _paths(plain[-1:], folder)


def _copied(found: Deed, plain: list[str]) -> None:
    """`skopeo copy A B`, `crane push FILE B`."""
    if len(plain) > 2 and plain[0] in ("copy", "cp", "push", "tag"):
        found.pushes.add(image(plain[-1]))
        found.names.update(map(image, plain[1:-1]))
        found.reads |= _paths([name for name in plain[1:-1] if name.startswith("/")], None)


def _hub(found: Deed, words: list[str], plain: list[str], folder: str | None) -> None:
    verb, name = plain[:1], "".join(plain[1:2])
    if not name:
        return
    if verb == ["download"]:
        found.names.add(name)
        into = [words[n + 1] for n, word in enumerate(words[:-1]) if word == "--local-dir"]
        found.writes |= _paths(into, folder)
    elif verb in (["upload"], ["upload-large-folder"]):
        found.models.add(name)
        found.reads |= _paths(plain[2:3] or ["."], folder)


def _plain(words: list[str]) -> list[str]:
    """The words that are no options, and no values of those that are known to have one."""
    found, skip = [], False
    for word in words:
        if skip or word.startswith("-") or not word:
            skip = word in WITH_VALUE
            continue
        found.append(word)
    return found


def _container(found: Deed, words: list[str], plain: list[str], folder: str | None) -> None:
    plain = plain[1:] if plain[:1] in (["image"], ["buildx"]) else plain
    if plain[:1] in (["build"], ["bud"]):
        tags = [
            words[place + 1] for place, word in enumerate(words[:-1]) if word in ("-t", "--tag")
        ]
        tags += [word.partition("=")[2] for word in words if word.startswith("--tag=")]
        found.builds.update(map(image, filter(None, tags)))
        if "--push" in words:
            found.pushes.update(map(image, filter(None, tags)))
        found.reads |= _paths(plain[1:], folder)
    elif plain[:1] == ["push"] and len(plain) > 1:
        found.pushes.add(image(plain[-1]))
    elif plain[:1] == ["tag"] and len(plain) > 2:
        found.builds.add(image(plain[2]))
        found.names.add(image(plain[1]))
    else:
        found.names.update(image(word) for word in plain[1:] if "/" in word or ":" in word)


def _git(found: Deed, words: list[str], folder: str | None) -> None:
    if words[:1] == ["-C"] and len(words) > 1:
        folder, words = joined(folder, words[1]), words[2:]
    plain = _plain(words)
    if not plain or plain[0] not in UPDATING:
        return
    if plain[0] == "clone" and len(plain) > 1:
        repository = re.sub(r"\.git$", "", re.split(r"[/:]", plain[1].rstrip("/"))[-1])
        folder = joined(folder, plain[2] if len(plain) > 2 else repository)
    elif folder:
        repository = folder.rpartition("/")[2]
    if folder:
        found.checkouts.add((folder, repository))
