"""An organization that sends through the Signeum API of a running server."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.pdf.samples import contract
from tests.support.server import RunningServer


@dataclass(frozen=True)
class Organization:
    """`url` is the API's address of this organization, `key` its credential."""

    url: str
    key: str

    def call(self, method: str, path: str, **more: Any) -> Any:
        """What the API answers, or an assertion that says why not."""
        headers = {"authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        answer = httpx2.request(method, self.url + path, headers=headers, timeout=60, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def project(self, name: str = "Letting", **settings: Any) -> str:
        """The id of a new project with these settings."""
        made = self.call("POST", "/projects", json={"name": name, "settings": settings})
        return str(made["project"]["id"])

    def set_logo(self, project: str, png: bytes) -> None:
        headers = {"content-type": "image/png"}
        self.call("PUT", f"/projects/{project}/logo", content=png, headers=headers)

    def send(self, project: str, people: Sequence[dict[str, Any]], **more: Any) -> list[str]:
        """A contract to sign; the links of the `people`, each {name, email, role, …}."""
        document = {"type": "base64", "content": base64.b64encode(contract()).decode()}
        body = {"name": "Lease of flat 12", "document": document, "participants": people, **more}
        made = self.call("POST", f"/projects/{project}/documents", json=body)
        return [one["signingUrl"] for one in made["signingUrls"]]


def person(name: str, role: str = "signer", **more: Any) -> dict[str, Any]:
    mail = name.split()[0].lower() + "@people.example"
    return {"name": name, "email": mail, "role": role, **more}


def new_organization(server: RunningServer, name: str = "Fjord Homes") -> Organization:
    mail = "owner@fjord.example"
    made = server.run("account", "create", "--name", name, "--email", mail, "--json")
    keys = json.loads(made.stdout)["signeum"]
    base = f"{server.url}/api/v1/organizations/{keys['organization_id']}"
    return Organization(base, keys["api_key"])
