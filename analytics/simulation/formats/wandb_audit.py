"""Weights & Biases' audit log: a JSON object a line."""

from typing import Any

import orjson

from analytics.simulation.calendar import written
from analytics.simulation.chance import digest

CLIENT = "0.22.3"


def entry(moment: float, action: str, mail: str, address: str, **more: Any) -> str:
    """One entry; `more` names the run, the project or the artefact."""
    return (
        orjson.dumps(
            {
                "timestamp": written(moment),
                "action": action,
                "actor_user_id": int(digest("wandb", mail, size=3), 16),
                "actor_email": mail,
                "actor_ip": address,
                "response_code": 200,
                **more,
                "cli_version": CLIENT,
            }
        ).decode()
        + "\n"
    )
