"""A program whose client was generated from this API's own documentation goes the whole way."""

from __future__ import annotations

import importlib
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.pdf.samples import contract
from tests.support.generated_client import generated_client
from tests.support.processes import wait_until
from tests.support.server import RunningServer
from tests.support.signed import assert_verified

from .customer import Customer, kept, new_customer, sign
from .orders import BASE, document, mail, order, package, task

pytestmark = pytest.mark.slow

Part = Callable[[str], Any]


@pytest.fixture(scope="module")
def customer(running_server: RunningServer) -> Iterator[Customer]:
    made = new_customer(running_server)
    yield made
    made.api.close()


@pytest.fixture(scope="module")
def part(running_server: RunningServer, tmp_path_factory: Any) -> Part:
    """Imports a module of the generated client."""
    spec = httpx2.get(f"{running_server.url}{BASE}/docs/openapi.json").content
    client = generated_client(spec, tmp_path_factory.mktemp("generated"), "sign_v1")
    return lambda name: importlib.import_module(f"{client.__name__}.{name}")


def test_a_generated_client_drives_an_order_to_its_end(
    customer: Customer, part: Part, tmp_path: Path
) -> None:
    models, files = part("models"), part("types")
    with part("client").AuthenticatedClient(customer.server.url, customer.log_in()) as client:
        call = {"client": client}

        def ask(name: str, **given: Any) -> Any:
            return part(f"api.{name}").sync(**call, **given)

        upload = files.File(payload=io.BytesIO(contract()))
        stored = ask("session_data_storage.upload_document", body=upload)
        asked = order(
            task(document(stored.document_id, sendResultToArchive=True), notifications=[mail()]),
            packagingTasks=[package(("1", "doc-1"))],
        )
        made = ask("signing_orders.create_order", body=models.SigningOrder.from_dict(asked))
        sign(made.to_dict(), "Åsa Öberg")
        of_task = {"order_id": made.id, "task_id": made.tasks[0].id}
        status = ask("tasks.read_task_status", **of_task)
        assert (status.task_status, status.documents[0].form_output_param) == ("COMPLETED", [])
        events = ask("tasks.list_task_events", **of_task)
        assert "DOCUMENT_SIGNED" in [event.event_type for event in events]
        assert ask("tasks.list_task_forwards", **of_task) == []
        of_package = {"order_id": made.id, "packaging_task_id": "pack"}

        def packaged() -> bool:
            found = ask("packaging_tasks.read_packaging_status", **of_package)
            return bool(found.packaging_task_status == "COMPLETED")

        wait_until(packaged, "the package", patience=30)
        whole = ask("packaging_tasks.read_packaging_result", **of_package).payload.read()
        assert_verified(kept(whole, tmp_path), ["Åsa Öberg"], customer.server.data)
        assert ask("signing_orders.delete_order", order_id=made.id) is None
        archive_id = status.documents[0].result_uri.rpartition("/")[2]
        archived = ask("archive.read_archived", archive_id=archive_id).payload.read()
        assert whole.startswith(archived)
        assert ask("signing_orders.read_order", order_id=made.id).status == 404
        wrong = models.SigningOrder.from_dict({**asked, "daysUntilDeletion": 99})
        (refused,) = ask("signing_orders.create_order", body=wrong).violations
        assert refused.property_path == "daysUntilDeletion"
