"""Logs of other formats whose lines come by syslog: of auditd and of Slurm's controller."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from analytics.auditing.enveloped import MARK, Enveloped, record_in
from analytics.auditing.seam import seam_of
from analytics.event import Batch, Context, Source
from analytics.slurm.controller import DAEMON
from analytics.slurm.daemon import Asked
from analytics.slurm.timed import Lines
from analytics.syslogging.envelope import opened

CONTROLLER = "slurmctld"
SAID = re.compile(
    r"(?:(debug[2-5]?|error|fatal|warning|verbose|info):\s+)?(?:sched: )?(.*)", re.DOTALL
)

# Audit records wait for the others of their event, unless so many bytes follow: they come at once.
FOLLOWING = 1 << 16
AUDIT = re.compile(
    rb"^[^\n]{0,256}?(node=\S+ )?type=(\S+) (?:msg=)?audit\((\d{1,11})(\.\d{1,6}:\d{1,20})\)",
    re.MULTILINE,
)


def _apart(line: bytes, following: bytes) -> bool:
    """Whether an entry begins there, rather than was cut in its beginning."""
    following = following.partition(b"\n")[0]
    if not line.strip() or opened(following) is None:
        return False
    return opened(line) is not None or opened(line + following) is None


SEAM = replace(seam_of(AUDIT, FOLLOWING), apart=_apart)


class Entry(NamedTuple):
    """An entry of syslog."""

    number: int
    offset: int
    head: bytes  # its first line
    text: str
    time: int  # microseconds since 1970
    host: str | None
    program: str | None
    message: str


def may_be_carried(program: str | None, message: str) -> bool:
    """Whether it is worth asking whether an entry is of another log."""
    return program == CONTROLLER or MARK in message


class Carried:
    """Reads such entries as the logs that they are of; `source` is the one that carries them."""

    def __init__(self, context: Context, source: Source) -> None:
        self._context = context
        self._audit = Enveloped(context, replace(source, name="auditd", title="Linux audit log"))
        self._controller = replace(source, name=CONTROLLER, family="scheduler")
        self._asked = Asked(context.realm)
        self._said: list[Entry] = []

    def takes(self, entry: Entry) -> bool:
        """Takes an entry, if it is of another log."""
        message = entry.message.strip()
        if MARK in message and (record := record_in(message)):
            self._audit.take(entry.number, record, entry.host, entry.text)
            return True
        if entry.program == CONTROLLER:
            self._said.append(entry)
            return True
        return False

    def batches(self, *, whole: bool = False) -> Iterator[Batch]:
        """The events that are known since the last time; all of them where the log ended."""
        if self._said:
            yield self._of_controller()
        yield from self._audit.batches(whole=whole)

    def _of_controller(self) -> Batch:
        said, self._said = self._said, []
        numbers, offsets, heads, texts, times, hosts, _, messages = zip(*said, strict=True)
        parts = [SAID.fullmatch(message.strip()) for message in messages]
        levels, sentences = zip(*(part.groups() for part in parts if part), strict=True)
        lines = Lines(np.array(times, np.int64), numbers, offsets, heads, texts, levels, sentences)
        events = DAEMON.events(lines, self._asked, self._context, self._controller, hosts)
        return Batch(events=events)
