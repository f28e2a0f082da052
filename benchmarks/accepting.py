"""A server that speaks as much of Elasticsearch as bulk writers need and does nothing but accept:
what a writer spends on it, it spends itself.

.venv/bin/python -m benchmarks.accepting

Prints its address, and answers until it is ended.
"""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

JSON = "application/vnd.elasticsearch+json;compatible-with=8"
CREATED = b'{"create":{"status":201}}'


class Accepting(BaseHTTPRequestHandler):
    """Says of every document that it was created, and to anything else {}."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # the answer's head and body go out at once

    def answer(self) -> None:
        """One request."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.partition("?")[0].endswith("/_bulk"):
            documents = body.count(b"\n") // 2
            answer = b'{"errors":false,"items":[' + b",".join([CREATED] * documents) + b"]}"
        else:
            answer = b"{}"
        self.send_response(200)
        for name, value in (("X-Elastic-Product", "Elasticsearch"), ("Content-Type", JSON)):
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer if self.command != "HEAD" else b"")
        self.wfile.flush()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def main() -> None:
    """Serves on a free port of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Accepting) as server:
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
