"""Documents created through the Signeum API, with as many keys as its limit makes necessary."""

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

from bench.servers import Bench
from countersign.adapters.database.accounts import Credentials
from countersign.adapters.database.engine import Database
from countersign.adapters.database.transaction import Transaction
from countersign.domain.account import Credential
from countersign.usecases.create_credential import hash_secret

KEYS = 250  # a hundred calls a minute each: enough for a minute at 400 a second


def creates(bench: Bench, pdf: bytes) -> Iterator[bytes]:
    """A PDF inside of JSON, two signers in order, in a project that mails nobody."""
    made = bench.server.run(
        "account", "create", "--name", "Bench", "--email", "b@example.test", "--json"
    )
    given = json.loads(made.stdout)["signeum"]
    account = _Account(bench.server.port, given["organization_id"], given["api_key"])
    path = f"{account.path}/projects/{account.silent_project()}/documents"
    body = json.dumps(_document(pdf)).encode()
    return cycle([_request(path, key, body) for key in _keys(bench, account.id)])


@dataclass(frozen=True)
class _Account:
    port: int
    id: str
    key: str

    @property
    def path(self) -> str:
        return f"/api/v1/organizations/{self.id}"

    def silent_project(self) -> str:
        settings = {"emailNotificationsEnabled": False}
        body = json.dumps({"name": "Bench", "settings": settings}).encode()
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request("POST", f"{self.path}/projects", body, headers)
            answer = connection.getresponse().read()
        project: str = json.loads(answer)["project"]["id"]
        return project


def _document(pdf: bytes) -> dict[str, Any]:
    people = [
        {"name": name, "email": "p@example.test", "role": "signer", "signingOrder": order}
        for order, name in enumerate(("Åsa Öberg", "Bo Ek"), start=1)
    ]
    content = base64.b64encode(pdf).decode()
    document = {"type": "base64", "content": content}
    return {"name": "Contract", "document": document, "participants": people}


def _request(path: str, key: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _keys(bench: Bench, account_id: str) -> list[str]:
    server = bench.server
    file = f"sqlite:///{server.data / 'countersign.db'}"
    url = server.environment.get("COUNTERSIGN_DATABASE_URL", file)
    keys = [f"ds_bench_{number}" for number in range(KEYS)]
    with closing(Database(url)) as database, Transaction(database) as transaction:
        for key in keys:
            Credentials(transaction).add(_credential(account_id, key))
        transaction.commit()
    return keys


def _credential(account_id: str, key: str) -> Credential:
    return Credential(
        id=key,
        account_id=account_id,
        api="signeum",
        name=key,
        secret_hash=hash_secret(key),
        created_at=datetime.now(UTC),
    )
