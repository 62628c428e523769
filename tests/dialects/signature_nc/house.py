"""The dialect's application over fakes, with everything that a test drives it by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countersign import httpkit
from countersign.dialects.signature_nc import DIALECT
from countersign.domain.account import PRODUCTION, TEST, Account
from countersign.domain.envelope import Envelope
from countersign.domain.task import Visitor
from countersign.httpkit import ByPrefix, RequestId, Runtime
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.decline_task import decline_task
from countersign.usecases.open_task import open_task
from countersign.usecases.ports import Ports
from countersign.usecases.sign_task import SignTask, sign_task
from tests.usecases.fake_engine import pdf
from tests.usecases.world import World

BASE = "/api/v3"
LARGEST = 1 << 20
PHONE = Visitor(ip="192.0.2.7", user_agent="Phone", locale="fr-NC")
ABSENT = object()


@dataclass
class House:
    """One running dialect. `client` calls it with the production token of the first account."""

    ports: Ports
    dialect: httpkit.Dialect
    client: TestClient
    account: Account
    tokens: dict[str, str]
    world: World

    def post(self, **changes: Any) -> Any:
        """POST /signatures with a good request that is changed; ABSENT leaves a part out."""
        headers = changes.pop("headers", None)
        files, texts = parts(**changes)
        return self.client.post(f"{BASE}/signatures", files=files, data=texts, headers=headers)

    def create(self, **changes: Any) -> dict[str, Any]:
        answer = self.post(**changes)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def create_several(self, *names: str) -> dict[str, Any]:
        """One submission after the other, a minute apart; by name."""
        made = {}
        for name in names:
            self.pass_time(1 / 60)
            made[name] = self.create(name=name)
        return made

    def read(self, uuid: str) -> dict[str, Any]:
        answer = self.client.get(f"{BASE}/submissions/{uuid}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def open(self, submitter: dict[str, Any]) -> Envelope:
        return open_task(submitter["uuid"], PHONE, self.ports)

    def sign(self, submitter: dict[str, Any]) -> Envelope:
        command = SignTask(
            task_id=submitter["uuid"], method="typed", consent="I agree", visitor=PHONE, text="L R"
        )
        return sign_task(command, self.ports)

    def refuse(self, submitter: dict[str, Any]) -> Envelope:
        return decline_task(submitter["uuid"], "Wrong price", PHONE, self.ports)

    def work(self) -> None:
        """Does every job that is due."""
        self.world.work(self.ports)

    def token(self, environment: str = PRODUCTION, quota: int | None = None) -> str:
        """Another one of the same account."""
        return token_of(self.account, self.ports, environment, quota)

    def pass_time(self, hours: float) -> None:
        self.world.now += timedelta(hours=hours)


def parts(**changes: Any) -> tuple[list[Any], dict[str, str]]:
    """A good request as multipart parts, with `changes`."""
    files = changes.pop("files", [("contract.pdf", pdf())])
    texts = {"name": "Quote 12", "signers": [signer()], **changes}
    signers = texts["signers"]
    if signers is not ABSENT and not isinstance(signers, str):
        texts["signers"] = json.dumps(signers)
    sent = {name: text for name, text in texts.items() if text is not ABSENT}
    return [("file", (*each, "application/pdf")[:3]) for each in files], sent


def signer(**changes: Any) -> dict[str, Any]:
    values = {"firstname": "Lea", "lastname": "Roux", "fields": [field()], **changes}
    return {name: value for name, value in values.items() if value is not ABSENT}


def field(**changes: Any) -> dict[str, Any]:
    values = {
        "type": "signature",
        "name": "Sign here",
        "document": "contract.pdf",
        "area": area(),
        **changes,
    }
    return {name: value for name, value in values.items() if value is not ABSENT}


def area(**changes: Any) -> dict[str, Any]:
    values = {"x": 120, "y": 640, "w": 200, "h": 80, "page": 0, **changes}
    return {name: value for name, value in values.items() if value is not ABSENT}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def token_of(
    account: Account, ports: Ports, environment: str = PRODUCTION, quota: int | None = None
) -> str:
    with ports.unit_of_work() as uow:
        count = len(uow.credentials.of_account(account.id, DIALECT.name))
    command = CreateCredential(
        account_id=account.id,
        api=DIALECT.name,
        name=f"token {count}",
        environment=environment,
        quota=quota,
    )
    return create_credential(command, ports).secret


def built_house(staging: Path, **settings: Any) -> tuple[House, ASGIApp]:
    """A house and its application, whose lifespan is the caller's business. `settings` are the
    account's."""
    world = World()
    ports = world.ports(DIALECT)
    account = create_account("Max Own Company", "max@own.example", ports)
    account = replace(account, settings=settings)
    with ports.unit_of_work() as uow:
        uow.accounts.save(account)
        uow.commit()
    tokens = {}
    for kind in (PRODUCTION, TEST):
        tokens[kind] = token_of(account, ports, kind)
        world.now += timedelta(minutes=1)
    runtime = Runtime(staging, handler_threads=4)
    dialect = DIALECT.build(ports, runtime, largest_file=LARGEST)
    app = RequestId(ByPrefix(dict.fromkeys(DIALECT.prefixes, dialect.app), runtime.lifespan))
    headers = bearer(tokens[PRODUCTION]) | {"Accept-Language": "sv-SE,sv;q=0.9"}
    client = TestClient(app, headers=headers, raise_server_exceptions=False)
    return House(ports, dialect, client, account, tokens, world), app


@contextmanager
def opened_house(staging: Path, **settings: Any) -> Iterator[House]:
    """A running house."""
    house, _ = built_house(staging, **settings)
    with house.client:
        yield house
