"""Events as JSON lines in the words of Sigma's rules for Linux, none of them like another.

Each says its log source (`product`, `category`, `service`, always all three, so that an engine
which takes an absent one for any cannot ask more rules than one which does not). Most are
what an ordinary day has; a share is made out of the rules themselves, so that these fire.
"""

import random
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import SigmaExpansion, SigmaNumber, SigmaString

from benchmarks.lab import address, digest, moment, person

Event = dict[str, Any]
MADE = 0.0015  # of the events are made out of a rule
TOOLS = (
    "git", "python3.12", "ls", "vim", "squeue", "sbatch", "srun", "nvidia-smi", "ssh", "rsync",
    "tar", "grep", "sed", "awk", "find", "make", "cargo", "pip", "conda", "tmux", "htop", "du",
    "df", "ps", "cat", "less", "cp", "mv", "mkdir", "rm", "chmod", "curl", "docker", "kubectl",
    "jq", "gcc", "node", "tail", "sort",
)  # fmt: skip
PLACES = (
    "/home/{who}/src",
    "/scratch/{who}",
    "/shared/projects/{project}",
    "/data/{project}",
    "/tmp",
)
PROJECTS = ("llm-13b", "llm-70b", "vision", "speech", "tokens", "evals", "safety", "infra")
PARENTS = ("/usr/bin/bash", "/usr/bin/zsh", "/usr/bin/tmux", "/usr/sbin/sshd", "/usr/sbin/slurmd")
CALLS = ("execve", "openat", "unlinkat", "renameat2", "connect", "fchmodat", "setsockopt")
UNITS = ("cron", "sshd", "slurmd", "nvidia-persistenced", "systemd-timesyncd", "rsyslog")
ENDS = (".py", ".yaml", ".json", ".safetensors", ".log", ".sh", ".csv", ".pt", ".ipynb", ".md")


def sources() -> Mapping[str, tuple[float, Event]]:
    """How often each kind of event comes, and its log source."""
    return {
        "process": (0.5, _source("process_creation", "sysmon")),
        "audit": (0.22, _source("audit", "auditd")),
        "file": (0.1, _source("file_event", "sysmon")),
        "network": (0.08, _source("network_connection", "sysmon")),
        "sshd": (0.04, _source("authentication", "sshd")),
        "cron": (0.03, _source("scheduling", "cron")),
        "sudo": (0.02, _source("authentication", "sudo")),
        "syslog": (0.01, _source("system", "syslog")),
    }


def _source(category: str, service: str) -> Event:
    return {"product": "linux", "category": category, "service": service}


def events(size: int, seed: int, rules: list[SigmaRule]) -> Iterator[bytes]:
    """So many lines.

    None is made out of a rule that searches for numbers without a field: engines disagree on
    whether 6 stands in gpu64.
    """
    rules = [rule for rule in rules if not _has_number(rule.detection.parsed_condition[0].parse())]
    chance = random.Random(seed)
    kinds = sources()
    names, weights = list(kinds), [weight for weight, _ in kinds.values()]
    for number in range(size):
        if rules and chance.random() < MADE:
            event = _out_of(chance.choice(rules), chance)
        else:
            kind = chance.choices(names, weights)[0]
            event = {**kinds[kind][1], **USUAL[kind](chance)}
        head = {
            "id": number,
            "time": moment(number).timestamp(),
            "host": f"gpu{chance.randrange(900):03}",
        }
        yield orjson.dumps({**head, **event})


def _command(chance: random.Random) -> tuple[str, str]:
    """A program's path and its command line."""
    tool, who, project = chance.choice(TOOLS), person(chance), chance.choice(PROJECTS)
    place = chance.choice(PLACES).format(who=who, project=project)
    words = [tool]
    for _ in range(chance.randrange(1, 6)):
        words.append(
            chance.choice(
                (
                    f"{place}/{digest(chance, 6)}{chance.choice(ENDS)}",
                    f"--{digest(chance, 4)}={chance.randrange(10**6)}",
                    f"-{chance.choice('abcdefghijklmnopqrstuvwxyz')}",
                    f"{who}@gpu{chance.randrange(900):03}",
                    f"--run {digest(chance, 8)}",
                    f"'{digest(chance, 5)} {project}'",
                )
            )
        )
    return f"/usr/bin/{tool}", " ".join(words)


def _process(chance: random.Random) -> Event:
    image, line = _command(chance)
    parent, parent_line = _command(chance)
    who = person(chance)
    return {
        "Image": image,
        "CommandLine": line,
        "ParentImage": chance.choice((*PARENTS, parent)),
        "ParentCommandLine": parent_line,
        "User": who,
        "LogonId": str(chance.randrange(1000, 5000)),
        "CurrentDirectory": f"/home/{who}/{chance.choice(PROJECTS)}/{digest(chance, 3)}",
        "ProcessId": chance.randrange(300, 4_000_000),
    }


def _audit(chance: random.Random) -> Event:
    image, line = _command(chance)
    kind = chance.choice(("EXECVE", "EXECVE", "SYSCALL", "SYSCALL", "PATH", "SERVICE_START"))
    if kind == "EXECVE":
        return {"type": kind, **{f"a{n}": word for n, word in enumerate(line.split()[:8])}}
    if kind == "PATH":
        name = f"/home/{person(chance)}/{digest(chance, 6)}{chance.choice(ENDS)}"
        return {"type": kind, "name": name, "nametype": "NORMAL"}
    if kind == "SERVICE_START":
        return {"type": kind, "unit": chance.choice(UNITS), "exe": "/usr/lib/systemd/systemd"}
    words = {f"a{n}": f"{chance.randrange(1 << 47):x}" for n in range(4)}
    return {
        "type": kind,
        "SYSCALL": chance.choice(CALLS),
        **words,
        "exe": image,
        "comm": image.rpartition("/")[2],
        "euid": str(chance.choice((0, 1000 + chance.randrange(400)))),
        "key": chance.choice(("", "access", "time", "mounts")),
    }


def _file(chance: random.Random) -> Event:
    image, _ = _command(chance)
    place = chance.choice(PLACES).format(who=person(chance), project=chance.choice(PROJECTS))
    name = f"{place}/{digest(chance, 8)}{chance.choice(ENDS)}"
    return {"Image": image, "TargetFilename": name, "User": person(chance)}


def _network(chance: random.Random) -> Event:
    image, _ = _command(chance)
    return {
        "Image": image,
        "DestinationIp": address(chance),
        "DestinationHostname": f"{digest(chance, 8)}.internal",
        "DestinationPort": str(chance.choice((22, 443, 6817, chance.randrange(1024, 65535)))),
        "Initiated": chance.choice(("true", "false")),
        "User": person(chance),
    }


def _sshd(chance: random.Random) -> Event:
    how = chance.choice(("Accepted publickey", "Failed password", "Disconnected from user"))
    port = chance.randrange(1024, 65535)
    client, key = f"{address(chance)} port {port}", digest(chance, 20)
    return {"message": f"{how} for {person(chance)} from {client} ssh2: {key}"}


def _cron(chance: random.Random) -> Event:
    return {"message": f"({person(chance)}) CMD ({_command(chance)[1]})"}


def _sudo(chance: random.Random) -> Event:
    who = person(chance)
    return {
        "message": f"{who} : TTY=pts/{chance.randrange(90)} ; PWD=/home/{who} ; USER=root ; "
        f"COMMAND=/usr/bin/{_command(chance)[1]}"
    }


def _syslog(chance: random.Random) -> Event:
    unit = chance.choice(UNITS)
    run, taken = digest(chance, 10), chance.randrange(9999)
    return {"message": f"{unit}.service: finished run {run} in {taken} ms"}


USUAL = {
    "process": _process,
    "audit": _audit,
    "file": _file,
    "network": _network,
    "sshd": _sshd,
    "cron": _cron,
    "sudo": _sudo,
    "syslog": _syslog,
}


def _out_of(rule: SigmaRule, chance: random.Random) -> Event:
    """An event of the rule's log source that has what its condition asks for, as far as said."""
    asked = rule.logsource
    fields: dict[str, list[str]] = {}
    _fill(rule.detection.parsed_condition[0].parse(), chance, fields)
    event: Event = {
        "product": "linux",
        "category": asked.category or "system",
        "service": asked.service or "sysmon",
    }
    for name, values in fields.items():
        whole = [value for value in values if not value.startswith(" ")]
        inner = [value for value in values if value.startswith(" ")]
        event[name] = "".join((whole or [digest(chance, 4)])[:1] + inner)
    return event


def _has_number(node: Any) -> bool:
    if isinstance(node, ConditionValueExpression):
        return isinstance(node.value, SigmaNumber)
    return any(_has_number(part) for part in getattr(node, "args", ()))


def _fill(node: Any, chance: random.Random, fields: dict[str, list[str]]) -> None:
    if isinstance(node, ConditionAND):
        for part in node.args:
            _fill(part, chance, fields)
    elif isinstance(node, ConditionOR):
        _fill(chance.choice(node.args), chance, fields)
    elif isinstance(node, ConditionValueExpression):
        fields.setdefault("message", []).append(_written(node.value, chance))
    elif isinstance(node, ConditionFieldEqualsValueExpression):
        value = node.value
        if isinstance(value, SigmaExpansion):
            value = chance.choice(value.values)
        fields.setdefault(node.field, []).append(_written(value, chance))
    else:
        assert isinstance(node, ConditionNOT), node


def _written(value: Any, chance: random.Random) -> str:
    """A text that the value matches; one that may stand anywhere begins with a blank."""
    if isinstance(value, SigmaNumber):
        return str(value.number)
    if not isinstance(value, SigmaString):
        return digest(chance, 6)
    parts = [part if isinstance(part, str) else " " for part in value.s]
    return "".join(parts)
