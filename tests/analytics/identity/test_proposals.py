"""Whose an unknown account may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics.identity import Directory, Link, Person, Use
from analytics.identity.names import looks_like
from analytics.identity.proposals import Beside, Proposer
from analytics.identity.sightings import TieKind
from analytics.identity.unix import UnixUser

DIRECTORY = Directory(
    {
        "p1": Person(id="p1", name="Ana Silva"),
        "p2": Person(id="p2", name="Bo Kim"),
        "p3": Person(id="p3", name="Zoë Müller"),
        "p4": Person(id="p4", name="Anton Silva"),
    },
    (
        Link(account="unix:asilva", person="p1"),
        Link(account="mail:ana@lab.example", person="p1"),
        Link(account="unix:bkim", person="p2"),
        Link(account="github:bo-k", person="p2"),
        Link(account="git:bo.kim@lab.example", person="p2"),
        Link(account="unix:zm", person="p3"),
        Link(account="github:train", person="p3", use=Use.SHARED),
    ),
)
PASSWD = [
    ("hpc", UnixUser(name="bkim", uid=1018, gid=100)),
    ("hpc", UnixUser(name="zoe", uid=1019, gid=100, full_name="Zoe Mueller", shell="/bin/sh")),
    ("hpc", UnixUser(name="am", uid=1020, gid=100, full_name="Zoé Muller", shell="/bin/sh")),
]


def proposed(account: str, *beside: Beside) -> dict[str, tuple[float, tuple[str, ...]]]:
    """By person: how sure and why."""
    made = Proposer(DIRECTORY, PASSWD).propose(account, beside)
    return {one.person: (round(one.confidence, 2), one.reasons) for one in made}


@pytest.mark.parametrize(
    ("account", "person", "reason"),
    [
        ("git:ana@lab.example", "p1", "same e-mail"),
        ("okta:ana@lab.example", "p1", "same e-mail"),
        ("slurm:asilva", "p1", "the same user of the cluster"),
        ("github:asilva", "p1", "same login"),
        ("git:bkim@elsewhere.example", "p2", "same local part"),
        ("git:12345+bo-k@users.noreply.github.com", "p2", "same local part"),
        ("hf:zoe-muller", "p3", "it is the person's name"),
        ("github:zmuller", "p3", "it is made of the person's name"),
        ("hf:zoemuller-ml", "p3", "it is the person's name"),
        ("github:zoe.muller7", "p3", "it is the person's name"),
        ("uid:hpc/1018", "p2", "a passwd file says that it is unix:bkim"),
        ("uid:hpc/1020", "p3", "its passwd entry gives the person's name"),
    ],
)
def test_a_likeness_is_proposed_with_its_reason(account: str, person: str, reason: str) -> None:
    found = proposed(account)
    assert next(iter(found)) == person
    assert reason in found[person][1]


@pytest.mark.parametrize(
    "account",
    [
        "unix:root",
        "github:stranger",
        "uid:site/1018",
        "uid:hpc/7",
        "github:zm",
        "github:train",
        "git:@lab.example",
        "x:",
    ],
)
def test_what_is_like_nobody_is_not_proposed(account: str) -> None:
    assert proposed(account) == {}


def test_whoever_fits_too_shares_the_belief() -> None:
    alone = proposed("github:zmuller")["p3"][0]
    shared = proposed("gitlab:asilva")
    assert alone == 0.35
    assert shared["p1"][0] > 0.6
    assert "p4" not in shared


def test_several_reasons_are_surer_than_each() -> None:
    mail = Beside(kind=TieKind.MAIL, other="mail:ana@lab.example")
    name = Beside(kind=TieKind.CALLED, other="Ana Silva")
    assert proposed("github:xyz-9", mail)["p1"] == (
        0.9,
        ("its events carry an e-mail of this person",),
    )
    assert proposed("github:xyz-9", mail, name)["p1"][0] == 0.96
    assert proposed("github:asilva", mail, name)["p1"][0] <= 0.99


def test_what_a_login_pushes_speaks_for_it_as_far_as_it_is_one_authors() -> None:
    def pushed(share: float) -> dict[str, tuple[float, tuple[str, ...]]]:
        other = "git:bo.kim@lab.example"
        return proposed("github:q", Beside(kind=TieKind.PUSHED, other=other, share=share))

    assert pushed(1.0)["p2"] == (0.7, ("seen in one push with git:bo.kim@lab.example",))
    assert pushed(0.1) == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("dependabot[bot]", "bot"),
        ("lab-ci-bot", "bot"),
        ("renovate", "bot"),
        ("root", "service"),
        ("svc-train", "service"),
        ("gitlab-runner", "service"),
        ("abbott", ""),
        ("asilva", ""),
        ("cicero", ""),
    ],
)
def test_a_name_may_say_that_a_machine_has_it(name: str, kind: str) -> None:
    assert looks_like(f"github:{name}") == kind


def test_a_number_below_a_thousand_is_a_machines() -> None:
    assert [looks_like(f"uid:hpc/{n}") for n in ("0", "999", "1000", "x")] == [
        "service",
        "service",
        "",
        "",
    ]


@given(st.text(), st.text())
def test_any_account_and_name_is_proposed_or_not(account: str, name: str) -> None:
    beside = Beside(kind=TieKind.CALLED, other=name)
    for one in Proposer(DIRECTORY, PASSWD).propose(account, [beside]):
        assert 0.2 <= one.confidence <= 0.99
