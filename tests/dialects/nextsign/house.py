"""The dialect's application over fakes, with everything that a test drives it by."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countersign import httpkit
from countersign.dialects.nextsign import DIALECT
from countersign.dialects.nextsign.auth import KEY_PREFIX
from countersign.domain.account import Account
from countersign.domain.short_id import long_id, short_id
from countersign.domain.task import Visitor
from countersign.httpkit import ByPrefix, RequestId, Runtime
from countersign.httpkit.rate_limit import Hit, unlimited
from countersign.pages import downloads
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.decline_task import decline_task
from countersign.usecases.identity_port import IdentityProviders
from countersign.usecases.open_task import open_task
from countersign.usecases.ports import Ports
from countersign.usecases.sign_task import SignTask, sign_task
from tests.usecases.fake_engine import pdf
from tests.usecases.world import World

LARGEST = 60 << 20
PHONE = Visitor(ip="192.0.2.7", user_agent="Phone", locale="da-DK")
ABSENT = object()
PNG = b"\x89PNG\r\n\x1a\n drawn"


@dataclass
class House:
    """One running dialect. `client` calls it with the key of `account`."""

    ports: Ports
    dialect: httpkit.Dialect
    client: Any
    account: Account
    world: World

    @property
    def company(self) -> str:
        return short_id(self.account.id)

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Of the own company: `/cases/get`, or `/v3` for `/v3/company/{company}`."""
        if path.startswith("/v3"):
            whole = f"/v3/company/{self.company}{path.removeprefix('/v3')}"
        else:
            whole = f"/api/v2/{self.company}{path}"
        return self.client.request(method, whole, **more)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, **changes: Any) -> Any:
        """Asks for a case in a way that is good but for what is changed; ABSENT leaves a value
        out."""
        return self.call("POST", "/case/create", json=request(**changes))

    def create(self, **changes: Any) -> dict[str, Any]:
        answer = self.post(**changes)
        assert answer.status_code == 200, answer.text
        made: dict[str, Any] = answer.json()["contract"]
        return made

    def read(self, made: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/case/{made['_id']}/get")["case"]
        return found

    def open(self, person: dict[str, Any]) -> None:
        open_task(long_id(person["_id"]), PHONE, self.ports)

    def sign(self, person: dict[str, Any], method: str = "drawn") -> None:
        command = SignTask(
            task_id=long_id(person["_id"]),
            method=method,
            consent="I agree",
            visitor=PHONE,
            image=PNG,
        )
        sign_task(command, self.ports)

    def deny(self, person: dict[str, Any], reason: str = "Wrong price") -> None:
        decline_task(long_id(person["_id"]), reason, PHONE, self.ports)

    def work(self) -> None:
        """Does every job that is due."""
        self.world.work(self.ports)

    def pass_time(self, **span: float) -> None:
        """And does what comes due in it, day by day."""
        until = self.world.now + timedelta(**span)
        while self.world.now < until:
            self.world.now = min(until, self.world.now + timedelta(days=1))
            self.work()


def request(**changes: Any) -> dict[str, Any]:
    values = {
        "title": "NDA Vega",
        "settings": {},
        "recipients": [person()],
        "documents": [document()],
        **changes,
    }
    return {name: value for name, value in values.items() if value is not ABSENT}


def person(**changes: Any) -> dict[str, Any]:
    values = {"name": "Kim Holm", "email": "kim@firm.example", **changes}
    return {name: value for name, value in values.items() if value is not ABSENT}


def document(data: bytes | None = None, **changes: Any) -> dict[str, Any]:
    content = base64.b64encode(pdf() if data is None else data).decode()
    values = {"name": "nda.pdf", "file": content, "fileIsBlob": True, **changes}
    return {name: value for name, value in values.items() if value is not ABSENT}


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def key_of(account: Account, ports: Ports, quota: int | None = None) -> str:
    with ports.unit_of_work() as uow:
        count = len(uow.credentials.of_account(account.id, DIALECT.name))
    command = CreateCredential(
        account_id=account.id,
        api=DIALECT.name,
        name=f"key {count}",
        prefix=KEY_PREFIX,
        quota=quota,
    )
    return create_credential(command, ports).secret


def built_house(
    staging: Path, *, hit: Hit = unlimited, offered: IdentityProviders | None = None
) -> tuple[House, ASGIApp]:
    """A house and its application, whose lifespan is the caller's business; `offered` are its
    eIDs."""
    world = World()
    ports = world.ports(DIALECT)
    ports = replace(ports, identity=offered or ports.identity)
    account = create_account("Acme Limited", "owner@acme.example", ports)
    key = key_of(account, ports)
    runtime = Runtime(staging, handler_threads=4, hit=hit)
    dialect = DIALECT.build(ports, runtime, largest_file=LARGEST)
    apps = dict.fromkeys(DIALECT.prefixes, dialect.app) | {"/d": downloads.build(ports, runtime)}
    app = RequestId(ByPrefix(apps, runtime.lifespan))
    client = TestClient(app, headers=bearer(key), raise_server_exceptions=False)
    return House(ports, dialect, client, account, world), app


@contextmanager
def opened_house(staging: Path, *, hit: Hit = unlimited) -> Iterator[House]:
    """A running house."""
    house, _ = built_house(staging, hit=hit)
    with house.client:
        yield house
