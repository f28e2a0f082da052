"""A person's login on a host: what they type and what the audit daemon sees of it.

The site's profile appends each command to the history before it runs, so the command that turns
the history off is the last one in it.
"""

from dataclasses import dataclass

from analytics.simulation.chance import Chance, between, digest
from analytics.simulation.commands import STARTUP, programs
from analytics.simulation.formats import auditd, bash_history, syslog, zsh_history
from analytics.simulation.formats.auditd import UNSET, Process, Target
from analytics.simulation.organisation import Person
from analytics.simulation.world import Evidence, World

WATCHED = {"/shared/envs/": "shared_env", "/shared/ckpt/": "checkpoints", "/shared/data/": "data"}


def key_of(path: str) -> str:
    """The audit rule that watches a path."""
    return next((key for root, key in WATCHED.items() if path.startswith(root)), "files")


@dataclass
class Terminal:
    """One session; opened by `opened`, it stays until `close`."""

    world: World
    person: Person
    host: str
    rng: Chance
    shell: Process
    address: str
    silenced: bool = False  # nothing more goes into the history

    def _pid(self) -> int:
        return self.shell.pid + 1 + int(self.rng.random() * 90_000)

    def _audit(self, moment: float, text: str) -> None:
        self.world.audit(self.host).put(moment, text)

    def _seen(self, trace: str) -> Evidence:
        return Evidence("auditd", f"logs/{self.host}/auditd.log", trace)

    def type(self, moment: float, command: str) -> Evidence:
        """A command is typed: it goes into the history and its programs are started."""
        where = f"logs/{self.host}/home/{self.person.login}/.{self.person.shell}_history"
        if not self.silenced:
            write = bash_history if self.person.shell == "bash" else zsh_history
            text = write.command(self.world.conditions.clock(self.host, moment), command)
            self.world.history(self.person, self.host).put(moment, text)
        if command.startswith("cd "):
            target = command[3:].replace("~", self.person.home, 1)
            self.shell = self.shell._replace(directory=target)
        later = 0.004
        for words in programs(command):
            self.run(moment + later, words)
            later += between(self.rng, 0.0006, 0.05)
        return Evidence(f"{self.person.shell}_history", where, command.split("\n", maxsplit=1)[0])

    def run(self, moment: float, arguments: tuple[str, ...]) -> Evidence:
        """A program is started, typed or not."""
        self._audit(moment, auditd.execution(self.shell.child(self._pid()), arguments))
        return self._seen(auditd.encoded(arguments[-1]))

    def sudo(self, moment: float, command: str) -> Evidence:
        """A command is run with root's rights."""
        self.type(moment, f"sudo {command}")
        child = self.shell.child(self._pid())
        text = (
            f"cwd={auditd.encoded(child.directory)} cmd={auditd.encoded(command)} "
            f'exe="/usr/bin/sudo" terminal={_device(child)} res=success'
        )
        self._audit(moment + 0.2, auditd.message("USER_CMD", child, text))
        login = self.person.login
        for later, said in (
            (0.2, syslog.sudo(login, _device(child), child.directory, command)),
            (0.21, syslog.session("sudo", child.pid, "root", 0, opened=True)),
            (0.9, syslog.session("sudo", child.pid, "root", 0, opened=False)),
        ):
            self.world.syslog(self.host).put(moment + later, said)
        for words in programs(command):
            root = child.child(child.pid + 1)._replace(uid=0)
            self._audit(moment + 0.3, auditd.execution(root, words))
        return self._seen(f"cmd={auditd.encoded(command)}")

    def write(self, moment: float, path: str, owner: int, program: str = "") -> Evidence:
        """A file that exists, the owner's uid given, is written with a program."""
        child = self.shell.child(self._pid())
        program = program or self.person.editor
        self._audit(moment, auditd.opening(child, program, path, owner, key_of(path)))
        return self._seen(f"name={auditd.encoded(path)}")

    def create(self, moment: float, path: str, program: str) -> Evidence:
        """A new file is made."""
        child = self.shell.child(self._pid())
        self._audit(moment, auditd.creating(child, program, path, child.uid, key_of(path)))
        return self._seen(f"name={auditd.encoded(path)}")

    def delete(self, moment: float, path: str, owner: int, program: str = "rm") -> Evidence:
        """A file, the owner's uid given, is removed."""
        child = self.shell.child(self._pid())
        self._audit(moment, auditd.deleting(child, program, path, owner, key_of(path)))
        return self._seen(f"name={auditd.encoded(path)}")

    def kill(self, moment: float, target: Target, signal: int = 15, root: bool = False) -> Evidence:
        """A signal is sent to a process, with root's rights if need be."""
        process = self.shell.child(self._pid())
        process = process._replace(uid=0) if root else process
        program = "kill" if root else self.person.shell
        self._audit(moment, auditd.signalling(process, program, signal, target))
        return self._seen(f"opid={target.pid} ")

    def own_process(self, program: str) -> Target:
        """A process that was started here."""
        shell = self.shell
        return Target(
            pid=self._pid(), uid=shell.uid, auid=shell.auid, session=shell.session, program=program
        )

    def close(self, moment: float) -> None:
        """The session ends."""
        daemon = self.shell._replace(uid=0, pid=self.shell.parent)
        for kind, what in (("USER_END", "session_close"), ("CRED_DISP", "setcred")):
            self._audit(moment, _of_sshd(kind, daemon, what, self.person.login, self.address))
        login, uid = self.person.login, self.person.uid
        said = syslog.session("sshd", daemon.pid, login, uid, opened=False)
        self.world.syslog(self.host).put(moment, said)


def opened(world: World, person: Person, host: str, moment: float, address: str = "") -> Terminal:
    """A new session, from the person's own machine unless an address is given."""
    rng = world.chance("terminal", person.id, host, int(moment))
    session = 1 + int(rng.random() * 60_000)
    pid = 4_000 + int(rng.random() * 3_000_000)
    shell = Process(
        auid=person.uid, uid=person.uid, session=session, pid=pid, parent=pid - 12,
        terminal=f"pts{int(rng.random() * 40)}", directory=person.home,
    )  # fmt: skip
    terminal = Terminal(world, person, host, rng, shell, address or person.address)
    _log_in(terminal, moment)
    return terminal


def _log_in(terminal: Terminal, moment: float) -> None:
    world, login, address = terminal.world, terminal.person.login, terminal.address
    daemon = terminal.shell._replace(uid=0, pid=terminal.shell.parent)
    unset = daemon._replace(auid=UNSET, session=UNSET)
    audit = world.audit(terminal.host)
    audit.put(moment, _of_sshd("USER_ACCT", unset, "accounting", login, address))
    audit.put(moment + 0.002, _of_sshd("CRED_ACQ", unset, "setcred", login, address))
    audit.put(
        moment + 0.005,
        f"type=LOGIN {auditd.STAMP} pid={daemon.pid} uid=0 subj=unconfined old-auid={UNSET} "
        f"auid={daemon.auid} tty=(none) old-ses={UNSET} ses={daemon.session} res=1\n",
    )
    audit.put(moment + 0.03, _of_sshd("USER_START", daemon, "session_open", login, address))
    text = (
        f'op=login id={terminal.person.uid} exe="/usr/sbin/sshd" hostname={address} '
        f"addr={address} terminal=/dev/{_device(daemon)} res=success"
    )
    audit.put(moment + 0.04, auditd.message("USER_LOGIN", daemon, text))
    said = world.syslog(terminal.host)
    key = digest("key", login, size=16)
    said.put(moment, syslog.accepted(daemon.pid, login, address, key))
    uid = terminal.person.uid
    said.put(moment + 0.03, syslog.session("sshd", daemon.pid, login, uid, opened=True))
    said.put(moment + 0.05, f"systemd-logind[812]: New session {daemon.session} of user {login}.")
    for number, words in enumerate(STARTUP):
        terminal.run(moment + 0.1 + number * 0.011, words)


def _of_sshd(kind: str, process: Process, operation: str, login: str, address: str) -> str:
    text = (
        f'op=PAM:{operation} grantors=pam_permit,pam_unix acct="{login}" exe="/usr/sbin/sshd" '
        f"hostname={address} addr={address} terminal=ssh res=success"
    )
    return auditd.message(kind, process, text)


def _device(process: Process) -> str:
    return process.terminal.replace("pts", "pts/")
