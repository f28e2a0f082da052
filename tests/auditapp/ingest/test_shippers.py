"""Shippers that others wrote deliver whole, with the configurations of docs/collect/shipping.md."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from tests.auditapp.ingest.installation import ROOT, Installation, eventually
from tests.auditapp.ingest.site import Site, serving
from tests.services.running import Missing, free_port, listens
from tests.services.shippers import rsyslog, syslog_ng

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(900),  # starting a site is part of it
]
PAGE = (ROOT / "docs/collect/shipping.md").read_text()
COUNT = 3_000
Found = TypeVar("Found")
AUDIT = (
    "type=USER_CMD msg=audit(1767225600.{ms:03}:{n}): pid={n} uid=1017 auid=1017 ses=2 "
    'msg=\'cwd="/home/asilva" cmd={command} exe="/usr/bin/sudo" terminal=pts/0 res=success\''
)
SYSLOG = "<86>Jan  1 {h:02}:{m:02}:{s:02} gpu{node:02} sshd[{n}]: Accepted publickey for asilva"
SYSLOG += ' from 10.0.0.1 port {n} ssh2: "ü {n}"'
FEEDS = ("rsyslog-files", "rsyslog-front", "syslog-ng", "otel", "splunk-handler", "curl")
ISSUE = """
import json
from auditapp.accounts.models import ApiToken
print(json.dumps({feed: ApiToken.issue(name=feed, feed=feed)[1] for feed in %r}))
"""
TAKE_IN = """
import json
from auditapp.eventstore import store
from auditapp.ingest import work
from auditapp.ingest.models import Batch, RejectedLine
from analytics.store.base import Question
for batch in Batch.objects.filter(feed=%r):
    work.process(batch.id)
lines = []
for table in store().scan(Question(), ["feed.id", "event.original", "host.name"]):
    lines += [r for r in table.to_pylist() if r["feed.id"] == %r]
states = list(Batch.objects.filter(feed=%r).values_list("state", flat=True))
rejected = list(RejectedLine.objects.values_list("reason", "text")[:3])
print(json.dumps({"lines": lines, "states": states, "rejected": rejected}))
"""


def audit_lines(feed: str) -> list[str]:
    """Records of sudo as a kernel's audit log has them, each an event; no two feeds' are equal."""
    first = 100_000 * (1 + FEEDS.index(feed))
    return [
        AUDIT.format(ms=n % 1000, n=first + n, command=f"ls {n}".encode().hex().upper())
        for n in range(COUNT)
    ]


def syslog_lines() -> list[str]:
    """Lines of many hosts, as a network's senders write them."""
    return [
        SYSLOG.format(h=n // 3600, m=n // 60 % 60, s=n % 60, node=n % 40, n=10_000 + n)
        for n in range(COUNT)
    ]


@dataclass
class Lab:
    """A site that shippers send to, and what became of it."""

    site: Site
    folder: Path
    tokens: dict[str, str]
    shipper: tuple[subprocess.Popen[bytes], Path] = field(init=False)

    def log(self, feed: str) -> Path:
        """The audit log that this feed's shipper sends."""
        path = self.folder / feed / "audit.log"
        path.parent.mkdir(exist_ok=True)
        path.write_text("".join(f"{line}\n" for line in audit_lines(feed)))
        return path

    def block(self, heading: str, feed: str) -> str:
        """The code below a heading of the page, with this lab's address, token and log."""
        section = PAGE.split(f"\n## {heading}\n", 1)[1]
        found = re.search(r"```[a-z-]+\n(.*?)```", section, re.DOTALL)
        assert found, f"no code below {heading}"
        code = found[1]
        changes = {
            "https://foureyes.example:443": f"http://127.0.0.1:{self.site.port}",
            '"foureyes.example"': '"127.0.0.1"',
            "port=443": f"port={self.site.port}",
            'protocol="https"': 'protocol="http"',
            "fe_TOKEN": self.tokens[feed],
            "/var/log/audit/audit.log": str(self.log(feed)),
        }
        for was, now in changes.items():
            code = code.replace(was, now)
        assert "foureyes.example" not in code
        return code

    def arrived(self, feed: str, lines: int) -> None:
        """Returns once so many lines of bodies are accepted."""
        query = "select coalesce(sum(lines), 0) from ingest_batch where feed_id = ?"

        def have() -> bool:
            self.goes_on()
            accepted: int = self.site.installation.rows(query, feed)[0][0]
            return accepted >= lines

        eventually(have, 120)

    def goes_on(self) -> None:
        """Fails with what a shipper said that has ended by itself."""
        process, log = self.shipper
        assert process.poll() is None, log.read_text(errors="replace")[-2000:]

    def stored(self, feed: str) -> tuple[list[str], set[str]]:
        """The raw lines of the feed's events, and their hosts, once all is taken in."""
        process = self.site.installation.python(TAKE_IN % (feed, feed, feed))
        output, errors = process.communicate(timeout=120)
        assert output, errors.decode()
        said = json.loads(output)
        assert set(said["states"]) == {"done"}, said["states"]
        assert said["rejected"] == []
        lines = [line["event.original"] for line in said["lines"]]
        return lines, {line["host.name"] for line in said["lines"]}

    @contextmanager
    def running(
        self, words: list[str], environment: dict[str, str] | None = None
    ) -> Iterator[None]:
        """A shipper, which is told to stop afterwards."""
        path = self.folder / f"{Path(words[0]).name}.log"
        with path.open("ab") as log:
            process = subprocess.Popen(
                words, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment
            )
        self.shipper = process, path
        try:
            yield
            self.goes_on()
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, tables: Path) -> Iterator[Lab]:
    """One site for all shippers."""
    folder = tmp_path_factory.mktemp("shippers")
    unwanted = ("DATABASE_URL", "EVENT_STORE_URL", "CELERY_BROKER_URL", "SECRET_KEY")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    settings = {
        "DJANGO_SETTINGS_MODULE": "auditapp.settings",
        "FOUREYES_HOME": str(folder / "home"),
    }
    installation = Installation(folder / "home", {**kept, **settings})
    installation.home.mkdir()
    shutil.copy(tables, installation.home)
    output, errors = installation.python(ISSUE % (FEEDS,)).communicate(timeout=200)
    assert output, errors.decode()
    with serving(installation, free_port()) as site:
        yield Lab(site, folder, json.loads(output))


def whole(lab: Lab, feed: str, sent: list[str], host: str | None = None) -> None:
    """Every line is stored exactly once, and nothing else is."""
    lines, hosts = lab.stored(feed)
    assert Counter(lines) - Counter(sent) == Counter()
    assert Counter(sent) - Counter(lines) == Counter()
    if host:
        assert hosts == {host}


def needed(prepare: Callable[[], Found]) -> Found:
    """What prepares, or a skipped test that says what is missing."""
    try:
        return prepare()
    except Missing as missing:
        pytest.skip(str(missing))


def test_rsyslog_delivers_a_file_by_bulk_requests(lab: Lab) -> None:
    configuration = lab.folder / "rsyslog-files.conf"
    words = needed(lambda: rsyslog(configuration, lab.folder))
    work = f'global(workDirectory="{lab.folder}")\n'
    configuration.write_text(work + lab.block("rsyslog: files", "rsyslog-files"))
    with lab.running(words):
        lab.arrived("rsyslog-files", 3 * COUNT)  # an action, a document and an empty line
    whole(
        lab, "rsyslog-files", audit_lines("rsyslog-files"), socket.gethostname().partition(".")[0]
    )


def test_rsyslog_is_a_front_for_syslog_over_tcp_and_tls(lab: Lab) -> None:
    configuration = lab.folder / "rsyslog-front.conf"
    words = needed(lambda: rsyslog(configuration, lab.folder))
    certify = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    subprocess.run(
        [
            *certify.split(),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(lab.folder / "key.pem")),
            *("-out", str(lab.folder / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
    plain, secure = free_port(), free_port()
    code = lab.block("rsyslog: a front for syslog over TCP and TLS", "rsyslog-front")
    for name, kept in (("ca", "certificate"), ("certificate", "certificate"), ("key", "key")):
        code = code.replace(f"/etc/rsyslog.d/{name}.pem", str(lab.folder / f"{kept}.pem"))
    code = code.replace('port="514"', f'port="{plain}" address="127.0.0.1"')
    code = code.replace('port="6514"', f'port="{secure}" address="127.0.0.1"')
    configuration.write_text(f'global(workDirectory="{lab.folder}")\n{code}')
    lines = syslog_lines()
    half = len(lines) // 2
    trusted = ssl.create_default_context(cafile=str(lab.folder / "certificate.pem"))
    with lab.running(words):
        eventually(lambda: listens(plain) and listens(secure), 20)
        with socket.create_connection(("127.0.0.1", plain)) as connection:
            connection.sendall("".join(f"{line}\n" for line in lines[:half]).encode())
        raw = socket.create_connection(("127.0.0.1", secure))
        with trusted.wrap_socket(raw, server_hostname="127.0.0.1") as connection:
            connection.sendall("".join(f"{line}\n" for line in lines[half:]).encode())
        lab.arrived("rsyslog-front", 3 * COUNT)
    whole(lab, "rsyslog-front", lines)


def test_syslog_ng_delivers_a_file_by_hec(lab: Lab) -> None:
    configuration = lab.folder / "syslog-ng.conf"
    words, environment = needed(lambda: syslog_ng(configuration, lab.folder))
    configuration.write_text(lab.block("syslog-ng", "syslog-ng"))
    with lab.running(words, environment):
        lab.arrived("syslog-ng", COUNT)
    whole(lab, "syslog-ng", audit_lines("syslog-ng"), socket.gethostname().partition(".")[0])


@pytest.mark.parametrize(
    ("feed", "heading"),
    [
        ("otel", "OpenTelemetry's SDK for Python"),
        ("splunk-handler", "A logging handler for Splunk"),
    ],
)
def test_python_delivers_by_otlp_and_by_hec(lab: Lab, feed: str, heading: str) -> None:
    code = lab.block(heading, feed)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    whole(lab, feed, audit_lines(feed), "gpu03")


def test_curl_delivers_by_gzip_and_zstd(lab: Lab) -> None:
    code = lab.block("curl", "curl")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    batches = lab.site.installation.rows(
        "select size, stored from ingest_batch where feed_id = 'curl' order by received"
    )
    assert [size for size, _ in batches] == [(lab.folder / "curl/audit.log").stat().st_size] * 2
    whole(lab, "curl", audit_lines("curl"), "gpu03")
