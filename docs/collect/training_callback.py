"""Tells how training goes, one JSON line a thing, for the source training_steps.

With transformers: `Trainer(..., callbacks=[TellsSteps("/var/log/training/llm-13b.ndjson")])`.
Elsewhere: `told = Teller(path)`, then `told("step", step=7, loss=2.1, step_seconds=1.8)`.
It needs nothing but Python, and never stops or slows a training that it cannot write about.
"""

import json
import os
import socket
import time
from datetime import datetime, timezone

EVERY = 60.0  # seconds between two steps that are told


class Teller:
    """Appends lines to a file; one write each, so that ranks may share it."""

    def __init__(self, path, run=None):
        self.path = path
        self.common = {
            "run": run or os.environ.get("WANDB_NAME") or os.environ.get("SLURM_JOB_NAME", "run"),
            "job": os.environ.get("SLURM_JOB_ID"),
            "rank": int(os.environ.get("RANK", os.environ.get("SLURM_PROCID", "0"))),
            "world_size": int(os.environ.get("WORLD_SIZE", os.environ.get("SLURM_NTASKS", "1"))),
            "host": socket.gethostname().split(".")[0],
            "user": os.environ.get("SLURM_JOB_USER") or os.environ.get("USER"),
        }

    def __call__(self, event, **told):
        """Writes a line: start, step, checkpoint, load, evaluation, error or end."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        line = json.dumps({"time": now, "event": event, **self.common, **told}, default=str)
        try:
            place = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(place, line.encode() + b"\n")
            finally:
                os.close(place)
        except OSError:
            pass


try:
    from transformers import TrainerCallback
except ImportError:
    TrainerCallback = object


class TellsSteps(TrainerCallback):
    """Tells start, a step a minute, checkpoints and end of a transformers Trainer."""

    def __init__(self, path, run=None):
        self.tell, self.told_at, self.step_at, self.at_step = Teller(path, run), 0.0, 0.0, 0

    def on_train_begin(self, args, state, control, **more):
        self.step_at = time.monotonic()
        self.tell("start", step=state.global_step, seed=args.seed, framework="transformers")

    def on_step_end(self, args, state, control, **more):
        now = time.monotonic()
        if now - self.told_at < EVERY:
            return
        steps = max(state.global_step - self.at_step, 1)
        last = state.log_history[-1] if state.log_history else {}
        kept = {name: last[name] for name in ("loss", "grad_norm", "learning_rate") if name in last}
        self.tell("step", step=state.global_step, step_seconds=(now - self.step_at) / steps, **kept)
        self.told_at, self.step_at, self.at_step = now, now, state.global_step

    def on_save(self, args, state, control, **more):
        path = os.path.join(args.output_dir, f"checkpoint-{state.global_step}")
        self.tell("checkpoint", step=state.global_step, path=os.path.abspath(path))

    def on_evaluate(self, args, state, control, metrics=None, **more):
        self.tell("evaluation", step=state.global_step, metric=metrics)

    def on_train_end(self, args, state, control, **more):
        self.tell("end", step=state.global_step)
