"""Steps in an accounting log: their rows name no user, the row of their job before them does."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analytics.columnar.splitting import cut
from analytics.slurm.table import Table

INHERITED = ("user", "uid", "account", "partition", "cluster")


@dataclass(slots=True)
class Steps:
    """Remembers the job whose row came last, also over the borders of batches."""

    job: str = ""
    cells: list[str] = field(default_factory=list)

    def inherited(self, table: Table) -> Table:
        """The table with what each step's cells leave out, where its job came just before."""
        jobs = table.column("jobid")
        named = [name for name in INHERITED if name in table]
        is_step = np.asarray(pc.match_substring(jobs, "."))
        places = [table.names.index(name) for name in named]
        if not is_step.any():
            self._remember(table, places, table.size - 1)
            return table
        width, rows = len(table.names), np.arange(table.size)
        last = np.maximum.accumulate(np.where(is_step, -1, rows))  # the job that came before
        before = pc.if_else(pa.array(last < 0), self.job, jobs.take(pa.array(np.maximum(last, 0))))
        own, _ = cut(jobs, ".")
        inherits = is_step & np.asarray(pc.equal(own, before))
        known = self.cells if len(self.cells) == len(places) else [""] * len(places)
        at = np.arange(len(table.cells)).reshape(table.size, width)
        for number, (name, place) in enumerate(zip(named, places, strict=True)):
            left_out = inherits & np.asarray(pc.equal(table.column(name), ""))
            told = np.where(last < 0, len(table.cells) + number, last * width + place)
            at[left_out, place] = told[left_out]
        cells = pa.concat_arrays([table.cells, pa.array(known, pa.string())])
        if last[-1] >= 0:
            self._remember(table, places, int(last[-1]))
        return Table(table.names, cells.take(pa.array(at.ravel())), table.day_first)

    def _remember(self, table: Table, places: list[int], row: int) -> None:
        width = len(table.names)
        self.job = table.column("jobid")[row].as_py()
        self.cells = [table.cells[row * width + place].as_py() for place in places]
