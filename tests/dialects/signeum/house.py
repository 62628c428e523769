"""The dialect's application over fakes, with everything that a test drives it by."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from starlette.testclient import TestClient
from starlette.types import ASGIApp

from countersign import httpkit
from countersign.dialects.signeum import DIALECT
from countersign.dialects.signeum.auth import KEY_PREFIX
from countersign.domain.account import Account
from countersign.domain.envelope import Envelope
from countersign.domain.task import Action, Area, FieldKind, Visitor
from countersign.domain.template import Role, Template, TemplateField
from countersign.httpkit import ByPrefix, RequestId, Runtime
from countersign.httpkit.rate_limit import Hit, unlimited
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.decline_task import decline_task
from countersign.usecases.open_task import open_task
from countersign.usecases.ports import Ports, ProjectQuery
from countersign.usecases.receive_file import StagedBytes
from countersign.usecases.sign_task import SignTask, sign_task
from tests.usecases.fake_engine import pdf
from tests.usecases.world import World

BASE = "/api/v1"
LARGEST = 50 << 20
PHONE = Visitor(ip="192.0.2.7", user_agent="Phone", locale="sv-SE")
ABSENT = object()
ANNA = "199001012385"  # a personal number that is valid and nobody's


@dataclass
class House:
    """One running dialect. `client` calls it with the key of `account`."""

    ports: Ports
    dialect: httpkit.Dialect
    client: Any
    account: Account
    world: World
    projects: dict[str, str]

    @property
    def organization(self) -> str:
        return f"{BASE}/organizations/{self.account.id}"

    @property
    def standard(self) -> str:
        return self.projects["Standard Signing"]

    @property
    def eid(self) -> str:
        return self.projects["eID Signing"]

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Of the own organization: `/projects`."""
        return self.client.request(method, self.organization + path, **more)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def project(self, **settings: Any) -> dict[str, Any]:
        """A new one, with these settings."""
        answer = self.call("POST", "/projects", json={"name": "Ours", "settings": settings})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()["project"]
        return made

    def post(self, project: str = "", headers: Any = None, **changes: Any) -> Any:
        """Asks for a document in a way that is good but for what is changed; ABSENT leaves a value
        out."""
        path = f"/projects/{project or self.standard}/documents"
        return self.call("POST", path, json=request(**changes), headers=headers)

    def create(self, project: str = "", **changes: Any) -> dict[str, Any]:
        answer = self.post(project, **changes)
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def read(self, made: dict[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = self.get(f"/documents/{made['document']['id']}")
        return found

    def status(self, made: dict[str, Any]) -> str:
        return str(self.read(made)["document"]["status"])

    def open(self, person: dict[str, Any]) -> Envelope:
        return open_task(person["id"], PHONE, self.ports)

    def act(self, person: dict[str, Any], method: str = "typed") -> Envelope:
        """Signs or reviews."""
        command = SignTask(
            task_id=person["id"], method=method, consent="I agree", visitor=PHONE, text="E B"
        )
        return sign_task(command, self.ports)

    def decline(self, person: dict[str, Any]) -> Envelope:
        return decline_task(person["id"], "Wrong price", PHONE, self.ports)

    def work(self) -> None:
        """Does every job that is due."""
        self.world.work(self.ports)

    def template(self, *roles: Role, account: Account | None = None) -> Template:
        """A template of the account with a field for each role that signs."""
        owner = account or self.account
        return keep_template(owner.id, roles, self.ports)

    def pass_time(self, **span: float) -> None:
        self.world.now += timedelta(**span)


def request(**changes: Any) -> dict[str, Any]:
    values = {"name": "Lease", "document": inline(), "participants": [person()], **changes}
    return {name: value for name, value in values.items() if value is not ABSENT}


def inline(data: bytes | None = None) -> dict[str, str]:
    content = base64.b64encode(pdf() if data is None else data).decode()
    return {"type": "base64", "content": content}


def person(**changes: Any) -> dict[str, Any]:
    values = {"name": "Elsa Berg", "email": "elsa@people.example", "role": "signer", **changes}
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


EMPLOYER = Role(label="Employer", order=1)
EMPLOYEE = Role(label="Employee", order=2)
AUDITOR = Role(label="Auditor", action=Action.REVIEW)


def keep_template(account_id: str, roles: tuple[Role, ...], ports: Ports) -> Template:
    upload = ports.files.put(pdf(remark="template"))
    fields = tuple(
        TemplateField(
            id=str(UUID(int=index + 1)),
            role=index,
            kind=FieldKind.SIGNATURE,
            name=f"{role.label} signs",
            area=Area(page=0, x=0.1, y=0.2 * index, w=0.3, h=0.1),
        )
        for index, role in enumerate(roles)
        if role.action is Action.SIGN
    )
    template = Template(
        id=str(UUID(int=77)),
        account_id=account_id,
        name="Employment Agreement",
        description="For everybody",
        upload=upload,
        file_name="agreement.pdf",
        pages=ports.engine.inspect(StagedBytes(ports.files.read(upload))).pages,
        roles=roles,
        fields=fields,
        created_at=ports.clock(),
    )
    with ports.unit_of_work() as uow:
        uow.templates.add(template)
        uow.commit()
    return template


def built_house(staging: Path, *, hit: Hit = unlimited) -> tuple[House, ASGIApp]:
    """A house and its application, whose lifespan is the caller's business."""
    world = World()
    ports = world.ports(DIALECT)
    account = create_account("Acme Limited", "owner@acme.example", ports)
    key = key_of(account, ports)
    runtime = Runtime(staging, handler_threads=4, hit=hit)
    dialect = DIALECT.build(ports, runtime, largest_file=LARGEST)
    app = RequestId(ByPrefix(dict.fromkeys(DIALECT.prefixes, dialect.app), runtime.lifespan))
    client = TestClient(app, headers=bearer(key), raise_server_exceptions=False)
    return House(ports, dialect, client, account, world, _projects(account, ports)), app


def _projects(account: Account, ports: Ports) -> dict[str, str]:
    """Id by name."""
    with ports.unit_of_work() as uow:
        found, _ = uow.projects.find(ProjectQuery(account_id=account.id))
    return {project.name: project.id for project in found}


@contextmanager
def opened_house(staging: Path, *, hit: Hit = unlimited) -> Iterator[House]:
    """A running house."""
    house, _ = built_house(staging, hit=hit)
    with house.client:
        yield house
