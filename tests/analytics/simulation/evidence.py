"""Whether the logs hold what truth.json says of an act."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from analytics.simulation.truth import Act

WRITTEN: dict[str, Callable[[datetime], str]] = {
    "auditd": lambda time: f"audit({time.timestamp():.3f}:",
    "bash_history": lambda time: f"#{int(time.timestamp())}",
    "zsh_history": lambda time: f": {int(time.timestamp())}:0;",
    "github_webhook": lambda time: "",
    "github_audit": lambda time: f'"@timestamp":{time.timestamp() * 1000:.0f}',
    "slurm_sacct": lambda time: time.strftime("%Y-%m-%dT%H:%M:%S"),
    "hf_access": lambda time: time.strftime("[%d/%b/%Y:%H:%M:%S +0000]"),
    "hf_audit": lambda time: time.strftime('"createdAt":"%Y-%m-%dT%H:%M:%S.'),
    "wandb_audit": lambda time: time.strftime('"timestamp":"%Y-%m-%dT%H:%M:%SZ"'),
}


def seen(folder: Path, act: Act) -> bool:
    """Whether a line of the log, with the line before it in a history, holds time and trace."""
    lines = _lines(folder / act.log)
    time = WRITTEN[act.source](act.time)
    for number, line in enumerate(lines):
        where = lines[number - 1] if act.source == "bash_history" else line
        if act.trace in line and time in where:
            return True
    return False


@lru_cache(maxsize=32)
def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines()
