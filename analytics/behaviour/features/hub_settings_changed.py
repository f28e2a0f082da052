"""Settings of the organisation or of repositories that a person changed at the hub."""

import pyarrow as pa

from analytics.behaviour.feature import Feature
from analytics.selection import both, has, matches

SETTINGS = (
    r"^(org\.settings\.|org\.token_approval\.|org\.service_account\.|resource_group\.|repo\.update_"
    r"|repo\.(add|update|remove|delete)_secret|repo\.(add|update|remove|delete)_variable)"
)


def _select(events: pa.Table) -> pa.BooleanArray:
    return both(
        has(events, "event.module", "huggingface"), matches(events, "event.action", SETTINGS)
    )


FEATURE = Feature(
    name="hub_settings_changed",
    title="Settings of the hub changed",
    unit="changes",
    columns=(
        "event.action",
        "event.module",
    ),
    sentence="changed settings of the hub {observed} times; expected {expected}",
    tactics=("defense-impairment",),
    least=2,
    select=_select,
)
