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

from tests.httpkit.live import LiveServer

from .house import House, bearer, built_house, token_of
from .orders import BASE, document, package, task

TASK = "/orders/{orderId}/tasks/{taskId}"
CALLS = [
    ("POST", "/documents"),
    ("GET", "/documents/{documentId}"),
    ("DELETE", "/documents/{documentId}"),
    ("GET", "/archive-documents/{archiveId}"),
    ("DELETE", "/archive-documents/{archiveId}"),
    ("POST", "/orders"),
    ("GET", "/orders/{orderId}"),
    ("DELETE", "/orders/{orderId}"),
    ("GET", f"{TASK}/status"),
    ("GET", f"{TASK}/events"),
    ("GET", f"{TASK}/forwards"),
    ("GET", f"{TASK}/documents/{{documentId}}/original"),
    ("GET", f"{TASK}/documents/{{documentId}}/generated"),
    ("GET", f"{TASK}/documents/{{documentId}}/result"),
    ("GET", "/orders/{orderId}/packaging-tasks/{packagingTaskId}/status"),
    ("GET", "/orders/{orderId}/packaging-tasks/{packagingTaskId}/result"),
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
    headers = bearer(token_of(house.account, house.ports))
    with (
        LiveServer(app) as server,
        httpx2.Client(base_url=f"http://127.0.0.1:{server.port}", headers=headers) as client,
    ):
        house.client = client
        yield house


@pytest.fixture(scope="module")
def schema(house: House) -> Any:
    return schemathesis.openapi.from_url(f"{house.client.base_url}{BASE}/docs/openapi.json")


def things(house: House, path: str) -> dict[str, str]:
    """Things that are there, so that calls get further than 404."""
    ref = house.ref()
    made = house.order(
        task(document(ref, sendResultToArchive=True)), packagingTasks=[package(("1", "doc-1"))]
    )
    house.sign(made)
    house.work()
    archived = house.status(made)["documents"][0]["resultUri"]
    return {
        "documentId": "doc-1" if path.startswith(TASK) else ref,
        "orderId": made["id"],
        "taskId": "1",
        "packagingTaskId": "pack",
        "archiveId": archived.rpartition("/")[2],
    }


@pytest.mark.slow
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize(("method", "path"), CALLS)
def test_a_call_does_what_its_documentation_says(
    house: House, schema: Any, method: str, path: str, mode: GenerationMode
) -> None:
    operation = schema[BASE + path][method]
    ids = things(house, path)

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


def test_what_comes_of_a_text_is_documented_too(house: House, schema: Any) -> None:
    upload = house.upload(b"I pay in time.\n", **{"Content-Type": "text/plain"})
    ref = upload.json()["documentId"]
    made = house.order(task(document(ref), document(house.ref(), id="pdf")))
    house.sign(made)
    house.work()
    ids = {"orderId": made["id"], "taskId": "1", "documentId": "doc-1"}
    key = {"Authorization": house.client.headers["Authorization"]}
    file = f"{TASK}/documents/{{documentId}}"
    types = {}
    for path in (f"{file}/original", f"{file}/result", "/documents/{documentId}"):
        values = {**ids, "documentId": ref} if path.startswith("/documents") else ids
        case = schema[BASE + path]["GET"].Case(path_parameters=values)
        answer = case.call_and_validate(headers=key, checks=CHECKS[:4])
        types[path] = (answer.status_code, answer.headers["content-type"][0].partition(";")[0])
    assert list(types.values()) == [
        (200, "text/plain"),
        (200, "application/x-ltv-sdo"),
        (200, "text/plain"),
    ]


def test_every_documented_call_is_asked_for(schema: Any) -> None:
    documented = {
        (method.upper(), path.removeprefix(BASE))
        for path, methods in schema.raw_schema["paths"].items()
        for method in methods
    }
    assert documented == set(CALLS)
