"""schemathesis against our own OpenAPI: no server error, no answer that the documentation does not tell of."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from served import OWNER, app_over, bearer, keyed

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]
HEADERS = {**bearer(OWNER), "Host": "127.0.0.1"}
EXCLUDED = {
    # It says 503 while models are missing, as they are here.
    "/ready": [not_a_server_error],
    # That the last message must be a user's is more than a schema can say. And content is a text or parts:
    # schemathesis breaks the rules of one of the two and may land in the other.
    "/v1/chat/completions": [positive_data_acceptance, negative_data_rejection],
}
EXAMPLES = 12  # of each operation


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    return app_over(tmp_path_factory.mktemp("fuzz"), **keyed())


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["valid", "invalid"])
def test_the_api_keeps_to_its_documentation(app: FastAPI, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_asgi("/v1/openapi.json", app, headers=HEADERS)
    tried: set[str] = set()
    failed: list[str] = []
    last = [""]  # what was sent last: the smallest request that fails
    for result in schema.get_all_operations():
        operation = result.ok()

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: schemathesis.Case) -> None:
            last[0] = f"{case.path_parameters} {case.query} {case.body!r}"
            case.call_and_validate(headers=HEADERS, excluded_checks=EXCLUDED.get(case.path, []))

        try:
            check()
        except Unsatisfiable:
            continue  # nothing can be wrong in a request without parameters
        except BaseExceptionGroup as group:
            failed.append(f"{operation.label}: {group.exceptions} with {last[0]}")
        except AssertionError as error:
            failed.append(f"{operation.label}: {error} with {last[0]}")
        tried.add(operation.label)
    assert failed == [], "\n".join(failed)
    assert {"POST /v1/ask", "POST /v1/reports", "POST /v1/chat/completions"} <= tried
    assert mode is GenerationMode.NEGATIVE or len(tried) >= 16
