"""What a command costs: `python -m benchmarks.spent COMMAND …` prints one object, as JSON.

A process of its own, for the system counts the memory of whoever starts a process as its first.
"""

import json
import resource
import subprocess
import sys
import time


def main() -> None:
    """Runs it without its output; ends as it does."""
    begun = time.monotonic()
    done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)
    wall = time.monotonic() - begun
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, memory = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
    print(json.dumps({"cpu": cpu, "wall": wall, "memory": memory}))
    raise SystemExit(done.returncode)


if __name__ == "__main__":
    main()
