"""From raw lines to a risk score, on both stores, through the commands that people use."""

import json
from pathlib import Path

from tests.end_to_end.installation import Installation

AS_OF = "2026-03-02"


def test_the_saboteur_is_ranked_first_with_reasons_that_lead_to_raw_lines(
    installation: Installation, organisation: Path
) -> None:
    truth = json.loads((organisation / "truth.json").read_text())
    saboteur = truth["insiders"][0]["person"]

    installation.run("import", str(organisation))
    taken = installation.json("ingest", str(organisation / "logs"))
    assert taken["received"] == taken["stored"] + taken["duplicates"] + taken["rejected"]
    assert taken["rejected"] == 0
    assert taken["stored"] > 1000
    again = installation.json("ingest", str(organisation / "logs"))
    assert (again["stored"], again["duplicates"]) == (0, taken["received"])

    installation.run("score", "--as-of", AS_OF)
    ranking = installation.json("risk")
    assert ranking[0]["person"] == saboteur
    assert ranking[0]["level"] in ("high", "critical")
    assert {reason["kind"] for reason in ranking[0]["reasons"]} > {"rule", "isolation"}
    for reason in ranking[0]["reasons"][:5]:
        assert reason["sentence"]
        found = installation.run("events", f'event.id:"{reason["events"][0]}"', "--json")
        event = json.loads(found)
        raw = event["event.original"].splitlines()[0]
        assert any(
            raw in log.read_text(errors="replace")
            for log in (organisation / "logs").rglob("*")
            if log.is_file()
        )

    alerts = installation.json("alerts")
    assert saboteur in {alert["person"] for alert in alerts}


def test_scoring_again_changes_nothing(installation: Installation, organisation: Path) -> None:
    installation.run("import", str(organisation))
    installation.run("ingest", str(organisation / "logs" / "slurm"))
    installation.run("score", "--as-of", AS_OF)
    first = installation.json("risk")
    installation.run("score", "--as-of", AS_OF, "--all")
    assert installation.json("risk") == first


def test_what_is_known_now_can_be_asked_as_of_an_earlier_time(
    installation: Installation, organisation: Path
) -> None:
    installation.run("import", str(organisation))
    installation.run("ingest", str(organisation / "logs" / "slurm"))
    installation.run("score", "--as-of", AS_OF)
    assert installation.json("risk", "--as-of", "2026-01-01") == []
