"""What imports change, before and after they do it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditapp.people import importing
from auditapp.people.directory import directory, hosts, realm_of
from auditapp.people.importing import Fate, NotContext, Options, Plan
from auditapp.people.models import (
    AccountLink,
    FormerPosition,
    HostRow,
    IdentityChange,
    IncidentRow,
    LeaveRow,
    Person,
    UnixGroupRow,
    WatchRow,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 10)
HEADER = "person,name,team,role,manager,start,end,accounts,moved\n"
ANA = "p1,Ana Silva,vision,intern,p2,2025-01-01,,unix:asilva;github:anas,\n"


def take_over(text: str, stem: str = "file", today: date = DAY, realm: str = "site") -> Plan:
    """Recognises, plans and carries out."""
    options = Options(today=today, realm=realm)
    plan = importing.plan(importing.recognise(text, stem), text, options)
    importing.carry_out(plan, "file.csv", "ines")
    return plan


def fates(plan: Plan) -> dict[str, Fate]:
    """By key."""
    return {change.key: change.fate for change in plan.changes}


def test_a_plan_says_what_would_change_and_changes_nothing() -> None:
    take_over(HEADER + ANA)
    text = HEADER + ANA.replace("vision", "infra").replace(";github:anas", ";slurm:asilva")
    plan = importing.plan("people", text, Options(today=DAY))
    (change,) = plan.changes
    assert (change.line, change.fate) == (2, Fate.CHANGED)
    assert change.details == (
        "team: vision → infra",
        "moved on 2026-03-10: what was before is kept",
        "+ slurm:asilva",
        "− github:anas",
    )
    assert Person.objects.get().team == "vision"


def test_every_wrong_line_is_told_and_nothing_is_carried_out() -> None:
    text = HEADER + ANA + "p2,Bo,,,,,,bkim,\np3,Cy,,,,soon,,,\n"
    plan = importing.plan("people", text)
    assert [problem.line for problem in plan.problems] == [3, 4]
    with pytest.raises(NotContext, match="line 3: 'bkim' is no account"):
        importing.carry_out(plan, "people.csv", "ines")
    assert not Person.objects.exists()


def test_an_import_leaves_author_and_time_where_it_changed_something() -> None:
    take_over(HEADER + ANA)
    take_over(HEADER + ANA)
    change = IdentityChange.objects.get()
    assert (change.author, change.action) == ("ines", "imported")
    assert change.detail == "file.csv: people, 1 new, 0 changed, 0 unchanged"


def test_a_mover_keeps_what_was_and_a_correction_of_the_day_does_not() -> None:
    take_over(HEADER + ANA)
    take_over(HEADER + ANA.replace("vision", "infra"))
    take_over(HEADER + ANA.replace("vision", "infrastructure"))
    take_over(HEADER + ANA.replace("vision,intern", "data,lead").replace(",\n", ",2026-04-01\n"))
    moves = FormerPosition.objects.values_list("team", "since", "until")
    assert list(moves) == [
        ("vision", None, DAY),
        ("infrastructure", DAY, date(2026, 4, 1)),
    ]
    assert directory().as_of(date(2026, 3, 9)).people["p1"].team == "vision"
    assert directory().people["p1"].team == "data"


def test_a_move_before_the_last_one_is_a_problem() -> None:
    take_over(HEADER + ANA)
    take_over(HEADER + ANA.replace("vision", "infra"))
    text = HEADER + ANA.replace("vision", "data").replace(",\n", ",2026-01-01\n")
    problem = importing.plan("people", text, Options(today=DAY)).problems[0]
    assert problem.reason == "moved 2026-01-01 is before the last move"


def test_what_somebody_decided_outweighs_a_file() -> None:
    take_over(HEADER + ANA)
    AccountLink.objects.filter(account="github:anas").delete()
    AccountLink.objects.create(account="github:anas", use="shared", origin=AccountLink.DECISION)
    plan = take_over(HEADER + ANA)
    assert fates(plan) == {"p1": Fate.UNCHANGED}
    assert AccountLink.objects.get(account="github:anas").use == "shared"


def test_a_merged_person_in_a_file_is_the_one_they_were_merged_into() -> None:
    take_over(HEADER + ANA + "p9,A. Silva,,,,,,hf:ana-s,\n")
    Person.objects.filter(id="p9").update(merged_into="p1")
    AccountLink.objects.filter(person="p9").update(person="p1")
    plan = take_over(HEADER + ANA + "p9,Somebody else,,,,,,hf:ana-s,\n")
    assert Person.objects.get(id="p1").name == "Ana Silva"
    assert set(fates(plan).values()) == {Fate.UNCHANGED}
    assert AccountLink.objects.filter(person="p1").count() == 3


def test_user_administration_finds_people_by_their_accounts_and_keeps_what_it_does_not_know() -> (
    None
):
    take_over(HEADER + ANA)
    text = "userName,emails,active,title,department\nasilva,ana@lab.example,true,researcher,\n"
    plan = take_over(text)
    ana = Person.objects.get()
    assert (ana.id, ana.name, ana.role, ana.team) == ("p1", "asilva", "researcher", "vision")
    assert fates(plan) == {"asilva": Fate.CHANGED}
    assert AccountLink.objects.get(account="mail:ana@lab.example").person_id == "p1"


def test_two_logins_of_one_person_are_one_person() -> None:
    take_over(HEADER + ANA)
    take_over("userName,externalId,name.formatted\nasilva,u1,Ana S.\nasilva,u2,Ana T.\n")
    assert Person.objects.get().name == "Ana T."


def test_who_was_found_gone_has_left_on_the_first_such_day() -> None:
    text = "userName,active\nasilva,false\n"
    take_over(text, today=DAY)
    take_over(text, today=date(2026, 3, 20))
    assert Person.objects.get().end == DAY
    take_over("userName,active\nasilva,true\n", today=date(2026, 3, 25))
    assert Person.objects.get().end is None


def test_numbers_of_a_realm_go_to_whoever_owns_the_name() -> None:
    take_over(HEADER + ANA + "p2,Bo,,,,,2026-01-31,unix:bkim,\n")
    passwd = (
        "asilva:x:1017:100:Ana:/home/asilva:/bin/bash\nbkim:x:1018:100::/:/bin/sh\n"
        "twin:x:1019:1::/:/bin/sh\nbtwin:x:1019:1::/:/bin/sh\nnew:x:1020:1:New One:/:/bin/sh\n"
    )
    plan = take_over(passwd, realm="hpc")
    assert plan.changes[0].details == ("uid:hpc/1017 goes to the owner of the name",)
    numbers = AccountLink.objects.filter(account__startswith="uid:hpc/")
    assert set(numbers.values_list("account", "person")) == {
        ("uid:hpc/1017", "p1"),
        ("uid:hpc/1018", "p2"),
    }
    assert numbers.get(person="p2").until == datetime(2026, 2, 1, tzinfo=UTC)
    assert set(fates(take_over(passwd, realm="hpc")).values()) == {Fate.UNCHANGED}


def test_a_number_follows_the_name_to_its_next_owner_but_not_a_decision() -> None:
    take_over(HEADER + ANA)
    passwd = "asilva:x:1017:100:Ana:/home/asilva:/bin/bash\n"
    take_over(passwd)
    take_over(HEADER + ANA.replace("unix:asilva;", "") + "p2,Bo,,,,,,unix:asilva,\n")
    assert set(fates(take_over(passwd)).values()) == {Fate.CHANGED}
    assert AccountLink.objects.get(account="uid:site/1017").person_id == "p2"
    AccountLink.objects.update(origin=AccountLink.DECISION)
    AccountLink.objects.filter(account="unix:asilva").update(person="p1")
    assert set(fates(take_over(passwd)).values()) == {Fate.UNCHANGED}
    assert AccountLink.objects.get(account="uid:site/1017").person_id == "p2"


def test_context_is_kept_and_corrected() -> None:
    take_over("host,address,kind,sources,realm\ngpu03,10.0.0.3,compute,auditd,hpc\n")
    plan = take_over("host,sources,realm\ngpu03,auditd bash_history,hpc\n")
    assert "sources: auditd → auditd bash_history" in plan.changes[0].details
    assert hosts()[0].sources == ("auditd", "bash_history")
    assert realm_of("gpu03", "site") == "hpc"
    assert realm_of("gpu04", "site") == realm_of("", "site") == "site"
    take_over("person,start,end\np1,2026-03-01,2026-03-09\n", stem="leave")
    take_over("person,start,end,kind\np1,2026-03-01,2026-03-12,parental\n")
    assert LeaveRow.objects.get().kind == "parental"
    take_over("person,reason,start,end\np1,leaver,,\n")
    take_over("id,start,end,title,host\nINC-1,2026-03-01T10:00,,storage,gpu03\n")
    take_over("gpu:x:2001:asilva\n")
    counts = [model.objects.count() for model in (WatchRow, IncidentRow, UnixGroupRow, HostRow)]
    assert counts == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "stem", "kind"),
    [
        ("host,address,kind,sources\n", "x", "hosts"),
        ("person,start,end\n", "x", "oncall"),
        ("person,start,end\n", "leave", "leave"),
        ("\ufeffperson,start,end,kind\n", "x", "leave"),
        ("id,start,end,title,host\n", "x", "incidents"),
        ("person,reason,start,end\n", "x", "watchlist"),
        ("userName,active\n", "x", "scim"),
        ('"Person","Accounts"\n', "x", "people"),
        ("# comment\nroot:x:0:0:root:/root:/bin/bash\n", "x", "passwd"),
        ("wheel:x:10:root\n", "x", "group"),
    ],
)
def test_a_file_is_told_by_its_header(text: str, stem: str, kind: str) -> None:
    assert importing.recognise(text, stem) == kind


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    kind=st.sampled_from(importing.KINDS),
    body=st.one_of(st.text(max_size=80), st.text(alphabet='p1,;:"\n\x002026-9', max_size=120)),
)
def test_any_text_is_planned_or_told_wrong_and_what_is_planned_can_be_done(
    kind: str, body: str
) -> None:
    headers = {
        "people": HEADER,
        "scim": "userName,emails,active\n",
        "resources": "kind,pattern,owner\n",
        "hosts": "host,sources\n",
        "watchlist": "person,reason\n",
        "incidents": "start,title\n",
    }
    plan = importing.plan(kind, headers.get(kind, "person,start,end\n") + body)
    if plan.problems:
        with pytest.raises(NotContext, match=r"line \d+: "):
            importing.carry_out(plan, "file", "ines")
    else:
        importing.carry_out(plan, "file", "ines")
