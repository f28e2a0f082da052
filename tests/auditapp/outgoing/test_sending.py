"""One request to an address that somebody typed in, and to no place it must not reach."""

import socket
import subprocess
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from auditapp.outgoing import sending
from tests.auditapp.outgoing.receiver import Receiver, receiving


@pytest.mark.parametrize(
    "url",
    [
        "",
        "siem.example",
        "//siem.example/x",
        "ftp://siem.example/",
        "file:///etc/passwd",
        "gopher://siem.example/",
        "http://siem.example/",
        "https://",
        "https://user@siem.example/",
        "https://user:password@siem.example/",
        "https://siem.example:0/",
        "https://siem.example:99999/",
        "https://siem.example:x/",
        "https://[::1/",
        "https://siem.example/a b",
        "https://siem.example/\r\nX-Evil: 1",
        "https://siem.example/\x00",
        "https://sïem.example/",
    ],
)
def test_what_is_no_address_of_a_webhook_is_refused(url: str) -> None:
    with pytest.raises(sending.Refused):
        sending.check(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "localhost",
        "0.0.0.0",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a00:1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b::a00:1]",
        "[2002:7f00:1::]",
    ],
)
def test_no_place_that_is_not_public_is_reached(host: str) -> None:
    with pytest.raises(sending.Refused, match="not public"):
        sending.resolve(f"https://{host}/hook")


@pytest.mark.parametrize("host", ["93.184.216.34", "[2606:2800:220:1:248:1893:25c8:1946]"])
def test_a_public_place_may_be_reached(host: str) -> None:
    target = sending.resolve(f"https://{host}/hook?a=b")
    assert (target.path, target.port, target.secure) == ("/hook?a=b", 443, True)


def test_a_name_with_one_address_that_is_not_public_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def both(*_: object, **__: object) -> list[Any]:
        found = ("93.184.216.34", "10.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(sending.Refused, match=r"10\.0\.0\.1"):
        sending.resolve("https://siem.example/")


def test_a_name_is_resolved_once_and_that_very_address_called(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As whoever owns the name could answer otherwise the second time."""
    asked = []
    real = socket.getaddrinfo

    def resolved(host: str, *arguments: Any, **more: Any) -> Any:
        if host == "siem.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return real(host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    status, _ = sending.post(f"http://siem.example:{receiver.port}/x", b"{}", {})
    assert (status, asked) == (204, ["siem.example"])
    assert receiver.came[0][0]["host"] == f"siem.example:{receiver.port}"


def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    def away(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(307)
        handler.send_header("Location", receiver.url)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    receiver.answers.append(away)
    assert sending.post(receiver.url, b"{}", {})[0] == 307
    assert len(receiver.came) == 1


@pytest.mark.parametrize("part", ["headers", "body", "body without a length"])
def test_an_answer_that_trickles_is_cut_off(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.setattr(sending, "SECONDS", 0.6)

    def trickle(handler: BaseHTTPRequestHandler) -> None:
        start = b"HTTP/1.1 200 OK\r\n"
        start += b"Connection: close\r\n" if "without" in part else b"Content-Length: 100000\r\n"
        handler.wfile.write(start + (b"X: " if part == "headers" else b"\r\n"))
        for _ in range(100):
            try:
                handler.wfile.write(b"x")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.1)

    receiver.answers.append(trickle)
    with pytest.raises(sending.Failed):
        sending.post(receiver.url, b"{}", {})


def test_an_endless_answer_is_not_read_to_its_end(receiver: Receiver) -> None:
    written = []

    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(4000):
                handler.wfile.write(b"x" * (1 << 16))
                written.append(1 << 16)
        except OSError:
            pass

    receiver.answers.append(endless)
    assert sending.post(receiver.url, b"{}", {})[0] == 200
    assert sum(written) < 50 << 20


def test_nobody_there_is_a_failure_with_a_reason(receiver: Receiver) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(sending.Failed, match="refused"):
        sending.post(f"http://127.0.0.1:{port}/", b"{}", {})
    receiver.answers.append(lambda handler: handler.wfile.write(b"nonsense\r\n\r\n") and None)
    with pytest.raises(sending.Failed):
        sending.post(receiver.url, b"{}", {})


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Of localhost, signed by itself, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "cert.pem", folder / "key.pem"
    names = "subjectAltName=DNS:localhost"
    command = ("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2")
    options = ("-subj", "/CN=localhost", "-addext", names, "-keyout", str(key), "-out", str(made))
    subprocess.run([*command, *options], check=True, capture_output=True)
    return made, key


def test_a_certificate_must_be_trusted_and_of_that_name(
    settings: Settings, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.OUTGOING_ALLOWED = ["127.0.0.0/8", "::1/128"]
    real = socket.getaddrinfo

    def here(host: str, *arguments: Any, **more: Any) -> Any:
        return real("127.0.0.1" if host == "siem.example" else host, *arguments, **more)

    monkeypatch.setattr(socket, "getaddrinfo", here)
    with receiving(certificate) as receiver:
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *a, **k: real("127.0.0.1", *a, **k))
        with pytest.raises(sending.Failed, match="certificate verify failed"):
            sending.post(f"https://localhost:{receiver.port}/", b"{}", {})
        settings.OUTGOING_CERTIFICATES = str(certificate[0])
        assert sending.post(f"https://localhost:{receiver.port}/", b"{}", {})[0] == 204
        with pytest.raises(sending.Failed, match=r"mismatch|doesn't match|not valid"):
            sending.post(f"https://siem.example:{receiver.port}/", b"{}", {})
    assert len(receiver.came) == 1
