"""A customer of a running server: sends through the API, signs through the page's own API."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from tests.pdf.samples import contract
from tests.support.processes import wait_until
from tests.support.server import RunningServer

API = "/api/v3"
AREA = {"x": 120, "w": 200, "h": 60, "page": 0}


@dataclass(frozen=True)
class Sent:
    """An envelope as the API answered its creation."""

    id: str
    tasks: list[str]
    names: list[str]
    links: list[str]


@dataclass(frozen=True)
class Customer:
    """An account of an installation, at the address of one of its servers."""

    url: str
    token: str

    def at(self, server: RunningServer) -> Customer:
        """The same account at another server."""
        return Customer(server.url, self.token)

    def call(self, method: str, path: str, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}", **more.pop("headers", {})}
        return httpx2.request(
            method, f"{self.url}{API}/{path}", headers=headers, timeout=60, **more
        )

    def post_envelope(self, names: Sequence[str], **more: Any) -> httpx2.Response:
        """Asks for a contract to be signed by everybody in `names`, each in a place of his own."""
        data = {
            "name": "Lease",
            "signers": json.dumps([_signer(n, i) for i, n in enumerate(names)]),
        }
        data |= more.pop("texts", {})
        files = {"file": ("contract.pdf", contract(), "application/pdf")}
        return self.call("POST", "signatures", data=data, files=files, **more)

    def send(self, *names: str, **more: Any) -> Sent:
        answer = self.post_envelope(names, **more)
        assert answer.status_code == 200, answer.text
        made = answer.json()
        people = made["submitters"]
        ids = [person["uuid"] for person in people]
        links = [person["signatureLink"].partition("?")[0] for person in people]
        return Sent(made["uuid"], ids, list(names), links)

    def read(self, sent: Sent) -> Any:
        answer = self.call("GET", f"submissions/{sent.id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def tell(self, url: str) -> None:
        """Wants all its webhooks at `url`, below the name of each."""
        for event in ("sent", "signed", "completed"):
            path = f"webhooks/{event}-webhook-url"
            self.call("POST", path, json={"url": f"{url}/{event}"}).raise_for_status()

    def is_completed(self, sent: Sent) -> bool:
        return self.read(sent)["auditDocument"] is not None

    def completed_file(self, sent: Sent, folder: Path, *, patience: float = 30) -> Path:
        """The signed file, as soon as everything about the envelope is done."""
        wait_until(lambda: self.is_completed(sent), f"completing {sent.id}", patience=patience)
        (signed,) = self.read(sent)["submitters"][0]["signedDocuments"]
        path = folder / f"{sent.id}.pdf"
        path.write_bytes(httpx2.get(signed["url"], timeout=30).content)
        return path


def _signer(name: str, number: int) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    area = {**AREA, "y": 40 + 80 * number}
    place = {"type": "signature", "name": "Sign here", "document": "contract.pdf", "area": area}
    mail = f"signer{number}@people.example"
    return {"firstname": first, "lastname": last, "email": mail, "fields": [place]}


def new_customer(server: RunningServer) -> Customer:
    made = server.run("account", "create", "--name", "Acme", "--email", "o@acme.example", "--json")
    return Customer(server.url, json.loads(made.stdout)["signature_nc"]["token"])


def sign(link: str, name: str, *, timeout: float = 60) -> httpx2.Response:
    """Signs through the page's JSON API."""
    body = {"method": "typed", "consent": True, "signature": {"text": name}, "fields": {}}
    return httpx2.post(f"{link}/complete", json=body, timeout=timeout)


def sign_all(sent: Sent) -> None:
    for link, name in zip(sent.links, sent.names, strict=True):
        answer = sign(link, name)
        assert answer.status_code == 200, answer.text
