"""An OpenLDAP directory of its own: a laboratory of 1,200 people, with a certificate."""

import os
import shutil
import subprocess
from pathlib import Path

from tests.services.running import Command, Missing, free_port, listens

PROGRAM = "/usr/sbin/slapd"
SCHEMAS = ("core", "cosine", "inetorgperson", "nis")
BASE = "dc=lab,dc=example"
READER, PASSWORD = f"cn=foureyes,{BASE}", "only read"
LIMITED = f"cn=limited,{BASE}"  # who is given 500 entries, as is usual
PEOPLE = 1_200

CONFIGURATION = """
{schemas}
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {folder}/slapd.pid
TLSCertificateFile {folder}/certificate.pem
TLSCertificateKeyFile {folder}/key.pem
database mdb
suffix "{base}"
rootdn "cn=admin,{base}"
maxsize 104857600
directory {folder}/data
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{reader}" read by dn.exact="{limited}" read by * none
limits dn.exact="{reader}" size=unlimited
"""
TOP = f"""dn: {BASE}
objectClass: dcObject
objectClass: organization
o: Lab
dc: lab

dn: {READER}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: foureyes
userPassword: {PASSWORD}

dn: {LIMITED}
objectClass: applicationProcess
objectClass: simpleSecurityObject
cn: limited
userPassword: {PASSWORD}

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people
"""
PERSON = """
dn: uid=user{n},ou=people,{base}
objectClass: inetOrgPerson
objectClass: posixAccount
objectClass: shadowAccount
uid: user{n}
cn: Person {n}
sn: {n}
employeeNumber: p{n:04}
departmentNumber: team{team}
title: researcher
mail: Person.{n}@lab.example
uidNumber: {uid}
gidNumber: 100
homeDirectory: /home/user{n}
manager: uid=user1, ou=people,{base}
"""


def openldap(folder: Path) -> Command:
    """The server, with its database in this folder. Raises Missing."""
    if not Path(PROGRAM).exists():
        raise Missing("OpenLDAP is not installed: apt-get install slapd")
    if shutil.which("openssl") is None:
        raise Missing("openssl is not installed: apt-get install openssl")
    (folder / "data").mkdir(exist_ok=True)
    _certify(folder)
    configuration = folder / "slapd.conf"
    schemas = "\n".join(f"include /etc/ldap/schema/{name}.schema" for name in SCHEMAS)
    configuration.write_text(
        CONFIGURATION.format(
            schemas=schemas, folder=folder, base=BASE, reader=READER, limited=LIMITED
        )
    )
    numbers = range(1, PEOPLE + 1)
    entries = [PERSON.format(n=n, team=n % 7, uid=5_000 + n, base=BASE) for n in numbers]
    entries[1] += "shadowExpire: 20454\n"  # 2026-01-01
    (folder / "people.ldif").write_text(TOP + "".join(entries))
    adding = [
        PROGRAM,
        "-T",
        "add",
        "-q",
        "-f",
        str(configuration),
        "-l",
        str(folder / "people.ldif"),
    ]
    subprocess.run(adding, check=True, capture_output=True, cwd=folder)
    port = free_port()
    addresses = f"ldap://127.0.0.1:{port}/"
    return Command(
        words=[PROGRAM, "-d", "0", "-f", str(configuration), "-h", addresses],
        url=f"ldap://127.0.0.1:{port}",
        answers=lambda: listens(port),
        environment={**os.environ},
    )


def certificate() -> str:
    """The file with the certificate of the directory."""
    return str(Path(os.environ["FOUREYES_TEST_SERVICES"]) / "openldap" / "certificate.pem")


def _certify(folder: Path) -> None:
    words = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
    subprocess.run(
        [
            *words.split(),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(folder / "key.pem"), "-out", str(folder / "certificate.pem")),
        ],
        check=True,
        capture_output=True,
    )
