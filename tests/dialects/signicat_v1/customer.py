"""A client of a running server, and the people whom it asks to sign."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.pdf.samples import contract
from tests.support.processes import wait_until
from tests.support.server import RunningServer

from .orders import DOCUMENTS, ORDERS, document, ok, order, task

NIN = "199001012385"  # valid, and nobody's


@dataclass
class Customer:
    """`api` calls the server with a token."""

    server: RunningServer
    client_id: str
    client_secret: str = field(repr=False)
    api: httpx2.Client
    account_id: str = ""

    def log_in(self) -> str:
        """A new token, which `api` uses from now on."""
        answer = self.api.post(
            "/auth/open/connect/token",
            data={"grant_type": "client_credentials", "scope": "client.signature"},
            auth=(self.client_id, self.client_secret),
        )
        token = str(ok(answer)["access_token"])
        self.api.headers["Authorization"] = f"Bearer {token}"
        return token

    def upload(self, data: bytes | None = None, media: str = "application/pdf") -> str:
        headers = {"Content-Type": media}
        made = ok(self.api.post(DOCUMENTS, content=data or contract(), headers=headers))
        return str(made["documentId"])

    def order(self, *tasks: dict[str, Any], **changes: Any) -> Any:
        """A new one; by default one person signs one document."""
        given = tasks or (task(document(self.upload())),)
        answer = self.api.post(ORDERS, json=order(*given, **changes))
        assert answer.status_code == 201, answer.text
        return answer.json()

    def status(self, made: Any, task: str = "1") -> Any:
        return ok(self.api.get(f"{ORDERS}/{made['id']}/tasks/{task}/status"))

    def state(self, made: Any, task: str = "1") -> str:
        return str(self.status(made, task)["taskStatus"])

    def events(self, made: Any, task: str = "1") -> list[str]:
        found = ok(self.api.get(f"{ORDERS}/{made['id']}/tasks/{task}/events"))
        return [event["eventType"] for event in found]

    def package(self, made: Any, id: str = "pack") -> bytes:
        """Once it is there."""
        path = f"{ORDERS}/{made['id']}/packaging-tasks/{id}/status"

        def is_there() -> bool:
            return bool(ok(self.api.get(path))["packagingTaskStatus"] == "COMPLETED")

        wait_until(is_there, "the package", patience=30)
        return self.download(ok(self.api.get(path))["packagingTaskResultUri"])

    def download(self, uri: str) -> bytes:
        answer = self.api.get(uri)
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)

    def result(self, made: Any, task: str = "1", place: int = 0) -> bytes:
        return self.download(self.status(made, task)["documents"][place]["resultUri"])


def new_customer(server: RunningServer) -> Customer:
    made = server.run("account", "create", "--name", "Acme", "--email", "o@acme.example", "--json")
    shown = json.loads(made.stdout)
    client, account_id = shown["signicat"], shown["account"]["id"]
    api = httpx2.Client(base_url=server.url, timeout=60)
    customer = Customer(server, client["client_id"], client["client_secret"], api, account_id)
    customer.log_in()
    return customer


def address_of(made: Any, task: str = "1") -> str:
    (found,) = (each for each in made["tasks"] if each["id"] == task)
    return str(found["signingUrl"])


def link_of(made: Any, task: str = "1") -> str:
    """Below which the signing page's own API is."""
    return address_of(made, task).partition("?")[0]


def prove(link: str, name: str, idp: str = "nbid", **who: str) -> Any:
    """What a sandbox's eID is told instead of asking the person."""
    simulate = {"simulate": {"name": name, **who}}
    return httpx2.post(f"{link}/identity/{idp}", json=simulate, timeout=60)


def act(link: str, method: str = "nbid", **given: Any) -> Any:
    body = {"method": method, "consent": True, **given}
    return httpx2.post(f"{link}/complete", json=body, timeout=60)


def sign(made: Any, name: str, task: str = "1", idp: str = "nbid", **who: str) -> Any:
    """Through the signing page's own API; returns what the page is told."""
    link = link_of(made, task)
    httpx2.post(f"{link}/open", json={}).raise_for_status()
    prove(link, name, idp, **who).raise_for_status()
    answer = act(link, idp)
    assert answer.status_code == 200, answer.text
    return answer.json()


def kept(data: bytes, folder: Path) -> Path:
    path = folder / "result.pdf"
    path.write_bytes(data)
    return path
