"""What the OpenAPI document says is what happens: schemathesis asks for it, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.httpkit.live import LiveServer

from .house import BASE, House, bearer, built_house

pytestmark = pytest.mark.slow

CALLS = [
    ("POST", "/signatures"),
    ("GET", "/submissions"),
    ("GET", "/submissions/{uuid}"),
    ("GET", "/submissions/{uuid}/documents"),
    ("GET", "/submissions/{uuid}/audit"),
    ("DELETE", "/submissions/{uuid}"),
    ("POST", "/submitters/{uuid}/remind"),
    ("POST", "/tokens"),
    ("GET", "/tokens"),
    ("GET", "/tokens/usage"),
    ("DELETE", "/tokens/{uuid}"),
    ("POST", "/webhooks/sent-webhook-url"),
    ("POST", "/webhooks/signed-webhook-url"),
    ("POST", "/webhooks/completed-webhook-url"),
]
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    house, app = built_house(tmp_path_factory.mktemp("house") / "staging")
    with LiveServer(app) as server:
        yield house, f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def schema(served: tuple[House, str]) -> Any:
    _, url = served
    return schemathesis.openapi.from_url(f"{url}{BASE}/openapi.json")


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_does_what_its_documentation_says(
    served: tuple[House, str], schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    house, _ = served
    operation = schema[BASE + path][method]

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        case.call_and_validate(headers=bearer(house.tokens["production"]), checks=CHECKS)

    asked()


def test_every_documented_call_is_asked_for(schema: Any) -> None:
    documented = {
        (method.upper(), path.removeprefix(BASE))
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }
    assert documented == set(CALLS)
