"""A customer of a running server: calls as their programs do, signs as their recipients do."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.pdf.samples import contract
from tests.support.processes import wait_until
from tests.support.server import RunningServer

from .house import ABSENT

PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfz0AEYBxV"
    "SF+FABJADveWkH6oAAAAAElFTkSuQmCC"
)


@dataclass
class Customer:
    """One company of a server, with a client that has its key."""

    server: RunningServer
    account: str
    company: str
    key: str
    api: httpx2.Client

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Of the own company: `/cases/get`, or `/v3/…` for `/v3/company/{company}/…`."""
        if path.startswith("/v3"):
            return self.api.request(
                method, f"/v3/company/{self.company}{path.removeprefix('/v3')}", **more
            )
        return self.api.request(method, f"/api/v2/{self.company}{path}", **more)

    def post(self, **changes: Any) -> Any:
        values = {
            "title": "NDA Vega",
            "settings": {},
            "recipients": [{"name": "Kim Holm", "email": "kim@firm.example"}],
            "documents": [inline()],
            **changes,
        }
        body = {name: value for name, value in values.items() if value is not ABSENT}
        return self.call("POST", "/case/create", json=body)

    def create(self, **changes: Any) -> Any:
        answer = self.post(**changes)
        assert answer.status_code == 200, answer.text
        return answer.json()["contract"]

    def read(self, made: Any) -> Any:
        return self.call("GET", f"/case/{made['_id']}/get").json()["case"]

    def when(self, made: Any, status: str) -> Any:
        """The case once it is `signed`, with its files, or whatever else is waited for."""

        def is_there() -> bool:
            time.sleep(0.3)  # a hundred calls a minute are all there are
            found = self.read(made)
            files = bool(found["signedDocuments"]) or status != "signed"
            return bool(found["case_status"] == status) and files

        wait_until(is_there, f"a case that is {status}", patience=30)
        return self.read(made)

    def fetch(self, url: str) -> bytes:
        answer = self.call("POST", "/v3/file/view-presigned-url", json={"url": url})
        assert answer.status_code == 200, answer.text
        return bytes(httpx2.get(answer.json()["signedUrl"]).content)

    def mails(self, to: str) -> list[Any]:
        answer = httpx2.get(f"{self.server.url}/sandbox/mail.json", params={"to": to})
        return list(answer.json()["messages"])


def inline(data: bytes | None = None, **changes: Any) -> dict[str, Any]:
    content = base64.b64encode(contract() if data is None else data).decode()
    return {"name": "nda.pdf", "file": content, "fileIsBlob": True, **changes}


def sign(person: Any, **more: Any) -> None:
    """Through the signing page's own API."""
    link = person["signingUrl"]
    httpx2.post(f"{link}/open", json={}).raise_for_status()
    body = {"method": "drawn", "consent": True, "signature": {"image": PIXEL}, "fields": {}, **more}
    answer = httpx2.post(f"{link}/complete", json=body, timeout=30)
    assert answer.status_code == 200, answer.text


def new_customer(server: RunningServer) -> Customer:
    made = server.run(
        "account", "create", "--name", "Acme Limited", "--email", "owner@acme.example", "--json"
    )
    keys = json.loads(made.stdout)
    company, key = keys["nextsign"]["company"], keys["nextsign"]["api_key"]
    headers = {"Authorization": f"Bearer {key}"}
    client = httpx2.Client(base_url=server.url, headers=headers, timeout=60)
    return Customer(server, keys["account"]["id"], company, key, client)
