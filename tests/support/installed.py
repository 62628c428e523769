"""A whole installation in the process of the test: real database, files, PDF engine and worker."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from countersign import app
from countersign.adapters.database.sandbox_clock import ClockOffset
from countersign.app import Installation
from countersign.domain.account import Caller
from countersign.domain.envelope import Envelope
from countersign.domain.task import Action, Area, FieldKind, Person
from countersign.settings import Settings
from countersign.usecases.authenticate import authenticate
from countersign.usecases.create_account import create_account
from countersign.usecases.create_credential import CreateCredential, create_credential
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import StagedBytes, inspect_file, keep_file
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope, send_envelope
from tests.httpkit.live import LiveServer
from tests.pdf.samples import contract
from tests.support.network import free_port
from tests.support.processes import wait_until

API = "signature-nc"
URL = "https://sign.test"


@dataclass(frozen=True)
class Installed:
    """`client` calls the installation as a browser or a program would."""

    installation: Installation
    client: httpx2.Client
    caller: Caller

    @property
    def ports(self) -> Ports:
        return self.installation.ports

    def send(self, *tasks: NewTask, **changes: object) -> Envelope:
        """A contract, for these people."""
        inspected = inspect_file(StagedBytes(contract()), "contract.pdf", self.ports)
        command = SendEnvelope(
            caller=self.caller,
            origin=API,
            name="Lease",
            documents=(keep_file(inspected, self.ports),),
            tasks=tasks,
            sender_name="Acme",
        )
        return send_envelope(replace(command, **changes), self.ports)  # type: ignore[arg-type]

    def link(self, envelope: Envelope, number: int = 0) -> str:
        """The path of somebody's signing page."""
        return self.ports.links.signing(envelope.tasks[number]).removeprefix(
            self.installation.settings.public_url
        )

    def found(self, envelope: Envelope) -> Envelope:
        with self.ports.unit_of_work() as uow:
            return uow.envelopes.get(envelope.id)

    def advance(self, span: timedelta) -> None:
        """Moves the sandbox's clock, as `countersign sandbox advance` does."""
        ClockOffset(self.installation.database).add(span)

    def mails(self, recipient: str) -> list[dict[str, Any]]:
        """What the sandbox's mailbox shows, newest first."""
        answer = self.client.get("/sandbox/mail.json", params={"to": recipient})
        mails: list[dict[str, Any]] = answer.json()["messages"]
        return mails

    def await_mail(self, recipient: str, count: int = 1) -> dict[str, Any]:
        """The newest, once there are so many."""
        wait_until(lambda: len(self.mails(recipient)) >= count, f"mail to {recipient}")
        return self.mails(recipient)[0]

    def await_status(self, envelope: Envelope, status: str) -> Envelope:
        wait_until(lambda: self.found(envelope).status == status, f"an envelope to be {status}")
        return self.found(envelope)


def signer(number: int, **changes: object) -> NewTask:
    """Somebody who signs in a place of their own."""
    area = Area(0, 0.1, 0.1 + 0.1 * number, 0.3, 0.08)
    field = NewField(document=0, kind=FieldKind.SIGNATURE, name="Sign", area=area)
    made = NewTask(
        person=Person(name=f"Person {number}", email=f"p{number}@people.example"),
        actions={0: Action.SIGN},
        fields=(field,),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


@contextmanager
def installed(folder: Path, **settings: object) -> Iterator[Installed]:
    """Opens an installation in `folder`, with its worker running; a sandbox unless told otherwise.
    No port is listened on."""
    with (
        app.opened(_settings(folder, URL, settings)) as installation,
        TestClient(app.web(installation), base_url=URL) as client,
    ):
        yield Installed(installation, client, _caller(installation.ports))


@contextmanager
def live(folder: Path, **settings: object) -> Iterator[Installed]:
    """As `installed`, behind a port, for browsers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with (
        app.opened(_settings(folder, url, settings)) as installation,
        LiveServer(app.web(installation), port),
        httpx2.Client(base_url=url, timeout=30) as client,
    ):
        yield Installed(installation, client, _caller(installation.ports))


def _settings(folder: Path, url: str, given: Mapping[str, Any]) -> Settings:
    usual = {"public_url": url, "sandbox": True, "sqlite_synchronous": "NORMAL"}
    return Settings(data=folder, **{**usual, **given})


def _caller(ports: Ports) -> Caller:
    account = create_account("Acme", "owner@acme.example", ports)
    made = create_credential(CreateCredential(account_id=account.id, api=API, name="key"), ports)
    return authenticate(API, made.secret, ports)
