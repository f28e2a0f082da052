"""The form of a command: its name, its options and kinds of what it was given, and no value of it.

`mysql -phunter2 --host=db1 /home/ana/x` has the form `mysql -p --host <home>`: what somebody types
as a rule comes out the same, and no secret stays in it.
"""

import re
from itertools import pairwise

LONGEST = 600  # characters of a line that are looked at
MOST_WORDS = 40  # of a command
MOST_PARTS = 4  # further commands of a pipeline or list
ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
PARTING = frozenset({"|", "||", "&&", ";", "&", "|&"})
CLUSTER = re.compile(r"-[A-Za-z]{1,3}")
OPTION = re.compile(r"--?[A-Za-z][A-Za-z0-9-]{0,24}")
COMMAND = re.compile(r"[a-z][a-z-]{1,15}")
# Programs whose first word says what they do, as `git push` and `git log` are two commands.
MANY_IN_ONE = frozenset(
    {
        *("git", "docker", "podman", "kubectl", "helm", "conda", "mamba", "pip", "pip3", "uv"),
        *("poetry", "npm", "cargo", "go", "systemctl", "service", "apt", "apt-get", "dnf", "yum"),
        *("scontrol", "sacctmgr", "aws", "gcloud", "gsutil", "az", "huggingface-cli", "hf", "tmux"),
        *("nvidia-smi", "module", "spack", "wandb", "mlflow", "dvc", "svn", "hg", "brew", "ip"),
    }
)
KINDS = (
    (re.compile(r"[0-9]*[<>]"), "<redirect>"),
    (re.compile(r"[-+]?[0-9][0-9.,:%_kKmMgG-]*$"), "<number>"),
    (re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|git@"), "<url>"),
    (re.compile(r"~|\$HOME|/(?:home|Users|root)(?:/|$)"), "<home>"),
    (re.compile(r"/(?:tmp|var/tmp|dev/shm)(?:/|$)"), "<tmp>"),
    (re.compile(r"/(?:etc|usr|s?bin|lib\w*|proc|sys|boot|var|dev|run)(?:/|$)"), "<system>"),
    (re.compile(r"/"), "<path>"),
    (re.compile(r"[\w.@-]+:[^=]*$"), "<remote>"),
    (re.compile(r".*[/.]"), "<file>"),
)


def form(line: str) -> str:
    """The form of a command line; of those that follow in it only the names."""
    words = line[:LONGEST].split()[:MOST_WORDS]
    end = next((at for at, word in enumerate(words) if word in PARTING), len(words))
    first, rest = words[:end], words[end:]
    after = [here for before, here in pairwise(rest) if before in PARTING]
    return " ".join([*_form(first), *(f"| {_name(word)}" for word in after[:MOST_PARTS])])


def _form(words: list[str]) -> list[str]:
    while words and ASSIGNMENT.match(words[0]):
        words = words[1:]
    if not words:
        return []
    name, operands = _name(words[0]), words[1:]
    said = [name]
    if name in MANY_IN_ONE and operands and COMMAND.fullmatch(operands[0]):
        said.append(operands[0])
        operands = operands[1:]
    kinds = {_kind(word) for word in operands}
    return said + sorted(kinds, key=lambda kind: (kind.startswith("<"), kind))


def _name(word: str) -> str:
    return word.rsplit("/", 1)[-1].lstrip("(`'\"$") or "?"


def _kind(word: str) -> str:
    """An option without its value, or what sort of thing a word is."""
    word = word.strip("'\"")
    if word.startswith("-") and not word[1:2].isdigit():
        return _option(word)
    return next((kind for pattern, kind in KINDS if pattern.match(word)), "<word>")


def _option(word: str) -> str:
    if not word.startswith("--"):
        return word if CLUSTER.fullmatch(word) else word[:2]
    found = OPTION.match(word)
    return found[0] if found and word[found.end() :][:1] in ("", "=") else "--"
