"""Some work is for one process at a time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from auditapp.cases.models import Turn
from auditapp.cases.turns import LENGTH, Taken, turn

pytestmark = pytest.mark.django_db


def test_a_turn_is_taken_once_and_free_again_afterwards() -> None:
    with turn("assess"):
        with pytest.raises(Taken), turn("assess"):
            pass
        with turn("reports"):
            pass
    with turn("assess"):
        pass


def test_an_error_gives_the_turn_back() -> None:
    with pytest.raises(ZeroDivisionError), turn("assess"):
        raise ZeroDivisionError
    with turn("assess"):
        pass


def test_a_turn_that_was_left_lying_can_be_taken_and_its_holder_notices() -> None:
    with turn("assess") as prolong:
        Turn.objects.update(until=timezone.now() - timedelta(seconds=1))
        with turn("assess"), pytest.raises(Taken):
            prolong()


def test_prolonging_moves_the_end() -> None:
    with turn("assess") as prolong:
        Turn.objects.update(until=timezone.now() + timedelta(seconds=5))
        prolong()
        assert Turn.objects.get(name="assess").until > timezone.now() + LENGTH / 2
