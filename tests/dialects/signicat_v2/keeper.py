"""A whole installation whose account has a service that keeps people's keys, and those people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from countersign.dialects.signicat_v2.auth import API
from countersign.domain.account import Account
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from tests.pdf.samples import contract
from tests.support.csc import CscServer, csc_server
from tests.support.installed import Installed, installed
from tests.support.own_keys import KeyBrowser, service_of
from tests.support.processes import wait_until
from tests.support.publishing import Published, publishing

from .house import COLLECTIONS, DOCUMENTS, PADES, SESSIONS, ok, request

PKI = [{"signingFlow": "PKISIGNING", "vendor": "NBID"}]
LOGIN = [{"signingFlow": "AUTHENTICATION_BASED", "identityProviders": [{"idpName": "nbid"}]}]


@dataclass
class Client:
    """A program of one account."""

    house: Installed
    account: Account
    headers: Mapping[str, str] = field(repr=False)

    def call(self, method: str, path: str, **more: Any) -> Any:
        headers = {**self.headers, **more.pop("headers", {})}
        return self.house.client.request(method, path, headers=headers, **more)

    def collection(
        self, data: bytes | None = None, media_type: str = "application/pdf", documents: int = 1
    ) -> tuple[str, ...]:
        ids = []
        for _ in range(documents):
            headers = {"Content-Type": media_type}
            sent = self.call("POST", DOCUMENTS, content=data or contract(), headers=headers)
            ids.append(ok(sent)["documentId"])
        body = {"documents": [{"documentId": id} for id in ids], "packageTo": PADES}
        return (ok(self.call("POST", COLLECTIONS, json=body))["id"], *ids)

    def ask(self, *places: tuple[str, ...], **changes: Any) -> Any:
        asked = request(*places, **{"signingSetup": PKI, **changes})
        return self.call("POST", SESSIONS, json=[asked])

    def session(self, *places: tuple[str, ...], **changes: Any) -> Any:
        return ok(self.ask(*places, **changes))[0]

    def read(self, session: Any) -> Any:
        return ok(self.call("GET", f"{SESSIONS}/{session['id']}"))

    def state(self, session: Any) -> str:
        return str(self.read(session)["lifecycle"]["state"])

    def download(self, id: str) -> bytes:
        answer = self.call("GET", f"{DOCUMENTS}/{id}")
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)

    def result(self, session: Any) -> bytes:
        (signature,) = self.read(session)["output"]["signatures"]
        return self.download(signature["resultDocumentId"])

    def package(self, place: tuple[str, ...]) -> bytes:
        """The collection's, once it is there."""

        def packages() -> Any:
            return ok(self.call("GET", f"{COLLECTIONS}/{place[0]}"))["output"]["packages"]

        wait_until(lambda: packages() != [], "the package", patience=30)
        return self.download(packages()[0]["resultDocumentId"])


def link(session: Any) -> str:
    return urlsplit(session["signatureUrl"]).path


def client_of(house: Installed, name: str = "Acme") -> Client:
    """Of a new account."""
    account = create_account(name, "owner@acme.example", house.ports)
    command = CreateCredential(account_id=account.id, api=API, name="client", client_prefix="prod-")
    made = create_credential(command, house.ports)
    answer = house.client.post(
        "/auth/open/connect/token",
        data={"grant_type": "client_credentials"},
        auth=(made.credential.id, made.secret),
    )
    headers = {"Authorization": f"Bearer {ok(answer)['access_token']}"}
    return Client(house, account, headers)


@dataclass
class Place:
    """All of it. `lists` are what the people's authority publishes."""

    house: Installed
    service: CscServer
    client: Client
    lists: Published

    def browser(self) -> KeyBrowser:
        return KeyBrowser(self.house.client, self.service, link)


@contextmanager
def kept_keys(
    folder: Path, opened: Any = installed, *, publishes: bool = True, **settings: Any
) -> Iterator[Place]:
    """`opened` is `installed`, or `live` for browsers; `publishes`: certificates say where their
    authority tells of revocation."""
    with (
        publishing() as (url, lists),
        csc_server(folder, url if publishes else "") as service,
        opened(folder / "data", **settings) as house,
    ):
        lists.update(service.authority.published())
        client = client_of(house)
        service_of(client.account, service, house)
        yield Place(house, service, client, lists)
