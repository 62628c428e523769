"""Tasks that bring a file, look at a document, and sign it later."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from countersign.domain.document import PDF, PageSize
from countersign.domain.envelope import Envelope, EnvelopeStatus
from countersign.domain.errors import (
    AlreadyCompleted,
    Gone,
    IdentityRequired,
    Invalid,
    MissingFields,
    NotFound,
    NotYourTurn,
    UnusableFile,
)
from countersign.domain.events import EventKind
from countersign.domain.task import Action, Person, TaskStatus
from countersign.usecases.open_task import look_at_task
from countersign.usecases.receive_file import AwaitedFile, ReceivedFile, StagedBytes
from countersign.usecases.send_envelope import NewTask
from countersign.usecases.sign_task import SignTask, sign_task
from countersign.usecases.upload_document import UploadDocument, upload_document
from countersign.usecases.view_document import view_document
from tests.usecases.fake_engine import pdf
from tests.usecases.office import PHONE, Office, caller_of
from tests.usecases.world import World

BRINGS, VIEWS, SIGNS = 0, 1, 2
PICTURE = b"\x89PNG a passport"


@pytest.fixture
def office() -> Office:
    world = World()
    ports = world.ports()
    return Office(world, ports, caller_of(ports))


def new_task(action: Action, *after: int, **changes: object) -> NewTask:
    person = Person(name=str(action), email=f"{action}@example.org")
    made = NewTask(person=person, actions={0: action}, after=after, must_view=True)
    return replace(made, **changes)  # type: ignore[arg-type]


TASKS = (new_task(Action.UPLOAD), new_task(Action.VIEW, BRINGS), new_task(Action.SIGN, VIEWS))


def awaiting(office: Office, *tasks: NewTask) -> Envelope:
    return office.send(documents=(AwaitedFile(name="Passport"),), tasks=tasks or TASKS)


def bring(office: Office, envelope: Envelope, data: bytes, number: int = BRINGS) -> Envelope:
    command = UploadDocument(
        task_id=envelope.tasks[number].id,
        document_id=envelope.documents[0].id,
        staged=StagedBytes(data),
        name="IMG_1.HEIC",
        media_type="image/png",
        visitor=PHONE,
    )
    return upload_document(command, office.ports)


def confirm(office: Office, envelope: Envelope, number: int, method: str = "click") -> Envelope:
    task = envelope.tasks[number]
    command = SignTask(task_id=task.id, method=method, consent="I agree", visitor=PHONE, text="Ada")
    return sign_task(command, office.ports)


def view(office: Office, envelope: Envelope, number: int = VIEWS) -> None:
    view_document(envelope.tasks[number].id, envelope.documents[0].id, PHONE, office.ports)


def test_a_file_that_is_brought_is_read_and_signed_by_those_who_follow(office: Office) -> None:
    sent = awaiting(office)
    brought = bring(office, sent, PICTURE).documents[0]
    assert not brought.awaited
    assert brought.pages == (PageSize(595, 842),)
    confirm(office, sent, BRINGS)
    view(office, sent)
    confirm(office, sent, VIEWS)
    confirm(office, sent, SIGNS, "typed")
    office.work()
    done = office.found(sent)
    assert done.status is EnvelopeStatus.COMPLETED
    assert done.documents[0].sealed
    happened = office.happened(sent)
    assert happened["document_uploaded"] == happened["document_viewed"] == 1


def test_the_evidence_says_what_came_and_what_it_became(office: Office) -> None:
    sent = awaiting(office)
    document = bring(office, sent, PICTURE).documents[0]
    with office.ports.unit_of_work() as uow:
        links = uow.envelopes.evidence(sent.id)
    assert links[0].event.data["documents"][0]["sha256"] is None
    event = next(link.event for link in links if link.event.kind is EventKind.DOCUMENT_UPLOADED)
    assert event.document_id == document.id
    assert event.data["sha256"] == document.upload.sha256
    came_as = event.data["came_as"]
    assert came_as["sha256"] == hashlib.sha256(PICTURE).hexdigest()
    assert event.data["name"] == "IMG_1.HEIC"


def test_a_file_may_be_replaced_until_the_task_is_completed(office: Office) -> None:
    sent = awaiting(office)
    first = bring(office, sent, pdf()).documents[0].upload
    second = bring(office, sent, pdf(remark="better")).documents[0].upload
    assert first != second
    confirm(office, sent, BRINGS)
    with pytest.raises(AlreadyCompleted):
        bring(office, sent, pdf(remark="too late"))
    assert office.found(sent).documents[0].upload == second


def test_the_same_file_twice_is_brought_once(office: Office) -> None:
    sent = awaiting(office)
    bring(office, sent, pdf())
    bring(office, sent, pdf())
    assert office.happened(sent)["document_uploaded"] == 1


@pytest.mark.parametrize("data", [b"", b"no file", b"%PDF-1.7 half"])
def test_a_bad_file_takes_nothing_away(office: Office, data: bytes) -> None:
    sent = awaiting(office)
    before = bring(office, sent, pdf()).documents[0]
    with pytest.raises(UnusableFile):
        bring(office, sent, data)
    assert office.found(sent).documents[0] == before


def test_without_its_file_the_task_is_not_completed(office: Office) -> None:
    sent = awaiting(office)
    with pytest.raises(MissingFields) as refused:
        confirm(office, sent, BRINGS)
    assert list(refused.value.fields) == [sent.documents[0].id]


def test_nobody_else_brings_the_file_and_nobody_before_their_turn(office: Office) -> None:
    sent = awaiting(office)
    with pytest.raises(NotYourTurn):
        bring(office, sent, pdf(), VIEWS)
    bring(office, sent, pdf())
    confirm(office, sent, BRINGS)
    with pytest.raises(Invalid):
        bring(office, sent, pdf(), VIEWS)


def test_who_has_not_proved_who_they_are_brings_nothing(office: Office) -> None:
    sent = awaiting(office, new_task(Action.UPLOAD, identity=("email_code",)))
    with pytest.raises(IdentityRequired):
        bring(office, sent, pdf())


def test_a_document_must_be_looked_at(office: Office) -> None:
    sent = awaiting(office)
    bring(office, sent, pdf())
    confirm(office, sent, BRINGS)
    with pytest.raises(MissingFields, match="not read"):
        confirm(office, sent, VIEWS)
    view(office, sent)
    view(office, sent)
    confirm(office, sent, VIEWS)
    assert office.happened(sent)["document_viewed"] == 1


def test_what_need_not_be_looked_at_is_not(office: Office) -> None:
    upload = office.world.files.put(pdf())
    received = ReceivedFile(name="a.pdf", upload=upload, pages=(PageSize(595, 842),))
    sent = office.send(documents=(received,), tasks=(new_task(Action.VIEW, must_view=False),))
    confirm(office, sent, 0)
    assert office.happened(sent)["task_completed"] == 1


def test_looking_at_what_is_to_be_signed_or_not_there_is_no_view(office: Office) -> None:
    sent = awaiting(office)
    with pytest.raises(NotFound):
        view_document(sent.tasks[0].id, "nothing", PHONE, office.ports)
    with pytest.raises(NotFound):
        view(office, sent, BRINGS)


@pytest.mark.parametrize(
    "tasks",
    [
        (new_task(Action.SIGN),),
        (new_task(Action.UPLOAD), new_task(Action.SIGN)),
        (new_task(Action.UPLOAD), new_task(Action.UPLOAD, 0)),
        (new_task(Action.UPLOAD, 1), new_task(Action.VIEW)),
    ],
    ids=["nobody brings it", "signed before it is there", "two bring it", "the wrong way round"],
)
def test_a_file_has_one_who_brings_it_and_all_others_wait(
    office: Office, tasks: tuple[NewTask, ...]
) -> None:
    with pytest.raises(Invalid):
        awaiting(office, *tasks)


def test_nobody_brings_what_is_there(office: Office) -> None:
    with pytest.raises(Invalid):
        office.send(tasks=(new_task(Action.UPLOAD),))


def test_the_person_sees_what_was_looked_at(office: Office) -> None:
    sent = awaiting(office)
    bring(office, sent, pdf())
    confirm(office, sent, BRINGS)
    view(office, sent)
    task_id = sent.tasks[VIEWS].id
    task = look_at_task(task_id, office.ports).task(task_id)
    assert task.viewed == (sent.documents[0].id,)
    assert sent.documents[0].media_type == PDF


def test_a_task_that_is_not_done_in_its_own_time_expires(office: Office) -> None:
    due = office.world.now + timedelta(days=2)
    sent = awaiting(office, replace(TASKS[0], due_at=due), *TASKS[1:])
    office.work()
    assert office.found(sent).tasks[BRINGS].status is TaskStatus.READY
    office.world.now = due
    with pytest.raises(Gone):
        bring(office, sent, pdf())
    office.work()
    assert office.found(sent).tasks[BRINGS].status is TaskStatus.EXPIRED
