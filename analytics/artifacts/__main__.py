"""python -m analytics.artifacts: scans on a machine that has nothing else of Foureyes."""

import argparse
import contextlib
import socket
import sys
from pathlib import Path

import orjson

from analytics.artifacts.remembering import Memory
from analytics.artifacts.scanning import Scan


def main(arguments: list[str] | None = None) -> int:
    """Writes a line of JSON for each file to standard output; 0 unless a path leads nowhere."""
    parser = argparse.ArgumentParser(prog="python -m analytics.artifacts", description=__doc__)
    parser.add_argument("paths", metavar="PATH", nargs="+", type=Path, help="a cache, folder, file")
    parser.add_argument("--host", default=socket.gethostname(), help="whose files they are")
    parser.add_argument("--realm", default="site", help="of the files' numeric owners")
    parser.add_argument("--state", type=Path, help="remembers what was scanned, between runs")
    options = parser.parse_args(arguments)
    with Memory(options.state) as memory:
        scan = Scan(host=options.host, realm=options.realm, memory=memory)
        try:
            for line in scan.run(options.paths):
                sys.stdout.buffer.write(orjson.dumps(line) + b"\n")
        except FileNotFoundError as error:
            sys.stderr.write(f"there is no {error.filename}\n")
            return 1
        except BrokenPipeError:
            return 1
    return 0


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        sys.exit(main())
