"""Shippers from Debian, as ordinary processes with folders of their own.

Debian installs one system logger at a time, so syslog-ng is unpacked beside rsyslog instead.
"""

import os
import shutil
import subprocess
from pathlib import Path

from filelock import FileLock

from tests.services.elasticsearch import cache
from tests.services.running import Missing

SYSLOG_NG = ("syslog-ng-core", "syslog-ng-mod-http")
RSYSLOG = "/usr/sbin/rsyslogd"


def rsyslog(configuration: Path, folder: Path) -> list[str]:
    """The words that run rsyslog in the foreground. Raises Missing."""
    modules = next(Path("/usr/lib").glob("*/rsyslog/omelasticsearch.so"), None)
    if not Path(RSYSLOG).exists() or modules is None:
        packages = "rsyslog rsyslog-elasticsearch rsyslog-gnutls"
        raise Missing(f"rsyslog is not installed: apt-get install {packages}")
    return [RSYSLOG, "-n", "-f", str(configuration), "-i", str(folder / "rsyslogd.pid")]


def syslog_ng(configuration: Path, folder: Path) -> tuple[list[str], dict[str, str]]:
    """The words that run syslog-ng in the foreground, and its environment. Raises Missing."""
    root = _unpacked()
    libraries = root / "usr/lib/syslog-ng"
    modules = next(libraries.glob("*/libhttp.so")).parent
    files = {"persist-file": "persist", "control": "control", "pidfile": "pid"}
    words = [
        *(str(root / "usr/sbin/syslog-ng"), "-F", "-f", str(configuration), "--no-caps"),
        *(f"--{option}={folder / name}" for option, name in files.items()),
        f"--module-path={modules}",
    ]
    return words, {**os.environ, "LD_LIBRARY_PATH": str(libraries)}


def _unpacked() -> Path:
    """The folder with syslog-ng's packages, fetched once into the cache."""
    root = cache() / "syslog-ng"
    with FileLock(cache() / "syslog-ng.lock"):
        if root.exists():
            return root
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            raise Missing("syslog-ng is unpacked from Debian's packages")
        partial = cache() / f"syslog-ng.{os.getpid()}"
        partial.mkdir(exist_ok=True)
        fetch = ["apt-get", "download", "-q", *SYSLOG_NG]
        done = subprocess.run(fetch, cwd=partial, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(f"syslog-ng cannot be fetched: {done.stderr[-300:]}")
        for package in partial.glob("*.deb"):
            subprocess.run(["dpkg", "-x", str(package), str(partial / "root")], check=True)
        (partial / "root").rename(root)
        shutil.rmtree(partial)
    return root
