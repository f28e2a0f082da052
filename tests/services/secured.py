"""An Elasticsearch node as a site has it: TLS with a certificate of its own authority, accounts
with few rights, and API keys.
"""

import base64
import hashlib
import os
import ssl
import subprocess
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

from tests.services.elasticsearch import VERSION, java_home, node, unpacked
from tests.services.keeping_keys import with_key_index
from tests.services.running import FOLDER, Command

WRITER, READER, KEEPER, PASSWORD = "writer", "reader", "keeper", "only-for-tests"
SETTINGS = """\
xpack.security.enabled: true
xpack.security.http.ssl.enabled: true
xpack.security.http.ssl.key: node.key
xpack.security.http.ssl.certificate: node.crt
xpack.security.authc.api_key.enabled: true
"""
ROLES = """\
writer:
  cluster: [monitor, manage_index_templates]
  indices: [{names: ["s*"], privileges: [all]}]
reader:
  cluster: [monitor]
  indices: [{names: ["s*"], privileges: [read]}]
keeper:
  cluster: [manage_api_key, monitor, manage_index_templates]
  indices: [{names: ["*"], privileges: [all]}]
"""
NAMES = (WRITER, READER, KEEPER)  # each has the role of that name
ROUNDS = 10_000


def secured_elasticsearch(folder: Path) -> Command:
    """The node. Raises Missing."""
    config = folder / "config"
    config.mkdir()
    _certificates(config)
    users = "".join(f"{name}:{_hashed(PASSWORD)}\n" for name in NAMES)
    home = with_key_index(unpacked(VERSION), VERSION, folder.with_name("elasticsearch-with-keys"))
    answers = partial(_answers, config / "ca.crt")
    command = node(folder, VERSION, java_home(17), SETTINGS, answers, home)
    (config / "users").write_text(users)
    (config / "users_roles").write_text("".join(f"{name}:{name}\n" for name in NAMES))
    (config / "roles.yml").write_text(ROLES)
    return Command(
        words=command.words,
        url=command.url.replace("http:", "https:"),
        answers=command.answers,
        environment=command.environment,
        user=command.user,
    )


def authority() -> Path:
    """The certificate of the authority that the node's comes from."""
    return Path(os.environ[FOLDER]) / "elasticsearch-secured" / "config" / "ca.crt"


def _certificates(folder: Path) -> None:
    run = partial(subprocess.run, check=True, capture_output=True, cwd=folder)
    new = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    run([*new, "-subj", "/CN=tests", "-keyout", "ca.key", "-out", "ca.crt"])
    name = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    issued = ["-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=CA:FALSE"]
    run([*new, *name, *issued, "-keyout", "node.key", "-out", "node.crt"])


def _hashed(password: str) -> str:
    salt = os.urandom(32)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, 32)
    encoded = (base64.b64encode(part).decode() for part in (salt, digest))
    return "{PBKDF2}" + f"{ROUNDS}$" + "$".join(encoded)


def _answers(authority: Path, url: str) -> bool:
    """Whether it lets the account in."""
    known = base64.b64encode(f"{WRITER}:{PASSWORD}".encode()).decode()
    asked = urllib.request.Request(
        f"{url.replace('http:', 'https:')}/_cluster/health?wait_for_status=yellow&timeout=1s",
        headers={"Authorization": f"Basic {known}"},
    )
    context = ssl.create_default_context(cafile=authority)
    try:
        with urllib.request.urlopen(asked, context=context):
            return True
    except (urllib.error.URLError, ConnectionError):
        return False
