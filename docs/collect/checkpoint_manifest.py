#!/usr/bin/env python3
"""Writes down which checkpoints there are: a JSON line a file, with SHA-256 and parent.

At the end of a training job or in its epilog, for all that it wrote:
    checkpoint_manifest.py --log /var/log/foureyes/manifest.ndjson --parent BASE CHECKPOINT…
Before a job loads it, and once for what is there already:
    checkpoint_manifest.py --loaded BASE…             checkpoint_manifest.py --found /shared/ckpt

Folders are read whole; links in them are followed only with --follow (a Hugging Face cache).
Lines go to --log, else to the file FOUREYES_MANIFEST_LOG, else are printed. It needs nothing but
Python 3, reads each file once, and always ends well: what cannot be read, or changes while it is
read, is named on stderr and left out.
"""

import argparse
import hashlib
import json
import os
import stat
import sys
from datetime import datetime, timezone

CHUNK = 1 << 20
MOST_FILES = 100_000  # of one call


def job_of(environment):
    """The job as accounting shows it: a task of an array as `41_3`."""
    array, task = environment.get("SLURM_ARRAY_JOB_ID"), environment.get("SLURM_ARRAY_TASK_ID")
    if array and task:
        return f"{array}_{task}"
    return environment.get("SLURM_JOB_ID") or environment.get("PBS_JOBID")


def common(arguments, environment):
    """What all lines of a call have in common."""
    user = environment.get("SLURM_JOB_USER") or environment.get("USER")
    return {
        "foureyes": "checkpoint_manifest",
        "at": "found" if arguments.found else "loaded" if arguments.loaded else "written",
        "host": environment.get("SLURMD_NODENAME") or os.uname().nodename.split(".")[0],
        "user": None if arguments.found else user,
        "cluster": environment.get("SLURM_CLUSTER_NAME"),
        "job": arguments.job or (None if arguments.found else job_of(environment)),
    }


def readable(path):
    """A path as text that JSON can carry, whatever bytes it has."""
    return os.fsencode(path).decode("utf-8", "replace")


def files_of(paths):
    """The files that these paths are or hold, in order of name."""
    for path in map(os.path.realpath, paths):
        if not os.path.isdir(path):
            yield path
            continue
        for folder, below, names in os.walk(path, onerror=told):
            below.sort()
            yield from (os.path.join(folder, name) for name in sorted(names))


def told(problem):
    """Says on stderr what could not be read."""
    print(f"left out: {problem}", file=sys.stderr)


def measured(path, follow=False):
    """A file's digest, size, time of change and owner; None of what is no file."""
    if os.path.islink(path) and not follow:
        return None
    # Without O_NONBLOCK, a pipe of that name would hold the job up.
    place = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    with open(place, "rb") as file:
        before = os.fstat(place)
        if not stat.S_ISREG(before.st_mode):
            return None
        digest = hashlib.sha256()
        while part := file.read(CHUNK):
            digest.update(part)
        after = os.fstat(place)
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise OSError(f"{path!r} changed while it was read")
    changed = datetime.fromtimestamp(after.st_mtime, timezone.utc)
    return {
        "sha256": digest.hexdigest(),
        "bytes": after.st_size,
        "modified": changed.isoformat(timespec="microseconds"),
        "uid": after.st_uid,
    }


def records(arguments, environment):
    """The lines of a call: one a file, and where it came of several, one for each of these."""
    parents = [parent_of(path) for path in arguments.parent] or [{}]
    for number, path in enumerate(files_of(arguments.paths)):
        if number >= MOST_FILES:
            told(f"all after {MOST_FILES} files")
            return
        try:
            found = measured(path, arguments.follow)
        except OSError as problem:
            told(problem)
            continue
        if found:
            now = datetime.now(timezone.utc).isoformat(timespec="microseconds")
            for parent in parents:
                told_of = {"time": now, "path": readable(path), **found, **parent}
                yield {**common(arguments, environment), **told_of}


def parent_of(path):
    """What a parent is called, and its digest where it is a file."""
    path, found = os.path.realpath(path), None
    try:
        found = None if os.path.isdir(path) else measured(path)
    except OSError as problem:
        told(problem)
    digest = {"parent_sha256": found["sha256"]} if found else {}
    return {"parent": readable(path), **digest}


def put(line, log):
    """Appends a line with one write, so that jobs may share a file."""
    if not log:
        print(line)
        return
    place = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(place, line.encode() + b"\n")
    finally:
        os.close(place)


def main():
    parser = argparse.ArgumentParser(description="Writes down checkpoints with their SHA-256.")
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a checkpoint: a file or a folder")
    parser.add_argument("--parent", action="append", default=[], help="what it was made from")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--loaded", action="store_true", help="the job loads it; it did not write it")
    how.add_argument("--found", action="store_true", help="it was there; no job of now wrote it")
    parser.add_argument("--follow", action="store_true", help="read what links lead to as well")
    parser.add_argument("--job", help="the job, where SLURM_JOB_ID and PBS_JOBID do not say")
    parser.add_argument("--log", default=os.environ.get("FOUREYES_MANIFEST_LOG"))
    arguments = parser.parse_args()
    try:
        for record in records(arguments, os.environ):
            kept = {name: value for name, value in record.items() if value is not None}
            put(json.dumps(kept), arguments.log)
    except OSError as problem:
        told(problem)


if __name__ == "__main__":
    main()
