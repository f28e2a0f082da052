"""How people are called."""

import re

import pytest
from pytest_django import Settings

from auditapp.accounts import pseudonyms
from auditapp.people.models import Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> Person:
    return Person.objects.create(id="p001", name="Ana Silva")


def test_a_pseudonym_is_stable_and_says_nothing(settings: Settings, ana: Person) -> None:
    settings.DEMO = False
    name = pseudonyms.shown(ana.id)
    assert re.fullmatch(r"P-[A-Z2-7]{4}-[A-Z2-7]{4}", name)
    assert pseudonyms.shown(ana.id) == name
    assert pseudonyms.shown("p002") != name


def test_another_key_gives_other_pseudonyms(settings: Settings) -> None:
    settings.DEMO = False
    name = pseudonyms.shown("p001")
    settings.SECRET_KEY = "another"
    assert pseudonyms.shown("p001") != name


def test_over_synthetic_data_names_are_shown(settings: Settings, ana: Person) -> None:
    settings.DEMO = True
    assert pseudonyms.shown_all([ana.id, "p404"]) == {"p001": "Ana Silva", "p404": "p404"}
    assert pseudonyms.dereference(pseudonyms.reference(ana.id)) == ana


def test_an_address_is_no_oracle_for_who_is_behind_a_pseudonym(
    settings: Settings, ana: Person
) -> None:
    settings.DEMO = False
    assert pseudonyms.dereference("p001") is None
    assert pseudonyms.dereference(pseudonyms.reference("p001")) == ana
