"""The dialect's application over fakes, with everything that a test drives it by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countersign import httpkit
from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.dialects.signicat_v1 import DIALECT
from countersign.dialects.signicat_v1.auth import API, SCOPES
from countersign.domain.account import Account
from countersign.domain.task import Visitor
from countersign.httpkit import ByPrefix, RequestId, Runtime
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.decline_task import decline_task
from countersign.usecases.issue_access_token import IssueAccessToken, issue_access_token
from countersign.usecases.open_task import open_task
from countersign.usecases.ports import Ports
from countersign.usecases.sign_task import SignTask, sign_task
from countersign.usecases.simulate_identity import SimulatedPerson, simulate_identity
from countersign.usecases.start_identity import StartIdentity
from tests.usecases.fake_engine import pdf
from tests.usecases.world import World

from .orders import DOCUMENTS, ORDERS, document, ok, order, task

LARGEST = 1 << 20
PHONE = Visitor(ip="192.0.2.7", user_agent="Phone", locale="nb-NO")
IDPS = ("nbid", "sbid", "mitid")


@dataclass
class House:
    """One running dialect. `client` calls it with a token of `account`."""

    ports: Ports
    dialect: httpkit.Dialect
    client: Any
    account: Account
    world: World

    def upload(self, data: bytes | None = None, **headers: str) -> Any:
        given = {"Content-Type": "application/pdf", **headers}
        return self.client.post(DOCUMENTS, content=data or pdf(), headers=given)

    def ref(self, remark: str = "") -> str:
        """The id of a new upload."""
        return str(ok(self.upload(pdf(remark=remark)))["documentId"])

    def ask(self, *tasks: dict[str, Any], headers: Any = None, **changes: Any) -> Any:
        return self.client.post(ORDERS, json=order(*tasks, **changes), headers=headers)

    def order(self, *tasks: dict[str, Any], **changes: Any) -> Any:
        """A new one; by default one person signs one document."""
        return ok(self.ask(*(tasks or (task(document(self.ref())),)), **changes))

    def status(self, made: Any, task: str = "1") -> Any:
        return ok(self.client.get(f"{ORDERS}/{made['id']}/tasks/{task}/status"))

    def state(self, made: Any, task: str = "1") -> str:
        return str(self.status(made, task)["taskStatus"])

    def events(self, made: Any, task: str = "1") -> list[Any]:
        return list(ok(self.client.get(f"{ORDERS}/{made['id']}/tasks/{task}/events")))

    # -------------------------------------------------------------- people

    def task_id(self, made: Any, task: str = "1") -> str:
        """By which the core knows it."""
        (url,) = (one["signingUrl"] for one in made["tasks"] if one["id"] == task)
        return self.ports.links.task_id(url.partition("?")[0].rpartition("/")[2])

    def prove(self, made: Any, task: str = "1", idp: str = "nbid", name: str = "Åsa") -> None:
        id = self.task_id(made, task)
        command = StartIdentity(task_id=id, method=idp, ip=PHONE.ip, text="")
        simulate_identity(command, SimulatedPerson(name=name, national_id=""), self.ports)

    def sign(self, made: Any, task: str = "1", idp: str = "nbid") -> None:
        open_task(self.task_id(made, task), PHONE, self.ports)
        self.prove(made, task, idp)
        id = self.task_id(made, task)
        sign_task(SignTask(task_id=id, method=idp, consent="I agree", visitor=PHONE), self.ports)

    def reject(self, made: Any, task: str = "1") -> None:
        decline_task(self.task_id(made, task), "Wrong price", PHONE, self.ports)

    # -------------------------------------------------------------- the world

    def work(self) -> None:
        """Does every job that is due."""
        self.world.work(self.ports)

    def pass_time(self, **span: float) -> None:
        """Clients get a new token now and then, as theirs are good for ten minutes."""
        self.world.now += timedelta(**span)
        self.client.headers.update(bearer(token_of(self.account, self.ports)))
        self.work()

    def mailed(self) -> list[tuple[str, str]]:
        """Channel and recipient of all that went out."""
        return [(message.channel, message.recipient) for message in self.world.mailed]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def token_of(account: Account, ports: Ports, **about: Any) -> str:
    """Of a new client."""
    with ports.unit_of_work() as uow:
        number = len(uow.credentials.of_account(account.id, API))
    command = CreateCredential(
        account_id=account.id, api=API, name=f"client {number}", client_prefix="prod-", **about
    )
    made = create_credential(command, ports)
    asked = IssueAccessToken(
        api=API,
        client_id=made.credential.id,
        client_secret=made.secret,
        scope="client.signature",
        scopes=SCOPES,
    )
    return issue_access_token(asked, ports).token


def built_house(staging: Path) -> tuple[House, ASGIApp]:
    """A house and its application, whose lifespan is the caller's business."""
    world = World()
    simulated = SimulatedIdentity(IDPS)
    eids = AccountEids(simulated, simulated=True)
    ports = replace(world.ports(DIALECT), identity=eids, simulated=simulated)
    account = create_account("Acme Limited", "owner@acme.example", ports)
    runtime = Runtime(staging, handler_threads=4)
    dialect = DIALECT.build(ports, runtime, largest_file=LARGEST)
    app = RequestId(ByPrefix(dict.fromkeys(DIALECT.prefixes, dialect.app), runtime.lifespan))
    headers = bearer(token_of(account, ports))
    client = TestClient(app, headers=headers, raise_server_exceptions=False)
    return House(ports, dialect, client, account, world), app


@contextmanager
def opened_house(staging: Path) -> Iterator[House]:
    """A running house."""
    house, _ = built_house(staging)
    with house.client:
        yield house
