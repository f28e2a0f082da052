"""The minimal Elasticsearch distribution beside a plugin of ours, so that it can keep API keys.

A node's index of keys names parts of text analysis which come in a module of the whole
distribution. The plugin gives them from Lucene, which the minimal one has. Only the node that
makes keys has it: what Foureyes stores is tested on nodes without it.
"""

import os
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

from tests.services.running import Missing

SOURCE = Path(__file__).with_name("SecurityAnalysis.java")
DESCRIPTOR = """\
name=security-analysis
description=Text analysis of the index of API keys
version=1
elasticsearch.version={version}
java.version=17
classname=foureyes.tests.SecurityAnalysis
"""


def with_key_index(home: Path, version: str, own: Path) -> Path:
    """A distribution's files under a second name, `own`, beside the plugin. Raises Missing."""
    compiler = shutil.which("javac")
    if compiler is None:
        raise Missing("API keys are tried with a JDK 17: apt-get install openjdk-17-jdk-headless")
    shutil.copytree(home, own, copy_function=_linked)
    plugin = own / "plugins" / "security-analysis"
    plugin.mkdir()
    plugin.joinpath("plugin-descriptor.properties").write_text(DESCRIPTOR.format(version=version))
    with tempfile.TemporaryDirectory() as made:
        libraries = str(own / "lib" / "*")
        compile_ = [compiler, "--release", "17", "-cp", libraries, "-d", made, str(SOURCE)]
        subprocess.run(compile_, check=True, capture_output=True)
        with zipfile.ZipFile(plugin / "security-analysis.jar", "w") as jar:
            for path in Path(made).rglob("*.class"):
                jar.write(path, path.relative_to(made))
    return own


def _linked(source: str, target: str) -> None:
    """A second name of a file, or a copy where it lies on another disk."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
