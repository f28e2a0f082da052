"""Steps in an accounting log: their rows name no user, the row of their job before them does."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
        width, last = len(table.names), -1
        at = np.arange(len(table.cells)).reshape(table.size, width)
        blank = np.asarray(pc.equal(table.cells, "")).reshape(table.size, width)
        known = self.cells if len(self.cells) == len(places) else [""] * len(places)
        owner = self.job
        for row, job in enumerate(jobs.to_pylist()):
            if not is_step[row]:
                last, owner = row, job
            elif job.partition(".")[0] == owner:
                for number, place in enumerate(places):
                    if blank[row, place]:
                        at[row, place] = len(table.cells) + number if last < 0 else at[last, place]
        self_cells = pa.array(known, pa.string())
        if last >= 0:
            self._remember(table, places, last)
        cells = pa.concat_arrays([table.cells, self_cells]).take(pa.array(at.ravel()))
        return Table(table.names, cells, table.day_first)

    def _remember(self, table: Table, places: list[int], row: int) -> None:
        width = len(table.names)
        self.job = table.column("jobid")[row].as_py()
        self.cells = [table.cells[row * width + place].as_py() for place in places]
