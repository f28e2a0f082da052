"""Schemathesis sends what the schema allows and what it does not."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from auditapp.accounts.models import ApiToken
from auditapp.accounts.scopes import Scope
from auditapp.wsgi import application

pytestmark = pytest.mark.django_db(transaction=True)  # requests close the connection
# Each request carries a token; and no schema can say which bytes are a log or which zones exist.
NOT_MEANT = [ignored_auth, positive_data_acceptance]


def takes_anything(operation: Any) -> bool:
    """Whether there is anything that could be wrong in a request."""
    parts = (operation.path_parameters, operation.query, operation.headers, operation.body)
    return any(len(part) for part in parts)


def is_put_right(case: schemathesis.Case) -> bool:
    """Whether what is wrong in a query are parameters without a name or a value, which no address
    shows."""
    known = {parameter.name for parameter in case.operation.query}
    unknown = {name: value for name, value in (case.query or {}).items() if name not in known}
    return bool(unknown) and all(
        not name or value is None or value in ([], {}, ()) for name, value in unknown.items()
    )


def try_everything(examples: int) -> int:
    """Sends that many valid and invalid requests to each operation; gives their number."""
    token = ApiToken.issue(name="shipper", feed="lab", scopes=Scope.values)[1]
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    operations = [result.ok() for result in schema.get_all_operations()]
    failed: list[Exception] = []
    for operation in operations:
        for mode in GenerationMode if takes_anything(operation) else [GenerationMode.POSITIVE]:

            @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: schemathesis.Case) -> None:
                assume("host" not in {name.lower() for name in case.headers or {}})  # not the API's
                excluded = [negative_data_rejection] if is_put_right(case) else []
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {token}"},
                    excluded_checks=[*NOT_MEANT, *excluded],
                )

            try:
                send()
            except Exception as error:
                failed.append(error)
    if failed:
        raise ExceptionGroup("answers that do not keep to the schema", failed)
    return len(operations)


def test_answers_keep_to_the_schema() -> None:
    assert try_everything(15) >= 2


@pytest.mark.slow
def test_answers_keep_to_the_schema_at_length() -> None:
    assert try_everything(500) >= 2
