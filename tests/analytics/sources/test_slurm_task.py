"""Tasks as our prolog and epilog tell them; the script itself is run."""

import io
import os
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analytics.event import Context
from analytics.sources.slurm_task import SOURCE

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "collect" / "slurm-task.sh"
JOB = {
    "SLURM_JOB_ID": "44",
    "SLURM_ARRAY_JOB_ID": "41",
    "SLURM_ARRAY_TASK_ID": "3",
    "SLURM_STEP_ID": "0",
    "SLURM_JOB_USER": "asilva",
    "SLURM_JOB_UID": "1017",
    "SLURMD_NODENAME": 'gpu03","user":"root',
    "SLURM_TASK_PID": "4242",
}


def test_what_the_script_writes_is_read(tmp_path: Path) -> None:
    log = tmp_path / "tasks.ndjson"
    log.touch()
    environment = {"PATH": os.environ["PATH"], "FOUREYES_TASK_LOG": str(log), **JOB}
    done = subprocess.run([SCRIPT, "prolog"], env=environment, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"", b"")
    for _ in range(100):
        if log.stat().st_size:
            break
        time.sleep(0.05)
    received = datetime.now(UTC) + timedelta(seconds=5)
    context = Context(feed="f", batch="b", origin="o", received=received)
    (batch,) = SOURCE.parse(io.BytesIO(log.read_bytes()), context)
    (event,) = batch.events.to_pylist()
    assert (event["job.id"], event["job.owner"]) == ("41_3.0", "slurm:asilva")
    assert (event["process.pid"], event["user.id"]) == (4242, "1017")
    assert event["host.name"] == "gpu03user:root"
    assert SOURCE.recognises(log.read_bytes(), "") >= 0.9


def test_the_script_ends_well_whatever_is_missing(tmp_path: Path) -> None:
    for environment in ({}, {"FOUREYES_TASK_LOG": str(tmp_path / "no" / "such")}):
        done = subprocess.run(
            ["/bin/sh", SCRIPT, "epilog"], env=environment, capture_output=True, check=True
        )
        assert done.stdout == done.stderr == b""
