"""The dialect's application over fakes, with everything that a test drives it by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countersign import httpkit
from countersign.adapters.identity.of_account import AccountEids
from countersign.adapters.identity.simulated import SimulatedIdentity
from countersign.dialects.signicat_v2 import DIALECT
from countersign.dialects.signicat_v2.auth import API, SCOPES
from countersign.domain.account import Account
from countersign.domain.envelope import Envelope
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

BASE = "/sign"
DOCUMENTS, COLLECTIONS = f"{BASE}/documents", f"{BASE}/document-collections"
SESSIONS = f"{BASE}/signing-sessions"
LARGEST = 1 << 20
PHONE = Visitor(ip="192.0.2.7", user_agent="Phone", locale="nb-NO")
IDPS = ("nbid", "bankid_se")
ABSENT = object()
PADES = ["PADES_CONTAINER"]
NOBODY = "00000000-0000-4000-8000-000000000000"


@dataclass
class House:
    """One running dialect. `client` calls it with a token of `account`."""

    ports: Ports
    dialect: httpkit.Dialect
    client: Any
    account: Account
    world: World

    # -------------------------------------------------------------- documents

    def upload(self, data: bytes | None = None, **headers: str) -> Any:
        given = {"Content-Type": "application/pdf", **headers}
        return self.client.post(DOCUMENTS, content=data or pdf(), headers=given)

    def document(self, remark: str = "") -> str:
        """The id of a new one."""
        return str(ok(self.upload(pdf(remark=remark)))["documentId"])

    def download(self, id: str) -> bytes:
        answer = self.client.get(f"{DOCUMENTS}/{id}")
        assert answer.status_code == 200, answer.text
        return bytes(answer.content)

    # -------------------------------------------------------------- collections

    def gather(self, *documents: str, package: bool = True, headers: Any = None) -> Any:
        """Asks for a collection."""
        body: dict[str, Any] = {"documents": [{"documentId": id} for id in documents]}
        if package:
            body["packageTo"] = PADES
        return self.client.post(COLLECTIONS, json=body, headers=headers)

    def collection(self, *documents: str, package: bool = True) -> tuple[str, ...]:
        """A new one: its id and those of its documents, one by default."""
        ids = documents or (self.document(),)
        return (ok(self.gather(*ids, package=package))["id"], *ids)

    def packages(self, collection: str) -> list[Any]:
        found = ok(self.client.get(f"{COLLECTIONS}/{collection}"))
        return list(found["output"]["packages"])

    # -------------------------------------------------------------- sessions

    def ask(self, *sessions: dict[str, Any], headers: Any = None) -> Any:
        return self.client.post(SESSIONS, json=list(sessions), headers=headers)

    def session(self, *places: tuple[str, ...], **changes: Any) -> dict[str, Any]:
        """A new session for these documents of collections."""
        made: dict[str, Any] = ok(self.ask(request(*places, **changes)))[0]
        return made

    def read(self, session: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = ok(self.client.get(f"{SESSIONS}/{session['id']}"))
        return found

    def state(self, session: dict[str, Any]) -> str:
        return str(self.read(session)["lifecycle"]["state"])

    def remove(self, session: dict[str, Any]) -> Any:
        return self.client.delete(f"{SESSIONS}/{session['id']}")

    def put_off(self, session: dict[str, Any], due: datetime | str) -> Any:
        body = {"dueDate": due if isinstance(due, str) else due.isoformat()}
        return self.client.patch(f"{SESSIONS}/{session['id']}", json=body)

    def listed(self, query: str = "") -> list[str]:
        """Titles."""
        return [one["title"] for one in ok(self.client.get(f"{SESSIONS}{query}"))["data"]]

    # -------------------------------------------------------------- people

    def prove(self, session: dict[str, Any], idp: str = "nbid", national_id: str = "") -> None:
        command = StartIdentity(task_id=session["id"], method=idp, ip=PHONE.ip, text="")
        person = SimulatedPerson(name="Åsa Öberg", national_id=national_id)
        simulate_identity(command, person, self.ports)

    def sign(self, session: dict[str, Any], idp: str = "nbid") -> Envelope:
        """Logs in and signs, on the signing page."""
        open_task(session["id"], PHONE, self.ports)
        self.prove(session, idp)
        return self.act(session, idp)

    def act(self, session: dict[str, Any], idp: str = "nbid") -> Envelope:
        command = SignTask(task_id=session["id"], method=idp, consent="I agree", visitor=PHONE)
        return sign_task(command, self.ports)

    def reject(self, session: dict[str, Any]) -> Envelope:
        return decline_task(session["id"], "Wrong price", PHONE, self.ports)

    # -------------------------------------------------------------- the world

    def work(self) -> None:
        """Does every job that is due."""
        self.world.work(self.ports)

    def pass_time(self, **span: float) -> None:
        """Clients get a new token now and then, as theirs are good for ten minutes."""
        self.world.now += timedelta(**span)
        self.client.headers.update(bearer(token_of(self.account, self.ports)))

    def ahead(self, **span: float) -> str:
        return (self.world.now + timedelta(**span)).isoformat().replace("+00:00", "Z")


def ok(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()


def request(*places: tuple[str, ...], **changes: Any) -> dict[str, Any]:
    """A session; each of `places` is a collection and documents in it. ABSENT is left out."""
    documents = [
        {"documentCollectionId": collection, "documentId": document, "action": "SIGN"}
        for collection, *own in places
        for document in own
    ]
    setup = {"signingFlow": "AUTHENTICATION_BASED", "identityProviders": [{"idpName": "nbid"}]}
    values = {"title": "Lease", "documents": documents, "signingSetup": [setup], **changes}
    return {name: value for name, value in values.items() if value is not ABSENT}


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
        scope="",
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
