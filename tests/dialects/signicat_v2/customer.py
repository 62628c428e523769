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

from .house import COLLECTIONS, DOCUMENTS, PADES, SESSIONS, ok, request

NIN = "199001012385"  # valid, and nobody's


@dataclass
class Customer:
    """`api` calls the server with a token."""

    server: RunningServer
    client_id: str
    client_secret: str = field(repr=False)
    api: httpx2.Client

    def log_in(self) -> str:
        """A new token, which `api` uses from now on."""
        answer = self.api.post(
            "/auth/open/connect/token",
            data={"grant_type": "client_credentials", "scope": "signicat-api"},
            auth=(self.client_id, self.client_secret),
        )
        token = str(ok(answer)["access_token"])
        self.api.headers["Authorization"] = f"Bearer {token}"
        return token

    def upload(self, data: bytes | None = None) -> str:
        headers = {"Content-Type": "application/pdf"}
        made = ok(self.api.post(DOCUMENTS, content=data or contract(), headers=headers))
        return str(made["documentId"])

    def collection(self, *documents: str) -> tuple[str, ...]:
        """Its id, and those of its documents."""
        ids = documents or (self.upload(),)
        body = {"documents": [{"documentId": id} for id in ids], "packageTo": PADES}
        return (ok(self.api.post(COLLECTIONS, json=body))["id"], *ids)

    def session(self, *places: tuple[str, ...], **changes: Any) -> Any:
        (made,) = ok(self.api.post(SESSIONS, json=[request(*places, **changes)]))
        return made

    def read(self, session: Any) -> Any:
        return ok(self.api.get(f"{SESSIONS}/{session['id']}"))

    def state(self, session: Any) -> str:
        return str(self.read(session)["lifecycle"]["state"])

    def package_of(self, path: str) -> bytes:
        """The package of a session or collection, once it is there."""

        def packages() -> Any:
            return ok(self.api.get(path))["output"]["packages"]

        wait_until(lambda: packages() != [], "the package", patience=30)
        return self.download(packages()[0]["resultDocumentId"])

    def download(self, id: str) -> bytes:
        answer = self.api.get(f"{DOCUMENTS}/{id}")
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)


def new_customer(server: RunningServer) -> Customer:
    made = server.run("account", "create", "--name", "Acme", "--email", "o@acme.example", "--json")
    client = json.loads(made.stdout)["signicat"]
    api = httpx2.Client(base_url=server.url, timeout=60)
    customer = Customer(server, client["client_id"], client["client_secret"], api)
    customer.log_in()
    return customer


def prove(link: str, name: str, idp: str = "nbid", **who: str) -> Any:
    """What a sandbox's eID is told instead of asking the person."""
    simulate = {"simulate": {"name": name, **who}}
    return httpx2.post(f"{link}/identity/{idp}", json=simulate, timeout=60)


def act(link: str, idp: str = "nbid") -> Any:
    return httpx2.post(f"{link}/complete", json={"method": idp, "consent": True}, timeout=60)


def sign(session: Any, name: str, idp: str = "nbid", **who: str) -> Any:
    """Through the signing page's own API; returns what the page is told."""
    link = session["signatureUrl"]
    httpx2.post(f"{link}/open", json={}).raise_for_status()
    prove(link, name, idp, **who).raise_for_status()
    answer = act(link, idp)
    assert answer.status_code == 200, answer.text
    return answer.json()


def kept(data: bytes, folder: Path) -> Path:
    path = folder / "result.pdf"
    path.write_bytes(data)
    return path
