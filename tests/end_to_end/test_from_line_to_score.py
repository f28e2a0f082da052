"""From raw lines to a risk score, on both stores, through the commands that people use."""

import json
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.end_to_end.installation import Installation

AS_OF = "2026-03-02"
STORES = [  # a group each, so that no second worker takes in and scores the same
    pytest.param("lake", marks=pytest.mark.xdist_group("lake")),
    pytest.param("elastic", marks=[pytest.mark.elastic, pytest.mark.xdist_group("elastic")]),
]


@dataclass(frozen=True)
class Scored:
    """An installation that took logs in twice and scored them; what it said of either time."""

    site: Installation
    first: dict[str, int]
    second: dict[str, int]


@pytest.fixture(scope="module", params=STORES)
def scored(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    tables: Path,
    organisation: Path,
) -> Scored:
    """One for each store, as all of it takes a while."""
    environment = {}
    if request.param == "elastic":
        url = request.getfixturevalue("elastic_url")
        environment["EVENT_STORE_URL"] = f"{url}/test-{uuid.uuid4().hex[:12]}"
    site = Installation(tmp_path_factory.mktemp("scored") / "home", **environment)
    site.home.mkdir()
    shutil.copy(tables, site.home)
    site.run("import", str(organisation))
    first, second = (site.json("ingest", str(organisation / "logs")) for _ in range(2))
    site.run("score", "--as-of", AS_OF)
    return Scored(site, first, second)


def test_logs_are_taken_in_once(scored: Scored) -> None:
    taken, again = scored.first, scored.second
    assert taken["received"] == taken["stored"] + taken["duplicates"] + taken["rejected"]
    assert taken["rejected"] == 0
    assert taken["stored"] > 1000
    assert (again["stored"], again["duplicates"]) == (0, taken["received"])


def test_the_saboteur_is_ranked_first_with_reasons_that_lead_to_raw_lines(
    scored: Scored, organisation: Path
) -> None:
    truth = json.loads((organisation / "truth.json").read_text())
    saboteur = truth["insiders"][0]["person"]
    ranking = scored.site.json("risk")
    assert ranking[0]["person"] == saboteur
    assert ranking[0]["level"] in ("high", "critical")
    assert {reason["kind"] for reason in ranking[0]["reasons"]} > {"rule", "isolation"}
    logs = [log for log in (organisation / "logs").rglob("*") if log.is_file()]
    raw = "\n".join(log.read_text(errors="replace") for log in logs)
    for reason in ranking[0]["reasons"][:5]:
        assert reason["sentence"]
        event = scored.site.json("events", f'event.id:"{reason["events"][0]}"')
        assert event["event.original"].splitlines()[0] in raw
    assert saboteur in {alert["person"] for alert in scored.site.json("alerts")}


def test_what_is_known_now_can_be_asked_as_of_an_earlier_time(scored: Scored) -> None:
    assert scored.site.json("risk", "--as-of", "2026-01-01") == []


def test_scoring_again_changes_nothing(scored: Scored) -> None:
    first = scored.site.json("risk")
    scored.site.run("score", "--as-of", AS_OF, "--all")
    assert scored.site.json("risk") == first
