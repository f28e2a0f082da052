"""What the kernel sees of a command line: which programs it starts."""

import shlex
from functools import lru_cache

BUILTINS = frozenset((
    "cd", "export", "alias", "unalias", "history", "unset", "set", "source", ".", "echo", "pwd",
    "jobs", "fg", "bg", "exit", "pushd", "popd", "type", "ulimit", "umask", "trap", "read", "wait",
    "let", "for", "do", "done", "if", "then", "fi", "while", "true", "kill", "fc", "setopt",
))  # fmt: skip
ALIASES = {
    "ll": ("ls", "-alF", "--color=auto"),
    "gs": ("git", "status", "--short"),
    "ls": ("ls", "--color=auto"),
    "grep": ("grep", "--color=auto"),
}
CHILDREN: dict[str, tuple[tuple[str, ...], ...]] = {
    "git pull": (
        ("/usr/lib/git-core/git", "fetch", "--update-head-only"),
        ("ssh", "git@github.com", "git-upload-pack 'lab/repository.git'"),
        ("/usr/lib/git-core/git", "rev-list", "--objects", "--stdin", "--not", "--all", "--quiet"),
        ("/usr/lib/git-core/git", "merge", "--ff-only", "FETCH_HEAD"),
    ),
    "git push": (
        ("ssh", "git@github.com", "git-receive-pack 'lab/repository.git'"),
        ("/usr/lib/git-core/git", "pack-objects", "--all-progress-implied", "--revs", "--stdout"),
    ),
    "git clone": (
        ("ssh", "git@github.com", "git-upload-pack 'lab/repository.git'"),
        ("/usr/lib/git-core/git", "index-pack", "--stdin", "--fix-thin"),
    ),
    "git commit": (
        ("/bin/sh", ".git/hooks/pre-commit"),
        ("ruff", "check", "--quiet"),
        ("/usr/lib/git-core/git", "maintenance", "run", "--auto", "--quiet"),
    ),
    "git log": (("less", "-FRX"),),
    "git diff": (("less", "-FRX"),),
    "make test": (("/bin/sh", "-c", "pytest -q tests"), ("pytest", "-q", "tests"), ("uname", "-m")),
    "make -j8": (("gcc", "-O3", "-shared", "-fPIC", "kernels.c"), ("ld", "-shared", "kernels.o")),
    "pip install": (("/bin/sh", "-c", "uname -p"), ("uname", "-p"), ("lsb_release", "-a")),
    "python -m": (("uname", "-p"),),
    "man": (("pager",), ("groff", "-mandoc", "-Tutf8")),
}
STARTUP: tuple[tuple[str, ...], ...] = (
    ("id", "-un"),
    ("dircolors", "-b"),
    ("tput", "setaf", "1"),
    ("locale", "-k", "LC_TIME"),
    ("/usr/bin/env", "bash", "/etc/profile.d/modules.sh"),
)


@lru_cache(maxsize=16_384)
def programs(command: str) -> tuple[tuple[str, ...], ...]:
    """The argument lists that a command line starts, in order, those of its children too.

    Shell built-ins start nothing; redirections and assignments are no arguments.
    """
    found: list[tuple[str, ...]] = []
    for typed in _simple(command):
        words = ALIASES.get(typed[0], typed[:1]) + typed[1:]
        if words[0] not in BUILTINS:
            found.append(words)
            found.extend(CHILDREN.get(" ".join(words[:2]), CHILDREN.get(words[0], ())))
    return tuple(found)


def _simple(command: str) -> list[tuple[str, ...]]:
    """The simple commands of a command line, without their redirections and assignments."""
    lexer = shlex.shlex(command.split("\n", maxsplit=1)[0], posix=True, punctuation_chars="|&;<>")
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    skip = False
    for token in lexer:
        if set(token) <= set("|&;"):
            commands.append([])
        elif set(token) <= set("<>&|"):
            skip = True
        elif skip:
            skip = False
        elif commands[-1] or "=" not in token or token.startswith(("-", "/")):
            commands[-1].append(token)
    return [tuple(words) for words in commands if words]
