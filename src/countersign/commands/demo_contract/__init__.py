"""The contract that `countersign demo` sends."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.task import Action, Area, FieldKind, Person
from countersign.usecases.authenticate import authenticate
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import inspect_file, keep_file
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope, send_envelope

CONTRACT = Path(__file__).with_name("contract.pdf")
API = "signature-nc"

# Above the two lines at the end of contract.typ, in fractions of its second page
PLACES = (Area(1, 0.119, 0.312, 0.305, 0.08), Area(1, 0.535, 0.312, 0.305, 0.08))
PEOPLE = (
    Person(name="Søren Ångström", email="soren@fjord.example"),
    Person(name="Lea Roux", email="lea@roux.example"),
)


@dataclass(frozen=True, slots=True)
class _Copy:
    """The contract as an upload, in a file of its own because the file store takes it away."""

    path: Path
    sha256: str
    size: int
    in_memory: bool = False

    def read(self) -> bytes:
        return self.path.read_bytes()


def send_demo_contract(ports: Ports, token: str, folder: Path) -> Envelope:
    """One envelope with two signers, sent with the account's test token; mails go to the
    sandbox's mailbox. `folder` takes the copy of the contract for a moment."""
    staged = inspect_file(_copied(folder), "Consulting agreement.pdf", ports)
    command = SendEnvelope(
        caller=authenticate(API, token, ports),
        origin=API,
        name="Consulting agreement",
        documents=(keep_file(staged, ports),),
        tasks=tuple(map(_task, PEOPLE, PLACES)),
        sender_name="Fjord Analytics ApS",
        settings=EnvelopeSettings(send_invitations=True),
        extras={"createdBy": {"firstname": "Fjord", "lastname": "Analytics ApS", "email": ""}},
    )
    return send_envelope(command, ports)


def _copied(folder: Path) -> _Copy:
    data = CONTRACT.read_bytes()
    path = folder / "contract.pdf"
    path.write_bytes(data)
    return _Copy(path, hashlib.sha256(data).hexdigest(), len(data))


def _task(person: Person, area: Area) -> NewTask:
    field = NewField(document=0, kind=FieldKind.SIGNATURE, name="Signature", area=area)
    firstname, _, lastname = person.name.partition(" ")
    return NewTask(
        person=person,
        actions={0: Action.SIGN},
        fields=(field,),
        extras={"firstname": firstname, "lastname": lastname},
    )
