"""Elasticsearch nodes from Maven Central's minimal distribution: no Docker, Java 17 or later; for
a node of release 9, Java 21 or later."""

import os
import pwd
import re
import shutil
import subprocess
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.services.running import Command, Missing, free_port, own

VERSION = "8.19.21"
NEXT, NEXT_JAVA = "9.2.0", 21
PROJECT = Path(__file__).resolve().parents[2]
SETTINGS = """\
cluster.name: foureyes-tests
discovery.type: single-node
http.host: 127.0.0.1
http.port: {port}
transport.host: 127.0.0.1
transport.port: {transport}
path.data: {folder}/data
path.logs: {folder}/logs
path.repo: {folder}/snapshots
cluster.routing.allocation.disk.threshold_enabled: false
"""
OPEN = "xpack.security.enabled: false\n"
OPTIONS = "-Xms512m\n-Xmx512m\n"


def elasticsearch(folder: Path) -> Command:
    """The node, with its settings and data in this folder. Raises Missing."""
    return node(folder, VERSION, java_home(17), OPEN)


def next_elasticsearch(folder: Path) -> Command:
    """The same of release 9. Raises Missing."""
    return node(folder, NEXT, java_home(NEXT_JAVA), OPEN)


def node(
    folder: Path,
    version: str,
    java: Path,
    settings: str,
    answers: Callable[[str], bool] | None = None,
    home: Path | None = None,
) -> Command:
    """A node of that release, of the distribution in `home`, with further settings; `answers` says
    whether it is up."""
    home = home or unpacked(version)
    port = free_port()
    config = folder / "config"
    shutil.copytree(home / "config", config, dirs_exist_ok=True)
    usual = SETTINGS.format(port=port, transport=free_port(), folder=folder)
    (config / "elasticsearch.yml").write_text(usual + settings)
    (config / "jvm.options.d").mkdir(exist_ok=True)
    (folder / "tmp").mkdir()
    (folder / "snapshots").mkdir()
    (config / "jvm.options.d" / "heap.options").write_text(OPTIONS)
    user = "nobody" if os.geteuid() == 0 else None  # Elasticsearch refuses to run as root
    own(folder, user)
    url = f"http://127.0.0.1:{port}"
    return Command(
        words=[str(home / "bin" / "elasticsearch")],
        url=url,
        answers=partial(answers or _healthy, url),
        environment={
            "ES_JAVA_HOME": str(java),
            "ES_PATH_CONF": str(config),
            "ES_TMPDIR": str(folder / "tmp"),
            "HOME": str(folder),
        },
        user=user,
    )


def java_home(least: int) -> Path:
    """Where a Java of that release or a later one is. Raises Missing."""
    java = shutil.which("java")
    named = [Path(home) for home in (os.environ.get("JAVA_HOME"),) if home]
    homes = [*named, *([Path(java).resolve().parents[1]] if java else [])]
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    for home in homes:
        if _release(home) >= least:
            return home
    raise Missing(f"Elasticsearch needs Java {least}: apt-get install openjdk-{least}-jre-headless")


def _release(home: Path) -> int:
    """The release of the Java there, 0 where there is none."""
    try:
        told = (home / "release").read_text()
    except OSError:
        return 0
    found = re.search(r'JAVA_VERSION="(\d+)', told)
    return int(found[1]) if found else 0


def unpacked(version: str = VERSION) -> Path:
    """The distribution's folder, unpacked once into the cache."""
    home = cache() / f"elasticsearch-{version}"
    if not home.exists():
        partial = home.with_name(f"{home.name}.{os.getpid()}")
        with zipfile.ZipFile(archive(version)) as archived:
            archived.extractall(partial)
        for path in partial.rglob("*"):
            executable = path.is_dir() or path.parent.name == "bin" or path.suffix == ".so"
            path.chmod(0o755 if executable else 0o644)
        partial.chmod(0o755)
        (partial / f"elasticsearch-{version}").rename(home)
        partial.rmdir()
    return home


def cache() -> Path:
    """Where downloads are kept: $FOUREYES_CACHE, else .cache in the project.

    Where we are root and others cannot enter the project's folder, /var/cache/foureyes.
    """
    if named := os.environ.get("FOUREYES_CACHE"):
        folder = Path(named)
    else:
        folder = PROJECT / ".cache"
        if os.geteuid() == 0 and not all(p.stat().st_mode & 0o001 for p in PROJECT.parents):
            folder = Path("/var/cache/foureyes")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def archive(version: str) -> Path:
    """The distribution's zip in the local Maven repository, fetched where it is not there."""
    kept = _in_repository(version)
    if kept is not None:
        return kept
    maven = shutil.which("mvn")
    if maven is None:
        raise Missing("Elasticsearch is fetched with Maven: apt-get install maven")
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{version}:zip"
    fetch = [maven, "-q", "dependency:get", f"-Dartifact={artifact}", "-Dtransitive=false"]
    done = subprocess.run(fetch, check=False, capture_output=True, text=True)
    fetched = _in_repository(version)
    if fetched is None:
        raise Missing(f"{artifact} cannot be fetched: {(done.stdout + done.stderr)[-500:]}")
    return fetched


def _in_repository(version: str) -> Path | None:
    """Java finds the user's folder without asking $HOME, so both places may be meant."""
    folder = Path(".m2/repository/org/elasticsearch/distribution/integ-test-zip/elasticsearch")
    file = folder / version / f"elasticsearch-{version}.zip"
    homes = (Path.home(), Path(pwd.getpwuid(os.geteuid()).pw_dir))
    return next((home / file for home in homes if (home / file).exists()), None)


def _healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health?wait_for_status=yellow&timeout=1s"):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False
