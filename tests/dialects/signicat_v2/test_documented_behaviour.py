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
from schemathesis.transport.serialization import serialize_binary

from tests.httpkit.live import LiveServer

from .house import BASE, House, bearer, built_house, token_of

ONE, COLLECTION, SESSION = "/{documentId}", "/{documentCollectionId}", "/{sessionId}"
CALLS = [
    ("POST", "/documents"),
    ("GET", f"/documents{ONE}"),
    ("DELETE", f"/documents{ONE}"),
    ("PATCH", f"/documents{ONE}/metadata"),
    ("GET", f"/documents{ONE}/metadata"),
    ("POST", "/document-collections"),
    ("GET", f"/document-collections{COLLECTION}"),
    ("DELETE", f"/document-collections{COLLECTION}"),
    ("POST", "/signing-sessions"),
    ("GET", "/signing-sessions"),
    ("GET", f"/signing-sessions{SESSION}"),
    ("PATCH", f"/signing-sessions{SESSION}"),
    ("DELETE", f"/signing-sessions{SESSION}"),
    ("POST", "/merchant-signing"),
    ("GET", "/archive-documents/{archiveId}"),
]
CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    ignored_auth,
)


@schemathesis.serializer(
    "application/pdf", "text/plain", "text/markdown", "application/xml", "text/xml"
)
def as_it_is(_context: Any, value: Any) -> bytes:
    return serialize_binary(value)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Served over a socket."""
    house, app = built_house(tmp_path_factory.mktemp("house") / "staging")
    headers = bearer(token_of(house.account, house.ports))
    with (
        LiveServer(app) as server,
        httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers) as client,
    ):
        house.client = client
        yield house


@pytest.fixture(scope="module")
def schema(house: House) -> Any:
    return schemathesis.openapi.from_url(
        str(house.client.base_url.join(f"{BASE}/docs/openapi.json"))
    )


def things(house: House) -> dict[str, str]:
    """Things that are there, so that calls get further than 404."""
    place = house.collection(package=False)
    made = house.session(place)
    archive = {"sendSignatureResultsToArchive": True, "retentionPeriod": "P1Y"}
    kept = house.session(place, archive=archive)
    house.sign(kept)
    return {
        "documentId": house.document("loose"),
        "documentCollectionId": place[0],
        "sessionId": made["id"],
        "archiveId": house.read(kept)["output"]["signatures"][0]["archiveId"],
    }


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_does_what_its_documentation_says(
    house: House, schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[BASE + path][method]
    ids = things(house)

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
        (method.upper(), path.removeprefix(BASE))
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }
    assert documented == set(CALLS)
