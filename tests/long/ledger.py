"""What was sent, and what became of each line of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from tests.long.crowd import Log


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Lines, but for the first three. A line that is sent twice is to be stored once; one that
    cannot be read is to be a Rejected row once for each batch that it came in."""

    logs: int
    batches: int
    accepted_batches: int
    sent: int
    accepted: int
    stored: int
    duplicates: int
    rejected: int
    lost: int
    doubled: int
    alien: int

    def __str__(self) -> str:
        """One line a number."""
        return "\n".join(f"{name:17}{getattr(self, name):10,}" for name in self.__slots__)


def drawn_up(
    accepted: Iterable[tuple[Log, str]],
    batches: dict[str, tuple[str, int, int, int]],
    stored: Iterable[str],
    rejected: Iterable[tuple[str, int]],
) -> Ledger:
    """Compares what was answered with what is there.

    `batches` are (state, lines, stored, duplicates) by id; `stored` is the command of each event;
    `rejected` are batch and line of each Rejected row.
    """
    pairs = list(dict.fromkeys(accepted))
    events, rows = Counter(stored), Counter(rejected)
    commands = Counter(command for log, _ in pairs for command in log.commands)
    broken = Counter((batch, line) for log, batch in pairs for line in log.broken)
    ours = {batch for _, batch in pairs}
    lost = [command for command in commands if not events[command]]
    lost_rows = [row for row in broken if not rows[row]]
    return Ledger(
        logs=len({log for log, _ in pairs}),
        batches=len(batches),
        accepted_batches=len(ours),
        sent=sum(lines for _, lines, _, _ in batches.values()),
        accepted=sum(log.lines for log, _ in pairs),
        stored=events.total(),
        duplicates=sum(duplicates for _, _, _, duplicates in batches.values()),
        rejected=rows.total(),
        lost=len(lost) + len(lost_rows),
        doubled=sum(n - 1 for n in events.values()) + sum(n - 1 for n in rows.values()),
        alien=len(set(events) - set(commands)),
    )
