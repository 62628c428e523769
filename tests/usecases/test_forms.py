"""The form of a PDF is filled in before it is sent, or by who signs."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from countersign.domain.document import PageSize
from countersign.domain.envelope import Envelope
from countersign.domain.errors import Invalid, NotFound
from countersign.domain.task import Action, Person
from countersign.usecases.fill_form import fill_form, form_output, generated_form
from countersign.usecases.receive_file import ReceivedFile
from countersign.usecases.send_envelope import NewField, NewTask
from countersign.usecases.sign_task import SignTask, sign_task
from tests.usecases.fake_engine import pdf
from tests.usecases.office import PHONE, Office, caller_of
from tests.usecases.world import World

FORM = pdf(remark="\n/Field city\n/Field floor")


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def filled(
    office: Office, values: Mapping[str, str], *, interactive: bool
) -> tuple[ReceivedFile, tuple[NewField, ...]]:
    upload = office.world.files.put(FORM)
    received = ReceivedFile(name="a.pdf", upload=upload, pages=(PageSize(595, 842),))
    return fill_form(received, values, office.ports, interactive=interactive)


def sent(office: Office, received: ReceivedFile, fields: tuple[NewField, ...]) -> Envelope:
    task = NewTask(
        person=Person(name="Ada"), actions={0: Action.SIGN}, fields=fields, methods=("click",)
    )
    return office.send(documents=(received,), tasks=(task,))


def sign(office: Office, envelope: Envelope, **values: str) -> Envelope:
    """`values` by the names of the form."""
    task = envelope.tasks[0]
    ids = {field.form_name: field.id for field in task.fields}
    command = SignTask(
        task_id=task.id,
        method="click",
        consent="I agree",
        visitor=PHONE,
        values={ids[name]: value for name, value in values.items()},
    )
    return sign_task(command, office.ports)


def test_values_that_the_sender_knows_are_in_the_file_that_is_signed(office: Office) -> None:
    received, fields = filled(office, {"city": "Oslo"}, interactive=False)
    assert fields == ()
    envelope = sent(office, received, fields)
    document = envelope.documents[0]
    assert document.blank is not None
    assert office.world.files.read(document.blank) == FORM
    assert form_output(envelope, document.id, office.ports) == {"city": "Oslo", "floor": ""}
    assert generated_form(envelope, document.id, office.ports) == document.upload


def test_what_is_left_to_the_signer_begins_with_what_the_sender_knows(office: Office) -> None:
    received, fields = filled(office, {"city": "Oslo"}, interactive=True)
    envelope = sent(office, received, fields)
    document = envelope.documents[0]
    assert [(field.form_name, field.value) for field in envelope.tasks[0].fields] == [
        ("city", "Oslo"),
        ("floor", ""),
    ]
    assert form_output(envelope, document.id, office.ports) == {"city": "Oslo", "floor": ""}
    with pytest.raises(NotFound):
        generated_form(envelope, document.id, office.ports)
    envelope = sign(office, envelope, floor="2")
    assert form_output(envelope, document.id, office.ports) == {"city": "Oslo", "floor": "2"}
    generated = office.world.files.read(generated_form(envelope, document.id, office.ports))
    assert b"/Value city=Oslo" in generated
    assert b"/Value floor=2" in generated


def test_the_signer_may_say_something_else(office: Office) -> None:
    envelope = sent(office, *filled(office, {"city": "Oslo"}, interactive=True))
    envelope = sign(office, envelope, city="Bergen", floor="1")
    output = form_output(envelope, envelope.documents[0].id, office.ports)
    assert output == {"city": "Bergen", "floor": "1"}


def test_a_name_that_the_form_has_not_is_refused(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        filled(office, {"town": "Oslo"}, interactive=False)
    assert list(refused.value.fields) == ["town"]


def test_a_document_without_a_form_gives_nothing_back(office: Office) -> None:
    envelope = office.send(())
    document_id = envelope.documents[0].id
    assert form_output(envelope, document_id, office.ports) == {}
    with pytest.raises(NotFound):
        generated_form(envelope, document_id, office.ports)
