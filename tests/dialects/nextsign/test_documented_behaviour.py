"""What the OpenAPI document says is what happens: schemathesis asks for it, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
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

from countersign.domain.short_id import short_id
from tests.httpkit.live import LiveServer

from .house import House, bearer, built_house, key_of
from .test_forms import form

CASE, FORM = "/api/v2/{company}/case", "/api/v2/{company}/forms/{form_id}"
CALLS = [
    ("GET", f"{FORM}/get"),
    ("GET", f"{FORM}/tags/get"),
    ("POST", f"{FORM}/submit"),
    ("GET", "/api/v2/{company}/cases/get"),
    ("GET", f"{CASE}/{{case_id}}/get"),
    ("GET", "/api/v2/{company}/cases/{case_ids}/get"),
    ("POST", f"{CASE}/create"),
    ("GET", f"{CASE}/{{case_id}}/delete"),
    ("POST", "/v3/company/{company}/file/upload"),
    ("POST", "/v3/company/{company}/file/view-presigned-url"),
    ("POST", "/api/v2/document/convert"),
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
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Served over a socket."""
    house, app = built_house(tmp_path_factory.mktemp("house") / "staging")
    headers = bearer(key_of(house.account, house.ports))
    with (
        LiveServer(app) as server,
        httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers) as client,
    ):
        house.client = client
        yield house


@pytest.fixture(scope="module")
def ids(house: House) -> dict[str, str]:
    """Things that are there, so that calls get further than 404."""
    made = house.create()
    house.open(made["recipients"][0])
    house.work()
    return {
        "company": house.company,
        "case_id": made["_id"],
        "case_ids": made["_id"],
        "form_id": short_id(form(house).id),
    }


@pytest.fixture(scope="module")
def schema(house: House) -> Any:
    return schemathesis.openapi.from_url(str(house.client.base_url.join("/api/v2/openapi.json")))


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_does_what_its_documentation_says(
    house: House,
    schema: Any,
    ids: dict[str, str],
    method: str,
    path: str,
    mode: GenerationMode,
) -> None:
    operation = schema[path][method]

    @settings(
        max_examples=20,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def asked(case: Any) -> None:
        case.path_parameters = {name: ids[name] for name in case.path_parameters or {}}
        key = {"Authorization": house.client.headers["Authorization"]}
        case.call_and_validate(headers=key, checks=CHECKS)

    asked()


def test_every_documented_call_is_asked_for(schema: Any) -> None:
    documented = {
        (method.upper(), path)
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }
    assert documented == set(CALLS)
