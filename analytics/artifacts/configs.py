"""Configurations that make a loader import code which lies beside the weights."""

from collections.abc import Iterator
from typing import Any

from analytics.artifacts.verdict import Finding, Verdict


def modules_of(config: Any) -> Iterator[str]:
    """The modules that `auto_map` names, a repository in front where they come from another."""
    told = config.get("auto_map") if isinstance(config, dict) else None
    for value in told.values() if isinstance(told, dict) else ():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str) and "." in one:
                yield one.rpartition(".")[0]


def findings_of(config: Any, beside: frozenset[str]) -> Iterator[Finding]:
    """A note for each module that `trust_remote_code` would run; `beside` are the files there."""
    for module in dict.fromkeys(modules_of(config)):
        repository, elsewhere, name = module.rpartition("--")
        file = f"{name}.py"
        if elsewhere:
            detail = f"{file} of {repository}"
            yield Finding("code_from_elsewhere", Verdict.SUSPICIOUS, detail[:200])
        elif file in beside:
            yield Finding("brings_code", Verdict.CLEAN, f"{file} lies beside it"[:200])
        else:
            yield Finding("names_code", Verdict.CLEAN, file[:200])
