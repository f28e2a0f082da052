"""Schemathesis sends what the schema allows and what it does not."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from auditapp.accounts.models import ApiToken
from auditapp.wsgi import application

pytestmark = pytest.mark.django_db
# Each request carries a token; and no schema can say which bytes are a log or which zones exist.
NOT_MEANT = [ignored_auth, positive_data_acceptance]


def try_everything(examples: int) -> int:
    """Sends that many valid and invalid requests to each operation; gives their number."""
    token = ApiToken.issue(name="shipper", feed="lab")[1]
    schema = schemathesis.openapi.from_wsgi("/api/schema/?format=json", application)
    operations = [result.ok() for result in schema.get_all_operations()]
    for operation in operations:
        for mode in GenerationMode:

            @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: schemathesis.Case) -> None:
                case.call_and_validate(
                    headers={"Authorization": f"Bearer {token}"}, excluded_checks=NOT_MEANT
                )

            send()
    return len(operations)


def test_answers_keep_to_the_schema() -> None:
    assert try_everything(15) >= 2


@pytest.mark.slow
def test_answers_keep_to_the_schema_at_length() -> None:
    assert try_everything(500) >= 2
