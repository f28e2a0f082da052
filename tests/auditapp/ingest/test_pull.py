"""Fetching the Hub's audit log from a server on this machine, made from the published schema."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from auditapp.ingest import tasks
from auditapp.ingest.hubexport import Hub, PullFailed
from auditapp.ingest.models import Batch, Pull
from auditapp.ingest.pull import pull
from tests.analytics.sources.hub_events import events, schema_of
from tests.auditapp.ingest.installation import Installation, eventually

pytestmark = [pytest.mark.shared_data, pytest.mark.django_db]
TOKEN = "hf_only-for-this-test"
PAGE = 50
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Server:
    """A Hub: pages of `events`, newest first. `instead` may answer a page otherwise."""

    events: list[dict[str, Any]]
    asked: list[str] = field(default_factory=list)
    instead: dict[str, Callable[[], Answer]] = field(default_factory=dict)
    address: str = ""
    paged: bool = True

    def answer(self, path: str, token: str) -> Answer:
        """Status, headers and body."""
        parts = urlsplit(path)
        cursor = parse_qs(parts.query).get("cursor", ["0"])[0]
        self.asked.append(cursor)
        if cursor in self.instead:
            return self.instead[cursor]()
        if parts.path != "/api/organizations/lab/audit-log/export":
            return 404, {}, b"{}"
        if token != f"Bearer {TOKEN}":
            return 401, {}, b'{"error":"Invalid credentials"}'
        begin = int(cursor)
        end = begin + PAGE if self.paged else len(self.events)
        more = f'<{self.address}{parts.path}?cursor={end}>; rel="next"'
        headers = {"Link": more} if end < len(self.events) else {}
        return 200, headers, json.dumps(self.events[begin:end]).encode()


@pytest.fixture
def server(real_logs: Path) -> Iterator[Server]:
    """A Hub with three pages."""
    hub = Server(list(events(schema_of(real_logs), 130)))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, headers, body = hub.answer(self.path, self.headers.get("Authorization", ""))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        listening.daemon_threads = True
        hub.address = f"http://127.0.0.1:{listening.server_port}"
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield hub
        listening.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, settings: Settings, server: Server) -> None:
    """A spool of its own, and that Hub."""
    settings.SPOOL = tmp_path / "spool"
    settings.HF_ENDPOINT, settings.HF_TOKEN = server.address, TOKEN


def command(*more: str) -> dict[str, int]:
    """What `manage.py pull huggingface` counts."""
    out = StringIO()
    call_command("pull", "huggingface", "--org", "lab", "--json", *more, stdout=out)
    counts: dict[str, int] = json.loads(out.getvalue())
    return counts


def walk(server: Server, token: str = TOKEN) -> list[int]:
    """Events of each page."""
    hub = Hub(endpoint=server.address, token=token, patience=(2, 1))
    return [page.events for page in pull(hub, "lab")]


def test_a_log_is_fetched_page_by_page_and_stored(server: Server) -> None:
    counts = command("--feed", "hub-pages")
    assert (counts["pages"], counts["events"], counts["rejected"]) == (3, 130, 0)
    assert counts["stored"] + counts["duplicates"] == 130
    state = Pull.objects.get(feed="hub-pages")
    assert (state.next_page, state.error) == ("", "")
    assert state.finished
    assert state.reached and state.reached.isoformat() == "2026-02-28T00:00:00+00:00"


def test_a_log_that_is_one_page_is_fetched_as_well(server: Server) -> None:
    server.paged = False
    assert walk(server) == [130]


def test_only_what_may_be_new_is_fetched_again(server: Server) -> None:
    walk(server)
    Batch.objects.all().delete()
    server.asked.clear()
    assert walk(server) == [50, 50]  # the second page is known, so the third is not asked for
    assert server.asked == ["0", "50"]
    assert Batch.objects.get().lines == 25  # a day, as events may come to light late


def test_a_walk_that_failed_goes_on_where_it_stopped(server: Server) -> None:
    server.instead["50"] = lambda: (500, {}, b"")
    with pytest.raises(PullFailed, match="500"):
        walk(server)
    assert "500" in Pull.objects.get().error
    assert Batch.objects.get().lines == 50
    server.instead.clear()
    server.asked.clear()
    assert walk(server) == [50, 30]
    assert server.asked == ["50", "100"]
    assert Pull.objects.get().error == ""
    assert sum(Batch.objects.values_list("lines", flat=True)) == 130


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_page_that_is_no_longer_there_begins_the_walk_again(server: Server, status: int) -> None:
    server.instead["50"] = lambda: (500, {}, b"")
    with pytest.raises(PullFailed):
        walk(server)

    def gone() -> Answer:
        del server.instead["50"]
        return status, {}, b""

    server.instead["50"] = gone
    server.asked.clear()
    assert walk(server) == [50, 50, 30]
    assert server.asked == ["50", "0", "50", "100"]


@pytest.mark.parametrize("busy", [(429, {"Retry-After": "1"}, b""), (503, {}, b"")])
def test_a_busy_hub_is_asked_again_when_it_says(server: Server, busy: Answer) -> None:
    def once() -> Answer:
        del server.instead["50"]
        return busy

    server.instead["50"] = once
    assert walk(server) == [50, 50, 30]
    assert server.asked == ["0", "50", "50", "100"]


def test_patience_ends(server: Server) -> None:
    server.instead["0"] = lambda: (429, {"Retry-After": "1"}, b"")
    with pytest.raises(PullFailed, match="patience"):
        walk(server)
    assert server.asked == ["0"] * 3


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "does not accept the token"), (403, "administer"), (404, "knows no")],
)
def test_a_refusal_is_told_in_words_and_never_the_token(
    server: Server, status: int, reason: str
) -> None:
    server.instead["0"] = lambda: (status, {}, b"{}")
    with pytest.raises(CommandError, match=reason) as told:
        command()
    assert TOKEN not in str(told.value)
    assert server.asked == ["0"]
    assert not Batch.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"{}", b'{"error":"x"}', b"<html>", b'[{"_id":"1"}', b'[{"_id":]', b"[5]"],
)
def test_a_malformed_page_is_refused_whole_and_asked_for_again(server: Server, body: bytes) -> None:
    server.instead["50"] = lambda: (200, {}, body)
    with pytest.raises(PullFailed):
        walk(server)
    assert Batch.objects.count() == 1
    server.instead.clear()
    assert walk(server) == [50, 30]


def test_a_page_that_breaks_off_is_refused(server: Server) -> None:
    server.instead["50"] = lambda: (200, {"Content-Length": "5000"}, b'[{"_id":"1"}]')
    with pytest.raises(PullFailed, match="cannot be read"):
        walk(server)
    assert Batch.objects.count() == 1


def test_the_token_is_not_given_to_another_server(server: Server) -> None:
    elsewhere = {"Link": '<http://192.0.2.1/next>; rel="next"'}
    server.instead["0"] = lambda: (200, elsewhere, b"[]")
    with pytest.raises(PullFailed, match="not its own"):
        walk(server)


@pytest.mark.parametrize(
    ("hub", "organisation"),
    [
        (Hub(endpoint="http://hub.example", token="t"), "lab"),
        (Hub(endpoint="https://hub.example", token=""), "lab"),
        (Hub(endpoint="https://hub.example", token="t"), "../lab"),
        (Hub(endpoint="https://hub.example", token="t"), "lab\n"),
    ],
)
def test_what_makes_no_sense_is_not_asked(hub: Hub, organisation: str) -> None:
    with pytest.raises(PullFailed):
        list(pull(hub, organisation))


def test_a_new_event_is_fetched_with_the_clock(server: Server, settings: Settings) -> None:
    tasks.pull_logs()
    assert not server.asked  # off unless an organisation is named
    settings.HF_ORGANISATIONS = ["lab"]
    tasks.pull_logs()
    assert sum(Batch.objects.values_list("lines", flat=True)) == 130
    server.instead["0"] = lambda: (401, {}, b"")
    tasks.pull_logs()
    assert "token" in Pull.objects.get(feed="hf-lab").error


@pytest.mark.processes
def test_a_pull_that_is_killed_between_pages_goes_on_there(
    server: Server, installation: Installation
) -> None:
    told = {"HF_ENDPOINT": server.address, "HF_TOKEN": TOKEN, "NO_PROXY": "127.0.0.1"}
    installation.environment.update(told)
    released = threading.Event()

    def hang() -> Answer:
        released.wait(60)
        return 500, {}, b""

    server.instead["50"] = hang
    pulling = installation.start("manage.py", "pull", "huggingface", "--org", "lab")
    eventually(lambda: "50" in server.asked)
    pulling.kill()
    pulling.communicate()
    released.set()
    server.instead.clear()
    server.asked.clear()
    done = installation.run("pull", "huggingface", "--org", "lab", "--json")
    assert done.returncode == 0, done.stderr.decode()
    assert server.asked == ["50", "100"]
    assert installation.events() == 130
