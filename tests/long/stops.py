"""Kills a process at each of its steps: run as a program inside an installation.

    python -m tests.long.stops WHAT STEP      # take-in, door or assess; each STEP-th line

The steps are lines of the modules that make up the way, each the first two times that it runs.
For each a forked child does the work and is killed (SIGKILL, by itself) just before that line. Then
whatever was cut off is done again without a kill, as a worker, a shipper and the scheduler do. One
JSON object says at how many lines, and in which functions, it was killed.
"""

import gc
import io
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import django

HERE = "auditapp/"
STEPS = {
    "take-in": ("ingest/work.py", "ingest/queue.py", "ingest/arrivals.py", "cases/intake.py"),
    "door": (
        "ingest/api.py",
        "ingest/door.py",
        "ingest/intake.py",
        "ingest/spool.py",
        "ingest/hints.py",
    ),
    "assess": ("cases/assessment.py", "cases/turns.py"),
}
CHUNK = 60  # records; a log has two chunks
LINES = 100
TIMES = 2
MOST = 1_000
LABEL = {"source": "ecs", "host": "gpu03"}


class Killing:
    """Lets the n-th line of the modules, counted as they run, not happen."""

    def __init__(self, modules: tuple[str, ...], line: int, told: int) -> None:
        self._modules, self._left, self._told = modules, line, told
        self._times: Counter[tuple[str, int]] = Counter()

    def __enter__(self) -> None:
        sys.settrace(self._called)

    def __exit__(self, *_: object) -> None:
        sys.settrace(None)

    def _called(self, frame: FrameType, _event: str, _: Any) -> Any:
        ours = frame.f_code.co_filename.endswith(self._modules)
        return self._line if ours else None

    def _line(self, frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            place = frame.f_code.co_filename, frame.f_lineno
            self._times[place] += 1
            self._left -= self._times[place] <= TIMES
            if self._left < 0:
                os.write(self._told, frame.f_code.co_qualname.encode())
                os.kill(os.getpid(), signal.SIGKILL)
        return self._line


def log(number: int) -> bytes:
    """ECS documents, one of which cannot be read and one of which fires a rule."""
    lines = [
        json.dumps(
            {
                "@timestamp": f"2026-03-0{1 + n % 2}T10:{n % 60:02}:00.000Z",
                "event": {"kind": "event", "category": ["process"], "type": ["start"]},
                "host": {"name": "gpu03", "os": {"type": "linux"}},
                "user": {"name": "asilva"},
                "process": {"name": "bash", "command_line": f"history -c # {number}/{n}"},
            }
        )
        for n in range(LINES - 1)
    ]
    lines.insert(17, f'{{"broken": "{number}/17"')
    return "\n".join(lines).encode() + b"\n"


def in_child(work: Callable[[], None], modules: tuple[str, ...] = (), line: int = MOST) -> str:
    """Forks and works; the function in which the child was killed, empty where it was not."""
    told, tell = os.pipe()
    child = os.fork()
    if not child:
        try:
            with Killing(modules, line, tell):
                work()
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    os.close(tell)
    where = os.read(told, 200).decode()
    os.close(told)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), f"the child ended with {status}"
    assert bool(where) == (status == -signal.SIGKILL)
    return where


def take_in() -> list[str]:
    """Kills at each line of taking a log in; each log of its own, then all are finished."""
    from analytics import pipeline
    from auditapp.ingest import intake, queue, work

    pipeline.GATHERED = CHUNK

    def attempt(body: bytes) -> None:
        label = intake.Label(feed="stops", request=True, **LABEL)
        work.process(intake.accept(io.BytesIO(body), label).id)

    def traced(number: int, line: int) -> str:
        body = log(number)
        return in_child(lambda: attempt(body), STEPS["take-in"], line)

    def finish() -> None:
        queue.recover()
        while waiting := queue.waiting(1000):
            for batch in waiting:
                work.process(batch)

    killed = each(traced)
    in_child(finish)
    return killed


def door() -> list[str]:
    """Kills at each line of a request; senders, who heard nothing, send it once more."""
    from django.test import Client

    from auditapp.accounts.models import ApiToken

    issued: list[str] = []
    token_file = Path(os.environ["FOUREYES_HOME"]) / "token"

    def issue() -> None:
        token_file.write_text(ApiToken.issue(name="stops", feed="stops")[1])

    def post(number: int, body: bytes) -> None:
        answer = Client().post(
            "/api/v1/ingest/ecs?host=gpu03",
            body,
            content_type="text/plain",
            headers={"Authorization": f"Bearer {issued[0]}", "Idempotency-Key": str(number)},
        )
        assert answer.status_code in (200, 202), answer.content

    def traced(number: int, line: int) -> str:
        body = log(number)
        return in_child(lambda: post(number, body), STEPS["door"], line)

    def send_again() -> None:
        for number in range(len(killed)):
            post(number, log(number))

    in_child(issue)
    issued.append(token_file.read_text())
    killed = each(traced)
    in_child(send_again)
    return killed


def assess() -> list[str]:
    """Kills at each line of assessing and scoring what changed; then it is done once whole."""
    from datetime import UTC, datetime

    from auditapp.cases import assessment
    from auditapp.cases.models import Turn

    now = datetime(2026, 3, 3, tzinfo=UTC)

    def refresh() -> None:
        Turn.objects.update(until=now)  # as if its 90 seconds were over
        assessment.refresh(now)

    def traced(_: int, line: int) -> str:
        in_child(lambda: assessment.touch(assessment.store().days(assessment.Question())))
        return in_child(refresh, STEPS["assess"], line)

    killed = each(traced)
    in_child(refresh)
    return killed


def warm_up() -> None:
    """Imports and compiles here, once, what each child needs; opens no database and no store."""
    from django.test import Client

    from analytics import pipeline
    from auditapp.cases.rules import rule_set
    from auditapp.celery import app

    assert pipeline.log_sources()
    assert rule_set()
    assert app.amqp.queues
    assert Client().get("/healthz").status_code == 200
    gc.collect()
    gc.freeze()  # what stands here is not looked through, and so not copied, in each child


def each(traced: Callable[[int, int], str]) -> list[str]:
    """Kills at line 0, 1, 2 … until nothing is left to be killed."""
    killed: list[str] = []
    step = int(sys.argv[2])
    for number, line in enumerate(range(0, MOST, step)):
        where = traced(number, line)
        if not where:
            return killed
        killed.append(where)
    raise AssertionError(f"not done after {MOST} lines")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "auditapp.settings")
    django.setup()
    warm_up()
    done = {"take-in": take_in, "door": door, "assess": assess}[sys.argv[1]]()
    sys.stdout.write(json.dumps({"killed": len(done), "functions": sorted(set(done))}))
