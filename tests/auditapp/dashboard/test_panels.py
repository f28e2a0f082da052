"""Every panel, on nothing and on a small real organisation."""

import json
import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from auditapp.dashboard.panel import panels
from tests.auditapp.dashboard.organisation import Site

NAMES = sorted(panels())


def figure_of(page: str) -> dict[str, list[dict[str, list[str]]]]:
    """The figure that a panel brings."""
    found = re.search(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found, page
    loaded = json.loads(found[1])
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_says_so_where_there_is_nothing(analyst: Client, name: str) -> None:
    page = analyst.get(reverse("panel", args=[name])).content.decode()
    assert panels()[name].empty in page
    assert "<script" not in page


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_draws_a_figure_and_says_the_same_as_a_table(
    analyst: Client, site: Site, name: str
) -> None:
    answer = analyst.get(reverse("panel", args=[name]), {"person": "p001", "range": "30d"})
    page = answer.content.decode()
    figure = figure_of(page)
    points = [link for trace in figure["data"] for link in trace.get("customdata", ())]
    rows = re.findall(r"<tr><td><a href=\"([^\"]+)\"", page)
    assert points
    assert len(rows) == len(points)
    for link in points:
        assert analyst.get(link).status_code == 200
    assert "<img" not in page
    assert not re.search(r"\sstyle=|<style", page)


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_answers_nonsense_with_a_sentence(analyst: Client, name: str) -> None:
    page = analyst.get(reverse("panel", args=[name]), {"q": "a:(b"}).content.decode()
    assert 'role="alert"' in page


def test_a_panel_that_is_not_there_is_not_found(analyst: Client) -> None:
    assert analyst.get(reverse("panel", args=["nonsense"])).status_code == 404


def test_a_bar_leads_to_exactly_the_events_it_counts(analyst: Client, site: Site) -> None:
    page = analyst.get(
        reverse("panel", args=["events_over_time"]), {"range": "30d"}
    ).content.decode()
    counted = 0
    for trace in figure_of(page)["data"]:
        for link in trace["customdata"]:
            events = analyst.get(link).content.decode()
            found = re.search(r'id="found">(\d+) event', events)
            assert found
            counted += int(found[1])
    assert counted == 7


def test_a_store_that_cannot_be_reached_is_said_and_not_an_error(
    analyst: Client, settings: Settings
) -> None:
    settings.EVENT_STORE_URL = "http://127.0.0.1:9"
    part = analyst.get(reverse("panel", args=["events_over_time"]), headers={"HX-Request": "true"})
    assert part.status_code == 503
    assert "cannot be reached" in part.content.decode()
    assert "<html" not in part.content.decode()
    page = analyst.get(reverse("events"))
    assert page.status_code == 503
    assert page["Retry-After"]


def test_a_score_is_told_by_the_kinds_of_its_reasons(analyst: Client, site: Site) -> None:
    page = analyst.get(reverse("panel", args=["score_over_time"]), {"person": "p001"})
    figure = figure_of(page.content.decode())
    *layers, line = figure["data"]
    assert layers
    sums = [sum(heights) for heights in zip(*(layer["y"] for layer in layers), strict=True)]
    assert sums == pytest.approx(line["y"], abs=0.1)
    assert "<td>isolation 81</td>" in page.content.decode()


def test_people_a_day_lead_to_exactly_those_who_stood_so(analyst: Client, site: Site) -> None:
    page = analyst.get(reverse("panel", args=["people_by_level"])).content.decode()
    (link,) = figure_of(page)["data"][0]["customdata"]
    people = analyst.get(link).content.decode()
    assert "Ana Silva" in people.partition("</form>")[2]
    assert "/people/p/2/" not in people
    calm = analyst.get(link.replace("level=high", "level=none")).content.decode()
    assert "Ana Silva" not in calm
    assert analyst.get(reverse("people"), {"as_of": "soon"}).status_code == 404
    assert analyst.get(reverse("people"), {"as_of": "2001-01-01"}).status_code == 404


def test_alerts_a_day_may_be_those_of_one_rule(analyst: Client, site: Site) -> None:
    page = analyst.get(
        reverse("panel", args=["alerts_over_time"]), {"range": "all", "rule": "scancel_of_others"}
    ).content.decode()
    (link,) = [link for trace in figure_of(page)["data"] for link in trace["customdata"]]
    assert "rule=scancel_of_others" in link
    assert analyst.get(link).status_code == 200
    other = analyst.get(reverse("panel", args=["alerts_over_time"]), {"rule": "another"})
    assert panels()["alerts_over_time"].empty in other.content.decode()
