"""Who is typing? A person's commands held against the person's own past and everybody else's.

In order: `forms` (what of a command is compared), `typed` (a day's commands as numbers that
person-days keep), `tokens` (their blocks), `ledger` (who used what), `calibration` and `sifting`
(what a month teaches), `watching` (judging day by day), `newness` (what is new work), `chances`
(how seldom an honest day looks so), `judging` (today, and whose is odd), `finding`.
docs/commands_model.md says why each step is as it is, and what it finds.
"""

from analytics.behaviour.commands.finding import CHECKS, COLUMNS, find
from analytics.behaviour.commands.typed import added

__all__ = ["CHECKS", "COLUMNS", "added", "find"]
