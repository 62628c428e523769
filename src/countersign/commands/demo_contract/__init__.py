"""The contract that `countersign demo` sends; accounts of a sandbox have it as a template, and a
lease as a form."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from countersign.domain.envelope import Envelope, EnvelopeSettings
from countersign.domain.form import Form, Tag, TagKind
from countersign.domain.short_id import new_short_id
from countersign.domain.task import Action, Area, FieldKind, Person
from countersign.domain.template import Role, Template, TemplateField
from countersign.usecases.authenticate import authenticate
from countersign.usecases.import_form import ImportForm, import_form
from countersign.usecases.import_template import ImportTemplate, import_template
from countersign.usecases.ports import Ports
from countersign.usecases.receive_file import StagedBytes, inspect_file, keep_file
from countersign.usecases.send_envelope import NewField, NewTask, SendEnvelope, send_envelope

CONTRACT = Path(__file__).with_name("contract.pdf")
NAME, FILE_NAME = "Consulting agreement", "Consulting agreement.pdf"
API = "signature-nc"

# Above the two lines at the end of contract.typ, in fractions of its second page
PLACES = (Area(1, 0.119, 0.312, 0.305, 0.08), Area(1, 0.535, 0.312, 0.305, 0.08))
ROLES = (Role(label="Client"), Role(label="Consultant"))
LEASE = Path(__file__).with_name("lease.docx")
LEASE_TAGS = (
    ("landlord", "Landlord", TagKind.TEXT, "Fjord Analytics ApS"),
    ("tenant", "Tenant", TagKind.TEXT, ""),
    ("address", "Address of the home", TagKind.TEXT, ""),
    ("begins", "First day", TagKind.DATE, ""),
    ("rent", "Rent a month", TagKind.NUMBER, "4500"),
    ("terms", "Other terms", TagKind.TEXT, "None."),
)
PEOPLE = (
    Person(name="Søren Ångström", email="soren@fjord.example"),
    Person(name="Lea Roux", email="lea@roux.example"),
)


def send_demo_contract(ports: Ports, token: str) -> Envelope:
    """One envelope with two signers, sent with the account's test token; mails go to the
    sandbox's mailbox."""
    staged = inspect_file(StagedBytes(CONTRACT.read_bytes()), FILE_NAME, ports)
    command = SendEnvelope(
        caller=authenticate(API, token, ports),
        origin=API,
        name=NAME,
        documents=(keep_file(staged, ports),),
        tasks=tuple(map(_task, PEOPLE, PLACES)),
        sender_name="Fjord Analytics ApS",
        settings=EnvelopeSettings(send_invitations=True),
        extras={"createdBy": {"firstname": "Fjord", "lastname": "Analytics ApS", "email": ""}},
    )
    return send_envelope(command, ports)


def add_sample_template(account_id: str, ports: Ports) -> Template:
    """The contract as a template with two roles."""
    fields = tuple(
        TemplateField(
            id=str(uuid4()), role=role, kind=FieldKind.SIGNATURE, name="Signature", area=area
        )
        for role, area in enumerate(PLACES)
    )
    command = ImportTemplate(
        account_id=account_id,
        name=NAME,
        description="A sample to try things with",
        upload=StagedBytes(CONTRACT.read_bytes()),
        file_name=FILE_NAME,
        roles=ROLES,
        fields=fields,
    )
    return import_template(command, ports)


def add_sample_form(account_id: str, ports: Ports) -> Form:
    """A lease with tags of all kinds, which is a DOCX."""
    command = ImportForm(
        account_id=account_id,
        origin="nextsign",
        name="Lease",
        files=(("Lease.docx", LEASE.read_bytes()),),
        tags=tuple(
            Tag(id=new_short_id(), name=name, label=label, kind=kind, value=value)
            for name, label, kind, value in LEASE_TAGS
        ),
        folder="Default",
    )
    return import_form(command, ports)


def _task(person: Person, area: Area) -> NewTask:
    field = NewField(document=0, kind=FieldKind.SIGNATURE, name="Signature", area=area)
    firstname, _, lastname = person.name.partition(" ")
    return NewTask(
        person=person,
        actions={0: Action.SIGN},
        fields=(field,),
        extras={"firstname": firstname, "lastname": lastname},
    )
