"""The door against a bare copy of the body to a file, both behind the same web server with one
process, in the same run; and how long small requests take meanwhile.

.venv/bin/python -m benchmarks.door [MEGABYTES]
"""

import http.client
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

BODY = 64  # megabytes
CLIENTS = 3
SMALL = 400
ADDRESS = "/api/v1/ingest/bash_history?host=gpu03&user=asilva"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running web server."""

    port: int
    process: int
    folder: Path
    token: str = ""

    def post(self, body: bytes | Path) -> tuple[float, dict[str, float]]:
        """Seconds that a log took, and what of it the server spent by its own account."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 600, blocksize=1 << 20)
        began = time.perf_counter()
        opened = body.open("rb") if isinstance(body, Path) else None
        size = body.stat().st_size if isinstance(body, Path) else len(body)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Length": str(size)}
        try:
            connection.request(
                "POST",
                "/api/v1/ingest/bash_history?host=gpu03&user=asilva",
                opened or body,
                headers,
            )
            answer = connection.getresponse()
            answer.read()
            if answer.status not in (200, 202):
                raise SystemExit(f"the server answered {answer.status}")
            parts = [part.split(";dur=") for part in answer.headers["Server-Timing"].split(", ")]
            return time.perf_counter() - began, {name: float(took) for name, took in parts}
        finally:
            connection.close()
            if opened:
                opened.close()

    def cpu(self) -> float:
        """Seconds that its worker has worked so far."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        fields = Path(f"/proc/{children[0]}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def clear(self) -> None:
        """Removes what was written, so that the disk does not fill."""
        for path in self.folder.glob("*/*"):
            if path.suffix != ".part":
                path.unlink()


@contextmanager
def serving(application: str, home: Path) -> Iterator[Server]:
    """gunicorn with one process and our worker, for the bare copy or the whole application."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **{name: text for name, text in os.environ.items() if not name.endswith("_URL")},
        "FOUREYES_HOME": str(home),
        "FOUREYES_SPOOL_LIMIT_BYTES": str(1 << 40),
        "DJANGO_SETTINGS_MODULE": "auditapp.settings",
    }
    token = ""
    if application == "door":
        run(environment, "migrate", "--verbosity", "0")
        token = run(environment, "tokens", "issue", "benchmark", "--feed", "lab")
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "gunicorn", f"benchmarks.doorserver:{application}"),
            *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "16"),
            *("--worker-class", "auditapp.webserver.Worker", "--no-control-socket"),
            *("--log-level", "error"),
        ],
        env=environment,
    )
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Server(port, process.pid, home / "spool", token)
    finally:
        process.terminate()
        process.wait()


def run(environment: dict[str, str], *arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def load(server: Server, log: Path, number: int) -> tuple[float, float]:
    """Megabytes a second that several clients get through, and CPU seconds a gigabyte."""
    cpu, began = server.cpu(), time.perf_counter()
    together([lambda: [server.post(log) for _ in range(number)]] * CLIENTS)
    seconds, size = time.perf_counter() - began, CLIENTS * number * log.stat().st_size
    spent = server.cpu() - cpu
    server.clear()
    return size / 1e6 / seconds, spent / (size / 1e9)


def together(acts: list[Callable[[], object]]) -> None:
    """All at once."""
    threads = [Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def small(server: Server, log: Path) -> None:
    """Prints how long small logs take, alone and while large ones arrive."""
    body = log.read_bytes()[:1000]
    server.post(body)
    report("alone", [server.post(body) for _ in range(SMALL // 4)])
    over = Event()

    def large() -> None:
        while not over.is_set():
            server.post(log)

    loading = [Thread(target=large) for _ in range(2)]
    for thread in loading:
        thread.start()
    time.sleep(1)
    times = []
    for _ in range(SMALL):
        times.append(server.post(body))
        if len(times) % 50 == 0:
            server.clear()
    over.set()
    for thread in loading:
        thread.join()
    report("under load", times)
    server.clear()


def report(when: str, times: list[tuple[float, dict[str, float]]]) -> None:
    """One line."""
    whole = sorted(seconds * 1000 for seconds, _ in times)
    synced = sorted(timing["fsync"] for _, timing in times)
    share = sum(synced) / sum(whole)
    fifty, last = (f"{percentile(whole, percent):.1f} ms" for percent in (50, 99))
    synced_last = f"{percentile(synced, 99):.1f} ms"
    synced_share = f"fsync p99 {synced_last}, {share:.0%} of all"
    print(f"small POST {when:<11} p50 {fifty}, p99 {last}; {synced_share}")


def percentile(ordered: list[float], percent: int) -> float:
    """Of numbers in order."""
    return ordered[min(len(ordered) * percent // 100, len(ordered) - 1)]


def main() -> None:
    """Prints the figures."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 8 * BODY
    folder = Path(tempfile.mkdtemp(prefix="door-", dir=Path.cwd()))
    try:
        log = folder / "history"
        lines = [b"#%d\nsqueue --job %d\n" % (1_767_225_600 + n, n) for n in range(200_000)]
        block = b"".join(lines)
        log.write_bytes((block * (BODY * 1_000_000 // len(block) + 1))[: BODY * 1_000_000])
        number = max(megabytes // BODY // CLIENTS, 1)
        with (
            serving("bare", folder / "bare") as bare,
            serving("door", folder / "home") as door,
        ):
            bare.post(log), door.post(log)
            runs = [(load(bare, log, number), load(door, log, number)) for _ in range(5)]
            for name, which in (("bare copy", 0), ("door", 1)):
                rates = [run[which] for run in runs]
                print(
                    f"{name:<10} {statistics.median(rate for rate, _ in rates):7.0f} MB/s"
                    f"  {statistics.median(cpu for _, cpu in rates):5.2f} CPU s/GB"
                )
            ratios = [of_door[0] / of_bare[0] for of_bare, of_door in runs]
            print(f"the door takes {statistics.median(ratios):.0%} of the bare copy's rate")
            small(door, log)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
